import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServices } from "../../test/engine.ts";
import { createTaskFixture, faultsOf, type TaskFixture, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { newId, toId } from "../base/ids.ts";
import { createWorker } from "../engine/index.ts";

let fixture: TaskFixture;
let stop: () => Promise<void>;
beforeAll(async () => {
  fixture = await createTaskFixture();
  stop = await startServices(createWorker(fixture.core, { concurrency: 2 }));
});
afterAll(async () => {
  await stop();
  await fixture.close();
});

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly outcome: string | null;
}

const nothing = `/v1/executions/${toId("execution", newId())}`;
const get = (path: string) => fixture.api.send("GET", path);

async function trigger(): Promise<string> {
  const task = await fixture.newTask();
  const { body } = await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
  return `/v1/executions/${(body as Shown).id}`;
}

/** The path of an execution that has called the model twice and ended. */
async function runToEnd(): Promise<string> {
  fixture.model.play(
    { toolCalls: [{ name: "wait", input: { seconds: 0 } }] },
    { toolCalls: [{ name: "finish", input: { outcome: "no_action_needed", summary: "Done." } }] },
  );
  const path = await trigger();
  await until("the end", async () => ((await get(path)).body as Shown).status === "completed");
  return path;
}

describe("steps", () => {
  it("are read in pages, oldest first", async () => {
    const path = await runToEnd();
    const read = async (query: string) =>
      (await get(`${path}/steps?${query}`)).body as {
        items: { seq: number; kind: string }[];
        nextAfter: number | null;
        lastSeq: number;
      };
    const whole = await read("limit=100");
    expect(whole.nextAfter).toBeNull();
    expect(whole.items.map(({ seq }) => seq)).toEqual(whole.items.map((_, index) => index + 1));
    const first = await read("limit=2");
    const lastSeq = whole.items.length;
    expect(first).toEqual({ items: whole.items.slice(0, 2), nextAfter: 2, lastSeq });
    expect((await read("limit=100&after=2")).items).toEqual(whole.items.slice(2));
    expect(await read(`after=${lastSeq}`)).toEqual({ items: [], nextAfter: null, lastSeq });
  });

  it.each(["-1", "1.5", "x", "1000000000", "99999999999999"])("after=%s is a fault", async (after) => {
    const received = await get(`${nothing}/steps?after=${after}`);
    expect(received.status).toBe(422);
    expect(Object.keys(faultsOf(received))).toEqual(["after"]);
  });
});

describe("events", () => {
  async function follow(path: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${fixture.api.url}${path}/events`, {
      headers: { authorization: "Bearer scope-read", ...headers },
    });
    const text = await response.text();
    const events = text.split("\n\n").flatMap((block) => {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const event = /^event: (.*)$/m.exec(block)?.[1];
      return event === undefined ? [] : [{ id, event }];
    });
    return { status: response.status, events };
  }

  it("are every step and the execution's end, and go on after Last-Event-ID", async () => {
    const path = await runToEnd();
    const { events } = await follow(path);
    const steps = events.filter(({ event }) => event === "step").map(({ id }) => id);
    expect(steps.length).toBeGreaterThan(2);
    expect(events.at(-1)).toEqual({ id: undefined, event: "execution" });
    const resumed = await follow(path, { "last-event-id": "2" });
    expect(resumed.events.flatMap(({ id }) => id ?? [])).toEqual(steps.slice(2));
  });

  it("begin anew for a Last-Event-ID that is none of ours", async () => {
    const path = await runToEnd();
    const { status, events } = await follow(path, { "last-event-id": "99999999999999" });
    expect(status).toBe(200);
    expect(events[0]).toEqual({ id: "1", event: "step" });
  });

  it("tell of a cancellation and end", async () => {
    fixture.model.play({ hang: true });
    const path = await trigger();
    await until("the start", async () => ((await get(path)).body as Shown).status === "running");
    const following = follow(path);
    const { body } = await fixture.api.send("POST", `${path}/cancel`);
    expect(body).toMatchObject({ status: "canceled", outcome: "none" });
    expect((await following).events.at(-1)?.event).toBe("execution");
  });
});

it("says how long it may run, whatever the task says later", async () => {
  const task = await fixture.newTask({ limits: { maxTimeSeconds: 1_200 } });
  fixture.model.play({
    toolCalls: [{ name: "finish", input: { outcome: "no_action_needed", summary: "." } }],
  });
  const { body } = await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
  expect(body).toMatchObject({ maxTimeSeconds: 1_200 });
  await fixture.api.send("PATCH", taskPath(task.id), { body: { limits: { maxTimeSeconds: 7_200 } } });
  const { id } = body as Shown;
  expect((await get(`/v1/executions/${id}`)).body).toMatchObject({ maxTimeSeconds: 1_200 });
});

it("lists by task and status, and cancelling what has ended changes nothing", async () => {
  const path = await runToEnd();
  const execution = (await get(path)).body as Shown & { readonly taskId: string };
  const list = async (status: string) =>
    ((await get(`/v1/executions?taskId=${execution.taskId}&status=${status}`)).body as { items: Shown[] })
      .items;
  expect(await list("completed")).toEqual([execution]);
  expect(await list("failed")).toEqual([]);
  expect((await fixture.api.send("POST", `${path}/cancel`)).body).toEqual(execution);
  expect((await get(nothing)).status).toBe(404);
});
