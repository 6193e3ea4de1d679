import { expect, test } from "vitest";
import { encodeChange, type PlacedChange } from "../../base/change.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { newId, toId } from "../../base/ids.ts";
import { createLiveHub } from "./hub.ts";
import { readTopic, type Topic } from "./topics.ts";

const [ours, theirs] = [newId(), newId()];
const callerOf = (workspaceId: string) => ({ workspaceId, kind: "api_key", id: newId() }) as const;

function topicsOf(...names: readonly string[]): readonly Topic[] {
  return names.map(readTopic).flatMap((topic) => ("fault" in topic ? [] : [topic]));
}

/** A hub with signals and a clock in the test's hand. */
function setUp() {
  const handlers: ((payload: string) => void)[] = [];
  const timers: { readonly ms: number; readonly fire: () => void }[] = [];
  let nowMs = 0;
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    after(ms, fire) {
      const timer = { ms, fire };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
  };
  const hub = createLiveHub({
    clock,
    signals: {
      listen(_channel, handler) {
        handlers.push(handler);
        return () => undefined;
      },
    },
  });
  return {
    hub,
    timers,
    listeners: () => handlers.length,
    pass: (ms: number) => {
      nowMs += ms;
    },
    signal: (payload: string) => {
      for (const handler of handlers) handler(payload);
    },
    change(change: PlacedChange) {
      this.signal(encodeChange(change));
    },
  };
}

const task = (workspaceId: string, id = newId()) => ({ workspaceId, kind: "task", id }) as const;
const told = (id: string) => ({
  kind: "changes",
  changes: [{ topic: "tasks", kind: "task", ids: [toId("task", id)] }],
});

test("one listener serves all streams; each hears of its own workspace and topics only", () => {
  const it = setUp();
  expect(it.listeners()).toBe(0);
  const mine = it.hub.subscribe(callerOf(ours), topicsOf("tasks"), undefined);
  const agents = it.hub.subscribe(callerOf(ours), topicsOf("agents"), undefined);
  const other = it.hub.subscribe(callerOf(theirs), topicsOf("tasks"), undefined);
  const { id, ...of } = task(ours);
  it.change({ ...of, id });
  it.signal(`${ours} scroll:${newId()}:${newId()}`);
  expect(it.listeners()).toBe(1);
  expect([mine.take(), agents.take(), other.take()]).toEqual([told(id), undefined, undefined]);
});

test("another workspace's activity does not show in positions", () => {
  const it = setUp();
  const mine = it.hub.subscribe(callerOf(ours), topicsOf("tasks"), undefined);
  it.hub.subscribe(callerOf(theirs), topicsOf("tasks"), undefined);
  const before = mine.position;
  it.change(task(theirs));
  expect([mine.take(), mine.position]).toEqual([undefined, before]);
});

test("a wait ends with a change that concerns the topics, or with the subscription", async () => {
  const it = setUp();
  const stream = it.hub.subscribe(callerOf(ours), topicsOf("tasks"), undefined);
  let isWoken = false;
  const waiting = stream.wait().then(() => {
    isWoken = true;
  });
  it.change({ workspaceId: ours, kind: "agent", id: newId() });
  await Promise.resolve();
  expect(isWoken).toBe(false);
  it.change(task(ours));
  await waiting;
  stream.take();
  const closing = stream.wait();
  stream.close();
  await closing;
  expect(stream.isOver).toBe(true);
});

test("'anything may have changed' takes the place of all changes", () => {
  const it = setUp();
  const stream = it.hub.subscribe(callerOf(ours), topicsOf("tasks"), undefined);
  it.change(task(ours));
  it.signal("");
  it.change(task(ours));
  expect([stream.isLost, stream.take(), stream.isLost, stream.take()]).toEqual([
    true,
    { kind: "lost" },
    false,
    undefined,
  ]);
  const { id, ...of } = task(ours);
  it.change({ ...of, id });
  expect(stream.take()).toEqual(told(id));
});

test("who comes back hears what it missed, also of topics that it did not have then", () => {
  const it = setUp();
  const first = it.hub.subscribe(callerOf(ours), topicsOf("agents"), undefined);
  first.take();
  first.close();
  const { id, ...of } = task(ours);
  it.change({ ...of, id });
  const second = it.hub.subscribe(callerOf(ours), topicsOf("tasks"), first.position);
  expect(second.take()).toEqual(told(id));
  expect(second.take()).toBeUndefined();
});

test("who comes back too late, or from another workspace or process, has lost", () => {
  const it = setUp();
  const first = it.hub.subscribe(callerOf(ours), topicsOf("tasks"), undefined);
  const { position } = first;
  first.close();
  const news = (workspaceId: string, after: string, { hub } = it) =>
    hub.subscribe(callerOf(workspaceId), topicsOf("tasks"), after).take();
  expect(news(theirs, position)).toEqual({ kind: "lost" });
  expect(news(ours, position, setUp())).toEqual({ kind: "lost" });
  it.pass(5 * 60_000 + 1);
  // What is old goes when somebody else comes.
  it.hub.subscribe(callerOf(newId()), topicsOf("tasks"), undefined);
  expect(news(ours, position)).toEqual({ kind: "lost" });
});

test("who is back within five minutes has lost nothing", () => {
  const it = setUp();
  const first = it.hub.subscribe(callerOf(ours), topicsOf("tasks"), undefined);
  it.pass(10 * 60_000);
  first.close();
  it.pass(5 * 60_000 - 1);
  it.hub.subscribe(callerOf(theirs), topicsOf("tasks"), undefined);
  expect(it.hub.subscribe(callerOf(ours), topicsOf("tasks"), first.position).take()).toBeUndefined();
});

test("a change of the caller's own key or membership ends the stream, some seconds later", () => {
  const it = setUp();
  const [key, member] = [callerOf(ours), { workspaceId: ours, kind: "member", id: newId() } as const];
  const streams = [key, member].map((caller) => it.hub.subscribe(caller, topicsOf("tasks"), undefined));
  const over = () => streams.map(({ isOver }) => isOver);
  it.change({ workspaceId: ours, kind: "apiKey", id: newId() });
  it.change({ workspaceId: ours, kind: "apiKey", id: member.id });
  expect(it.timers).toEqual([]);
  it.change({ workspaceId: ours, kind: "apiKey", id: key.id });
  it.change({ workspaceId: ours, kind: "apiKey", id: null });
  it.change({ workspaceId: ours, kind: "member", id: member.id });
  expect([it.timers.map(({ ms }) => ms), over()]).toEqual([
    [10_000, 10_000],
    [false, false],
  ]);
  it.timers[0]?.fire();
  expect(over()).toEqual([true, false]);
  streams[1]?.close();
  expect(it.timers).toHaveLength(1);
});
