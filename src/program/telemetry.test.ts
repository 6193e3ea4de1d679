import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi } from "../../test/api.ts";
import { type Collector, type ReceivedSpan, startCollector } from "../../test/collector.ts";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { startServices } from "../../test/engine.ts";
import { createTaskFixture, type TaskFixture, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { ModelError } from "../agents/models/index.ts";
import { systemClock } from "../base/clock.ts";
import { newId, toId } from "../base/ids.ts";
import { createLogger } from "../base/log.ts";
import { publicRoute } from "../base/route.ts";
import { createJobs, createMaintenance, createWorker, defineJob, type Execution } from "../engine/index.ts";
import { startTelemetry, type Telemetry, tracesUrl } from "./telemetry.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const silent = createLogger({ level: "fatal", pretty: false });
const internal = 1;
const server = 2;
const client = 3;
const consumer = 5;
const failed = 2;

async function openCollector(options?: { readonly status?: number }): Promise<Collector> {
  const collector = await startCollector(options);
  cleanUps.push(() => collector.close());
  return collector;
}

function openTelemetry(endpoint: string, log = silent, clock = systemClock): Telemetry {
  return startTelemetry({ endpoint, version: "1.2.3", clock, log });
}

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${spans.map((span) => span.name).join(", ")}`);
  return found;
}

async function openTasks(telemetry: Telemetry | undefined): Promise<TaskFixture> {
  const fixture = await createTaskFixture({ tracer: telemetry?.tracer });
  const stop = await startServices(createWorker(fixture.core, { concurrency: 4 }));
  cleanUps.push(async () => {
    await stop();
    await fixture.close();
  });
  return fixture;
}

/** Triggers a task through the API and answers its execution once it has ended. */
async function trigger(fixture: TaskFixture, taskId: string, traceparent?: string): Promise<Execution> {
  const headers = traceparent === undefined ? {} : { traceparent };
  await fixture.api.send("POST", `${taskPath(taskId)}/trigger`, { headers });
  return await until("the end of the execution", async () => {
    const [execution] = await fixture.executions(taskId);
    return execution !== undefined && execution.completedAt !== null && execution;
  });
}

describe("an execution", () => {
  test("is a trace of its attempt, model calls and tool calls, with nothing of what was written", async () => {
    const collector = await openCollector();
    const telemetry = openTelemetry(collector.endpoint);
    const fixture = await openTasks(telemetry);
    fixture.model.play(
      { fail: new ModelError("provider_unavailable", "LEAK overloaded") },
      { text: "LEAK thought", toolCalls: [{ name: "send_message", input: { text: "LEAK message" } }] },
      { toolCalls: [{ name: "finish", input: { outcome: "message_sent", summary: "LEAK summary" } }] },
    );
    const { contactId } = fixture;
    const task = await fixture.newTask({ contactId, name: "LEAK name", description: "LEAK prompt" });
    const caller = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" };
    const execution = await trigger(fixture, task.id, `00-${caller.trace}-${caller.span}-01`);
    expect(execution).toMatchObject({ status: "completed", outcome: "message_sent" });
    const executionId = toId("execution", execution.id);
    await telemetry.stop();

    expect(collector.paths).toContain("/v1/traces");
    expect(collector.resources[0]).toMatchObject({ "service.name": "errand", "service.version": "1.2.3" });
    expect(collector.text()).not.toContain("LEAK");

    const request = named(collector.spans, "POST /v1/tasks/:taskId/trigger");
    expect(request).toMatchObject({
      ...{ kind: server, traceId: caller.trace, parentSpanId: caller.span, status: 0 },
      attributes: {
        "http.request.method": "POST",
        "http.route": "/v1/tasks/:taskId/trigger",
        "http.response.status_code": 201,
        "errand.queued.execution.id": executionId,
      },
    });

    const attempt = named(collector.spans, "invoke_agent Mia");
    expect(attempt).toMatchObject({
      ...{ kind: internal, parentSpanId: undefined, status: 0 },
      attributes: {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.id": toId("agent", fixture.agentId),
        "gen_ai.request.model": "m",
        "errand.execution.id": executionId,
        "errand.workspace.id": toId("workspace", fixture.workspaceId),
        "errand.task.id": toId("task", task.id),
        "errand.execution.attempt": 1,
        "errand.execution.status": "completed",
        "errand.execution.outcome": "message_sent",
      },
    });
    expect(attempt.traceId).not.toBe(caller.trace);

    const below = collector.spans.filter(({ parentSpanId }) => parentSpanId === attempt.spanId);
    expect(below.every(({ traceId }) => traceId === attempt.traceId)).toBe(true);
    expect(below.map(({ name, kind, status }) => [name, kind, status])).toEqual([
      ["chat scripted-1", client, failed],
      ["chat scripted-1", client, 0],
      ["execute_tool send_message", internal, 0],
      ["chat scripted-1", client, 0],
      ["execute_tool finish", internal, 0],
    ]);
    expect(below[0]?.attributes["error.type"]).toBe("provider_unavailable");
    expect(below[1]?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": fixture.model.provider,
      "gen_ai.request.model": "scripted-1",
      "gen_ai.response.model": "scripted-1",
      "gen_ai.response.finish_reasons": ["tool_calls"],
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    });
    expect(below[2]?.attributes).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "send_message",
      "gen_ai.tool.type": "function",
    });
  });

  test("has one trace per attempt, and a wait is no failure and not called twice", async () => {
    const collector = await openCollector();
    const telemetry = openTelemetry(collector.endpoint);
    const fixture = await openTasks(telemetry);
    fixture.model.play(
      { toolCalls: [{ name: "send_message", input: { text: "Hello" } }] },
      { toolCalls: [{ name: "wait", input: { seconds: 1 } }] },
      { toolCalls: [{ name: "finish", input: { outcome: "message_sent", summary: "Done." } }] },
    );
    const task = await fixture.newTask({ contactId: fixture.contactId });
    const stopMaintenance = await startServices(createMaintenance(fixture.core, "worker"));
    cleanUps.push(stopMaintenance);
    await trigger(fixture, task.id);
    await telemetry.stop();

    const attempts = collector.spans.filter(({ name }) => name === "invoke_agent Mia");
    expect(attempts.map(({ status, attributes }) => [status, attributes["errand.execution.status"]])).toEqual(
      [
        [0, "left"],
        [0, "completed"],
      ],
    );
    const namesBelow = attempts.map(({ spanId }) =>
      collector.spans.filter(({ parentSpanId }) => parentSpanId === spanId).map(({ name }) => name),
    );
    expect(namesBelow).toEqual([
      ["chat scripted-1", "execute_tool send_message", "chat scripted-1", "execute_tool wait"],
      ["chat scripted-1", "execute_tool finish"],
    ]);
  });

  test("that fails says so by its code", async () => {
    const collector = await openCollector();
    const telemetry = openTelemetry(collector.endpoint);
    const fixture = await openTasks(telemetry);
    fixture.model.play({ fail: new ModelError("unauthorized", "LEAK key") });
    await trigger(fixture, (await fixture.newTask()).id);
    await telemetry.stop();
    expect(named(collector.spans, "invoke_agent Mia")).toMatchObject({
      status: failed,
      attributes: { "error.type": "model_unauthorized", "errand.execution.status": "failed" },
    });
    expect(collector.text()).not.toContain("LEAK");
  });
});

describe("a request", () => {
  const route = publicRoute({
    ...{
      operationId: "getThing",
      tag: "Things",
      summary: "A thing",
      method: "GET",
      path: "/v1/things/:thing",
    },
    params: z.object({ thing: z.string() }),
    response: z.object({ traced: z.boolean() }),
    errors: [],
    handler: async ({ params }) => {
      if (params.thing === "broken") throw new Error("LEAK");
      return { traced: core.tracer?.active() !== undefined };
    },
  });
  let core: TestCore;

  async function serve(telemetry: Telemetry | undefined) {
    core = await createTestCore({ tracer: telemetry?.tracer });
    const api = await createTestApi([route], { core });
    cleanUps.push(() => api.close());
    return api;
  }

  test("is a span of its own, below the caller's if there is one", async () => {
    const collector = await openCollector();
    const telemetry = openTelemetry(collector.endpoint);
    const api = await serve(telemetry);
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    expect((await api.send("GET", "/v1/things/a", { headers })).body).toEqual({ traced: true });
    await api.send("GET", "/v1/things/broken", { headers: { traceparent: "nonsense" } });
    await api.send("GET", "/v1/nowhere/LEAK?secret=LEAK");
    await api.send("GET", "/healthz");
    // Of a caller that does not want to be traced.
    await api.send("GET", "/v1/things/b", { headers: { traceparent: `00-${trace}-b7ad6b7169203331-00` } });
    await telemetry.stop();
    expect(
      collector.spans.map(({ name, status, attributes, parentSpanId }) => [
        ...[name, status, attributes["http.response.status_code"], attributes["http.route"], parentSpanId],
      ]),
    ).toEqual([
      ["GET /v1/things/:thing", 0, 200, "/v1/things/:thing", "b7ad6b7169203331"],
      ["GET /v1/things/:thing", failed, 500, "/v1/things/:thing", undefined],
      ["GET", 0, 404, undefined, undefined],
    ]);
    expect(collector.text()).not.toContain("LEAK");
  });

  test("is not traced without an endpoint", async () => {
    const api = await serve(undefined);
    expect((await api.send("GET", "/v1/things/a")).body).toEqual({ traced: false });
  });
});

test("a job is a span of its own", async () => {
  const collector = await openCollector();
  const telemetry = openTelemetry(collector.endpoint);
  const core = await createTestCore();
  cleanUps.push(() => core.close());
  const { url, log, clock, signals } = core;
  const queue = createJobs({ url, log, clock, signals, tracer: telemetry.tracer });
  const done = Promise.withResolvers<void>();
  const job = defineJob({
    ...{ id: "test.traced", version: 1, payload: z.strictObject({ text: z.string() }) },
    handle: async (_payload, { attempt }) => {
      if (attempt === 1) throw Object.assign(new Error("LEAK"), { code: "E_FIRST" });
      done.resolve();
    },
  });
  await queue.start([job]);
  const stop = await startServices(queue.service());
  const workspaceId = await core.newWorkspace();
  await core.db.tenant(workspaceId, (tx) => queue.jobs.send(tx, job.id, { text: "LEAK" }));
  await done.promise;
  await stop();
  await queue.stop();
  await telemetry.stop();
  expect(collector.spans.map(({ kind, status, attributes }) => [kind, status, attributes])).toMatchObject([
    [consumer, failed, { "errand.job.attempt": 1, "error.type": "E_FIRST" }],
    [consumer, 0, { "errand.job.attempt": 2, "errand.workspace.id": toId("workspace", workspaceId) }],
  ]);
  expect(collector.text()).not.toContain("LEAK");
});

describe("a collector", () => {
  function capture() {
    const lines: string[] = [];
    const destination = { write: (line: string) => lines.push(line) };
    return { log: createLogger({ level: "info", pretty: false, destination }), lines };
  }

  test("that is away costs one line in the log, and at most a second at the end", async () => {
    const gone = await startCollector();
    await gone.close();
    const { log, lines } = capture();
    const telemetry = openTelemetry(gone.endpoint, log);
    const fixture = await openTasks(telemetry);
    fixture.model.play({
      toolCalls: [{ name: "finish", input: { outcome: "no_action_needed", summary: "Nothing." } }],
    });
    const execution = await trigger(fixture, (await fixture.newTask()).id);
    expect(execution.status).toBe("completed");
    const startedAt = performance.now();
    await telemetry.stop();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["traces could not be sent to the collector"]);
  });

  test("that refuses is reported once a minute, with how many spans were lost", async () => {
    const collector = await openCollector({ status: 400 });
    let now = 0;
    // Each failure asks for the time once.
    let failures = 0;
    const clock = {
      ...systemClock,
      monotonicMs: () => {
        failures += 1;
        return now;
      },
    };
    const { log, lines } = capture();
    const telemetry = openTelemetry(collector.endpoint, log, clock);
    // A full batch goes out at once.
    async function sendBatch(): Promise<void> {
      const before = failures;
      for (let index = 0; index < 512; index += 1) telemetry.tracer.start(`span ${newId()}`, {}).end();
      await until("the failure", () => failures > before);
    }
    await sendBatch();
    await sendBatch();
    await sendBatch();
    now = 61_000;
    await sendBatch();
    const records = lines.map((line) => JSON.parse(line));
    expect(records).toHaveLength(2);
    expect(records[0]).toMatchObject({ level: 40, spans: 512, err: { message: expect.any(String) } });
    expect(records[1]).toMatchObject({ level: 40, spans: 3 * 512 });
    await telemetry.stop();
  });
});

test("the collector is named with or without the path of traces", () => {
  expect(tracesUrl("http://localhost:4318")).toBe("http://localhost:4318/v1/traces");
  expect(tracesUrl("http://localhost:4318/")).toBe("http://localhost:4318/v1/traces");
  expect(tracesUrl("https://otel.example.com/prefix/")).toBe("https://otel.example.com/prefix/v1/traces");
  expect(tracesUrl("https://otel.example.com/v1/traces?key=1")).toBe(
    "https://otel.example.com/v1/traces?key=1",
  );
});
