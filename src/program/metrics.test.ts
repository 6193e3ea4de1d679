import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestApp } from "../../test/app.ts";
import { startServices } from "../../test/engine.ts";
import { createTaskFixture, type TaskFixture, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { ModelError } from "../agents/models/index.ts";
import { defineCounter, defineHistogram } from "../base/metrics.ts";
import { openConversation, receiveMessage, sendMessage } from "../conversations/index.ts";
import { cancelExecutions, createJobs, createWorker, defineJob, enqueueExecution } from "../engine/index.ts";
import { createMetrics, type ProcessMetrics } from "./metrics.ts";
import { allMetrics, renderMetrics } from "./metrics-reference.ts";

let metrics: ProcessMetrics;
let fixture: TaskFixture;
beforeAll(async () => {
  metrics = createMetrics();
  fixture = await createTaskFixture({ metrics });
});
afterAll(() => fixture.close());

/** The series of a metric as `{labels}: value`, labels in the order of their names. */
async function read(name: string): Promise<Readonly<Record<string, number>>> {
  const text = await metrics.text(fixture.core.db);
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => {
      const [, labels = "", value = ""] = /^[^{ ]+(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return [labels.split(",").toSorted().join(",").replaceAll('"', ""), Number(value)];
    }),
  );
}

describe("the program's figures", () => {
  test("tell of executions, models, messages and requests", async () => {
    const { api, contactId, channelId, core, model, tenant } = fixture;
    const { provider } = model;
    const task = await fixture.newTask({ contactId });

    await api.send("POST", `${taskPath(task.id)}/trigger`);
    const [queued] = await fixture.executions(task.id);
    await tenant((tx) =>
      cancelExecutions(core, tx, { ids: [queued?.id ?? ""] }, { code: "canceled", message: "Enough." }),
    );

    const stop = await startServices(createWorker(core, { concurrency: 2 }));
    model.play(
      { fail: new ModelError("rate_limited", "slow down", { retryAfterSeconds: 0 }) },
      { toolCalls: [{ name: "send_message", input: { text: "Hello" } }] },
      { toolCalls: [{ name: "finish", input: { outcome: "message_sent", summary: "Done." } }] },
    );
    await api.send("POST", `${taskPath(task.id)}/trigger`);
    await until("the end", async () => {
      const [newest] = await fixture.executions(task.id);
      return newest?.status === "completed";
    });
    await stop();
    await tenant((tx) =>
      receiveMessage(core, tx, { channelId, contactId, clientMessageId: "c1", text: "STOP" }),
    );
    await api.send("GET", "/v1/nowhere");
    await api.send("GET", "/healthz");

    expect(await read("errand_executions_ended_total")).toEqual({
      "kind=task,outcome=message_sent,status=completed": 1,
      "kind=task,outcome=none,status=canceled": 1,
    });
    expect(await read("errand_model_call_duration_seconds_count")).toEqual({
      [`model=scripted-1,provider=${provider},result=ok`]: 2,
      [`model=scripted-1,provider=${provider},result=rate_limited`]: 1,
    });
    expect(await read("errand_model_tokens_total")).toEqual({
      [`direction=input,model=scripted-1,provider=${provider}`]: 20,
      [`direction=output,model=scripted-1,provider=${provider}`]: 10,
    });
    expect(await read("errand_messages_total")).toEqual({
      "direction=in,status=delivered,verdict=none": 1,
      // What the agent wrote, and the confirmation of the opt-out.
      "direction=out,status=sent,verdict=allowed": 2,
    });
    expect(await read("errand_http_request_duration_seconds_count")).toEqual({
      "method=GET,route=none,status=404": 1,
      "method=POST,route=/v1/tasks/:taskId/trigger,status=201": 2,
    });
    expect(await read("errand_executions")).toEqual({});
  });

  test("tell of refused messages by the gate's reason, and of skipped executions", async () => {
    const { agentId, contactId, channelId, core } = fixture;
    await fixture.tenant(async (tx) => {
      const { id: conversationId } = await openConversation(core, tx, { contactId, channelId });
      const author = { kind: "agent", id: agentId } as const;
      await sendMessage(core, tx, { class: "opening", conversationId, author, text: "Hello again" });
    });
    expect(await read("errand_messages_total")).toMatchObject({
      "direction=out,status=refused,verdict=contact_opted_out": 1,
    });
    await fixture.tenant((tx) =>
      enqueueExecution(core, tx, {
        ...{ kind: "task", lane: "scheduled", trigger: "schedule" },
        skipped: { code: "missed", message: "Too late." },
      }),
    );
    expect(await read("errand_executions_ended_total")).toMatchObject({
      "kind=task,outcome=none,status=skipped": 1,
    });
  });

  test("tell of jobs by their result", async () => {
    const { url, log, clock, signals, db } = fixture.core;
    const queue = createJobs({ url, log, clock, signals, metrics });
    const done = Promise.withResolvers<void>();
    const payload = z.strictObject({});
    const flaky = defineJob({
      ...{ id: "test.flaky", version: 1, payload },
      handle: async (_payload, { attempt }) => {
        if (attempt === 1) throw new Error("not yet");
      },
    });
    const hopeless = defineJob({
      ...{ id: "test.hopeless", version: 1, payload, retryLimit: 0 },
      handle: async () => {
        done.resolve();
        throw new Error("never");
      },
    });
    await queue.start([flaky, hopeless]);
    const stop = await startServices(queue.service());
    await db.tenant(fixture.workspaceId, async (tx) => {
      await queue.jobs.send(tx, flaky.id, {});
      await queue.jobs.send(tx, hopeless.id, {});
    });
    await done.promise;
    await until("the second attempt", async () => {
      const runs = await read("errand_job_duration_seconds_count");
      return runs["job=test.flaky,result=done"] === 1;
    });
    await stop();
    await queue.stop();
    expect(await read("errand_job_duration_seconds_count")).toEqual({
      "job=test.flaky,result=done": 1,
      "job=test.flaky,result=failed": 1,
      "job=test.hopeless,result=gave_up": 1,
    });
  });

  test("hold the delay of the event loop", async () => {
    expect(await read("errand_nodejs_eventloop_lag_p99_seconds")).toEqual({ "": expect.any(Number) });
  });
});

describe("a label", () => {
  const counter = defineCounter({ name: "test_things_total", help: "Things.", labels: ["kind", "result"] });

  test("has a bounded number of values, and the rest is called other", async () => {
    for (let index = 0; index < 500; index += 1)
      metrics.count(counter, { kind: `kind ${index}`, result: "ok" });
    metrics.count(counter, { kind: "kind 1", result: "ok" }, 2);
    const series = await read("test_things_total");
    expect(Object.keys(series)).toHaveLength(51);
    expect(series).toMatchObject({ "kind=kind 1,result=ok": 3, "kind=other,result=ok": 450 });
  });

  test("never makes counting fail, however odd a value is", async () => {
    const histogram = defineHistogram({ name: "test_seconds", help: "S.", labels: ["text"], buckets: [1] });
    metrics.observe(histogram, { text: `"quoted"\n${"long".repeat(100)}` }, 1);
    metrics.observe(histogram, { text: "x" }, Number.NaN);
    metrics.count(counter, { kind: "negative", result: "ok" }, -1);
    const text = await metrics.text(fixture.core.db);
    const lines = text.split("\n").filter((line) => line.startsWith("test_seconds_count"));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(200);
  });
});

test("two metrics of one name are refused at the start", () => {
  const twice = { name: "test_twice_total", help: "T.", labels: [] };
  const fresh = createMetrics();
  expect(() => fresh.declare([defineCounter(twice), defineCounter(twice)])).toThrow(/test_twice_total/);
});

test("the reference page has every metric of the program, and each appears before its first value", async () => {
  const app = await createTestApp();
  try {
    const all = allMetrics(app.modules);
    const page = await readFile(join(import.meta.dirname, "../../docs/reference/metrics.md"), "utf8");
    expect(page).toContain(renderMetrics(all));
    const fresh = createMetrics();
    fresh.declare(all);
    const text = await fresh.text(app.core.db);
    for (const { name, help } of all) expect(text).toContain(`# HELP ${name} ${help}\n`);
    // Nothing that names one object or person may be a label.
    expect(all.flatMap(({ labels }) => labels).filter((label) => /id$/i.test(label))).toEqual([]);
  } finally {
    await app.close();
  }
});
