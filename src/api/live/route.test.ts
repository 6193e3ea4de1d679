import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestApi, type TestApi } from "../../../test/api.ts";
import { createTestCore, type TestCore } from "../../../test/core.ts";
import { type EventListener, listenToEvents, type ReceivedEvent } from "../../../test/event-stream.ts";
import { until } from "../../../test/until.ts";
import type { Change } from "../../base/change.ts";
import { newId, toId } from "../../base/ids.ts";
import { createSignals } from "../../db/index.ts";
import { announce } from "../../engine/index.ts";
import { liveRoute } from "./route.ts";

let core: TestCore;
let ours: TestApi;
/** The same server's other workspace. */
let theirs: TestApi;
const open: EventListener[] = [];

beforeAll(async () => {
  core = await createTestCore();
  const routes = [liveRoute(core)];
  ours = await createTestApi(routes, { core });
  theirs = await createTestApi(routes, { core });
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
});
afterAll(async () => {
  await theirs.app.close();
  await ours.close();
});

async function listen(api: TestApi, topics: string, after?: string): Promise<EventListener> {
  const resumed = after === undefined ? {} : { "last-event-id": after };
  const headers = { authorization: "Bearer scope-read", ...resumed };
  const listener = await listenToEvents(`${api.url}/v1/events?topics=${topics}`, headers);
  open.push(listener);
  return listener;
}

/** A stream that has begun. */
async function begin(api: TestApi, topics: string): Promise<EventListener> {
  const listener = await listen(api, topics);
  await listener.first("the beginning", ({ event }) => event === "ready");
  return listener;
}

const change = (api: TestApi, ...changes: readonly Change[]) =>
  core.db.tenant(api.workspaceId, async (tx) => announce(tx, ...changes));

const changed = (listener: EventListener, topic: string) =>
  listener.first(`a change of ${topic}`, ({ event, data }) =>
    event === "changed"
      ? (data.changes as readonly { topic: string }[]).some((one) => one.topic === topic)
      : false,
  );

const names = (events: readonly ReceivedEvent[]) => events.map(({ event }) => event);
const task = (id = newId()) => ({ kind: "task", id }) as const;

test("a change reaches every stream of its workspace that watches it, and no other", async () => {
  const id = newId();
  const apiId = toId("task", id);
  const [all, one, other, stranger, curious] = await Promise.all([
    begin(ours, "tasks,agents"),
    begin(ours, `task:${apiId}`),
    begin(ours, "contacts,workspace"),
    begin(theirs, "tasks"),
    begin(theirs, `task:${apiId}`),
  ]);
  await change(ours, task(id));
  expect((await changed(all, "tasks")).data).toEqual({
    changes: [{ topic: "tasks", kind: "task", ids: [apiId] }],
  });
  expect((await changed(one, `task:${apiId}`)).data).toEqual({
    changes: [{ topic: `task:${apiId}`, kind: "task", ids: [apiId] }],
  });
  // What comes after it on the same way has come after whatever they had heard of it.
  const tool = { kind: "tool", id: newId() } as const;
  await change(ours, tool);
  await changed(other, "workspace");
  const last = task();
  await change(theirs, last);
  await changed(stranger, "tasks");
  expect(names(other.events)).toEqual(["ready", "changed"]);
  expect(stranger.events.slice(1).map(({ data }) => data)).toEqual([
    { changes: [{ topic: "tasks", kind: "task", ids: [toId("task", last.id)] }] },
  ]);
  expect(names(curious.events)).toEqual(["ready"]);
});

test("the first change after a quiet time comes at once, those behind it together and each once", async () => {
  // Gathers for a second, so that a busy machine makes no difference.
  const clock = { ...core.clock, after: (ms: number, run: () => void) => core.clock.after(ms * 5, run) };
  const slow = await createTestApi([liveRoute({ signals: core.signals, clock })], { core });
  const listener = await begin(slow, "tasks,contacts");
  const [first, second, third] = [newId(), newId(), newId()];
  await change(slow, task(first));
  await changed(listener, "tasks");
  for (const id of [second, third, second]) await change(slow, task(id));
  await change(slow, { kind: "contact", id: first });
  await changed(listener, "contacts");
  listener.close();
  await slow.app.close();
  expect(listener.events.map(({ event, data }) => [event, data])).toEqual([
    ["ready", {}],
    ["changed", { changes: [{ topic: "tasks", kind: "task", ids: [toId("task", first)] }] }],
    [
      "changed",
      {
        changes: [
          { topic: "tasks", kind: "task", ids: [toId("task", second), toId("task", third)] },
          { topic: "contacts", kind: "contact", ids: [toId("contact", first)] },
        ],
      },
    ],
  ]);
});

test("a change that another process makes is heard as well, also of many", async () => {
  const { url, log, clock } = core;
  const signals = createSignals({ url, log, clock, processId: newId() });
  await signals.start();
  const there = await createTestApi([liveRoute({ signals, clock })], { core });
  const listener = await begin(there, "tasks,contacts");
  const id = newId();
  await change(there, task(id));
  expect((await changed(listener, "tasks")).data).toEqual({
    changes: [{ topic: "tasks", kind: "task", ids: [toId("task", id)] }],
  });
  await change(there, ...Array.from({ length: 500 }, () => ({ kind: "contact", id: newId() }) as const));
  expect((await changed(listener, "contacts")).data).toEqual({
    changes: [{ topic: "contacts", kind: "contact", ids: null }],
  });
  listener.close();
  await there.app.close();
  await signals.stop();
});

test("of very many nothing is named", async () => {
  const listener = await begin(ours, "tasks");
  await change(ours, ...Array.from({ length: 500 }, () => task()));
  expect((await changed(listener, "tasks")).data).toEqual({
    changes: [{ topic: "tasks", kind: "task", ids: null }],
  });
});

describe("who comes back", () => {
  test("gets what it missed, and then what follows", async () => {
    const before = await begin(ours, "tasks");
    await change(ours, task());
    const left = await changed(before, "tasks");
    before.close();
    const [missed, next] = [newId(), newId()];
    await change(ours, task(missed));
    const after = await listen(ours, "tasks", left.id);
    await changed(after, "tasks");
    await change(ours, task(next));
    await until("the next change", () => after.events.length === 2);
    expect(after.events.map(({ event, data }) => [event, data])).toEqual(
      [missed, next].map((id) => [
        "changed",
        { changes: [{ topic: "tasks", kind: "task", ids: [toId("task", id)] }] },
      ]),
    );
    expect(new Set([left.id, ...after.events.map(({ id }) => id)]).size).toBe(3);
  });

  test("and has missed nothing is told so", async () => {
    const before = await begin(ours, "tasks");
    const [ready] = before.events;
    before.close();
    const after = await listen(ours, "tasks", ready?.id);
    const { data } = await after.first("the beginning", () => true);
    expect([names(after.events), data]).toEqual([["changed"], { changes: [] }]);
  });

  test.each([
    ["from another process", `${newId()}-1`],
    ["with what is no id of ours", "17"],
  ])("%s reads everything again", async (_what, id) => {
    const listener = await listen(ours, "tasks", id);
    const { data } = await listener.first("the beginning", () => true);
    expect([names(listener.events), data]).toEqual([["reset"], {}]);
    expect(listener.events[0]?.id).not.toBe(id);
  });

  test("with another workspace's id reads everything again", async () => {
    const stranger = await begin(theirs, "tasks");
    const listener = await listen(ours, "tasks", stranger.events[0]?.id);
    await listener.first("the beginning", () => true);
    expect(names(listener.events)).toEqual(["reset"]);
  });
});

test("after lost signals everything is to be read again, and then changes come as before", async () => {
  const listener = await begin(ours, "tasks");
  const left = listener.events[0]?.id;
  const admin = new pg.Client({ connectionString: core.url });
  await admin.connect();
  await admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'errand signals' and datname = current_database()",
  );
  await admin.end();
  await listener.first("the reset", ({ event }) => event === "reset");
  await change(ours, task());
  await changed(listener, "tasks");
  expect(names(listener.events)).toEqual(["ready", "reset", "changed"]);
  const late = await listen(ours, "tasks", left);
  await late.first("the beginning", () => true);
  expect(names(late.events)).toEqual(["reset"]);
});

test("signals that are lost again and again do not make clients read everything all the time", async () => {
  const listener = await begin(ours, "tasks");
  const lose = async () => core.signals.notify("live", "");
  await lose();
  await listener.first("a reset", ({ event }) => event === "reset");
  for (let count = 0; count < 50; count += 1) {
    await lose();
    await change(ours, task());
  }
  await until("the second reset", () => listener.events.length === 3);
  await change(ours, task());
  await changed(listener, "tasks");
  expect(names(listener.events)).toEqual(["ready", "reset", "reset", "changed"]);
});

test("a stream ends some seconds after its key was changed", async () => {
  const clock = { ...core.clock, after: (ms: number, run: () => void) => core.clock.after(ms / 50, run) };
  const key = { kind: "api_key", id: newId(), scope: "read", role: null } as const;
  const workspaceId = ours.workspaceId;
  const api = await createTestApi([liveRoute({ signals: core.signals, clock })], {
    core,
    authenticate: async () => ({ ...key, workspaceId }),
  });
  const listener = await begin(api, "tasks");
  await change(ours, { kind: "apiKey", id: newId() }, task());
  await changed(listener, "tasks");
  await change(ours, { kind: "apiKey", id: key.id });
  await listener.ended;
  expect(names(listener.events)).toEqual(["ready", "changed"]);
  await api.app.close();
});

describe("topics that are none", () => {
  const send = (query: string) => ours.send("GET", `/v1/events${query}`, { scope: "read" });
  const many = (count: number) => Array.from({ length: count }, () => "tasks").join(",");

  test.each([
    ["none", "", "required"],
    ["an empty list", "?topics=", "out_of_range"],
    ["more than a hundred", `?topics=${many(101)}`, "out_of_range"],
    ["an unknown one", "?topics=tasks,taskz", "topic_unknown"],
    ["an empty one", "?topics=tasks,", "topic_unknown"],
    ["a malformed id", "?topics=task:1", "topic_unknown"],
    ["another kind's id", `?topics=task:${toId("agent", newId())}`, "topic_unknown"],
    ["two lists", "?topics=tasks&topics=agents", "invalid_type"],
  ])("%s are refused", async (_what, query, code) => {
    const { status, body } = await send(query);
    expect([status, body]).toMatchObject([
      422,
      { code: "invalid_request", errors: [{ path: "topics", code }] },
    ]);
  });

  test("the fault says what is accepted", async () => {
    const { body } = await send("?topics=taskz");
    const { errors } = body as { readonly errors: readonly { readonly message: string }[] };
    expect(errors[0]?.message).toContain("tasks, executions, conversations");
    expect(errors[0]?.message).toContain('"taskz"');
  });

  test("a hundred are accepted", async () => {
    await begin(ours, many(100));
  });
});
