import { expect, test } from "vitest";
import { type Clock, systemClock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { SignalChannel, Signals } from "../../db/signals.ts";
import type { Visitor } from "../visitor-store.ts";
import { createVisitorHub } from "./live-hub.ts";
import { encodePreview, type PreviewSignal, scrollTopic } from "./preview-signal.ts";

/** Longer than any test waits. */
const forever = 600_000;

/** Signals within this process, and a count of who listens. */
function createLocalSignals(): Signals & { readonly listeners: () => number } {
  const handlers = new Map<SignalChannel, ((payload: string) => void)[]>();
  return {
    notify: (channel, payload) => {
      for (const handler of handlers.get(channel) ?? []) handler(payload);
    },
    listen(channel, handler) {
      handlers.set(channel, [...(handlers.get(channel) ?? []), handler]);
      return () => undefined;
    },
    listeners: () => [...handlers.values()].flat().length,
    start: async () => undefined,
    stop: async () => undefined,
  };
}

function setUp(options: { readonly clock?: Clock; readonly perProcess?: number } = {}) {
  const signals = createLocalSignals();
  const { clock = systemClock, perProcess = 100 } = options;
  const hub = createVisitorHub({ signals, clock }, { perVisitor: 2, perProcess });
  return { signals, hub };
}

const workspaceId = newId();
const newVisitor = (): Visitor => ({ workspaceId, id: newId(), channelId: newId(), contactId: newId() });

type Sent = { readonly offset: number; readonly text: string } | { readonly end: "sent" | "discarded" };
const say = (signals: Signals, visitor: Visitor, messageId: string, sent: Sent) => {
  const signal: PreviewSignal = { topic: scrollTopic(visitor), messageId, ...sent };
  signals.notify("previews", encodePreview(signal));
};

test("a signal wakes the streams it concerns and no others, with one listener for all", async () => {
  const { signals, hub } = setUp();
  const visitors = Array.from({ length: 50 }, newVisitor);
  const streams = visitors.map((visitor) => hub.subscribe(visitor));
  expect(signals.listeners()).toBe(2);
  const woken: number[] = [];
  const waits = streams.map(async (stream, index) => {
    expect(stream.takeChanged()).toBe(true);
    await stream.wait(forever);
    woken.push(index);
  });
  const [first, second] = visitors;
  if (first === undefined || second === undefined) throw new Error("no visitors");
  signals.notify("live", scrollTopic(first));
  await waits[0];
  streams[1]?.watchConversation("c1");
  signals.notify("live", `${workspaceId} conversation:c1`);
  await waits[1];
  say(signals, second, newId(), { offset: 0, text: "Hi" });
  expect(woken).toEqual([0, 1]);
  for (const stream of streams) stream.close();
  await Promise.all(waits);
});

test("a piece of a preview is news, and no reason to read the database", async () => {
  const { signals, hub } = setUp();
  const visitor = newVisitor();
  const stream = hub.subscribe(visitor);
  stream.takeChanged();
  const messageId = newId();
  say(signals, visitor, messageId, { offset: 0, text: "Hel" });
  await stream.wait(forever);
  expect([stream.takeChanged(), stream.preview()?.text]).toEqual([false, "Hel"]);
  say(signals, visitor, messageId, { offset: 3, text: "lo" });
  expect(stream.preview()?.text).toBe("Hello");
  say(signals, visitor, messageId, { end: "discarded" });
  expect([stream.takeChanged(), stream.preview()]).toEqual([false, undefined]);
  say(signals, visitor, newId(), { offset: 0, text: "Again" });
  say(signals, visitor, messageId, { end: "sent" });
  expect(stream.preview()?.text).toBe("Again");
  // The message that took the preview's place is to be read.
  expect(stream.takeChanged()).toBe(true);
});

test("what comes twice or after a gap, or without its beginning, is not added", () => {
  const { signals, hub } = setUp();
  const visitor = newVisitor();
  const stream = hub.subscribe(visitor);
  const messageId = newId();
  say(signals, visitor, messageId, { offset: 5, text: "late" });
  expect(stream.preview()).toBeUndefined();
  say(signals, visitor, messageId, { offset: 0, text: "Hel" });
  say(signals, visitor, messageId, { offset: 0, text: "Hel" });
  say(signals, visitor, messageId, { offset: 9, text: "!" });
  expect(stream.preview()?.text).toBe("Hel");
  // Another answer begins: the first one's end was lost.
  say(signals, visitor, newId(), { offset: 0, text: "New" });
  expect(stream.preview()?.text).toBe("New");
});

test("'anything may have changed' makes every stream look, once a second at most", () => {
  const waits: { readonly ms: number; readonly fire: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    after(ms, fire) {
      waits.push({ ms, fire });
      return () => undefined;
    },
  };
  const { signals, hub } = setUp({ clock });
  const streams = [newVisitor(), newVisitor()].map((visitor) => hub.subscribe(visitor));
  for (const stream of streams) stream.takeChanged();
  for (let count = 0; count < 10; count += 1) signals.notify("live", "");
  expect(waits.map(({ ms }) => ms)).toEqual([1_000]);
  waits[0]?.fire();
  expect(streams.map((stream) => stream.takeChanged())).toEqual([true, true]);
});

test("a wide signal makes the streams look that it may concern", () => {
  const waits: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    after(_ms, fire) {
      waits.push(fire);
      return () => undefined;
    },
  };
  const { signals, hub } = setUp({ clock });
  const ours = hub.subscribe(newVisitor());
  const writing = hub.subscribe(newVisitor());
  writing.watchConversation(newId());
  const other = hub.subscribe({ ...newVisitor(), workspaceId: newId() });
  const streams = [ours, writing, other];
  const changed = () => {
    waits.splice(0).forEach((fire) => {
      fire();
    });
    return streams.map((stream) => stream.takeChanged());
  };
  changed();
  signals.notify("live", `${workspaceId} task:`);
  expect(changed()).toEqual([false, false, false]);
  signals.notify("live", `${workspaceId} conversation:`);
  expect(changed()).toEqual([false, true, false]);
  signals.notify("live", `${workspaceId} scroll:`);
  expect(changed()).toEqual([true, true, false]);
});

test("a visitor and a process have room for so many streams", () => {
  const { hub } = setUp({ perProcess: 3 });
  const full = expect.objectContaining({ code: "too_many_streams", status: 429 });
  const visitor = newVisitor();
  const streams = [hub.subscribe(visitor), hub.subscribe(visitor)];
  expect(() => hub.subscribe(visitor)).toThrow(full);
  hub.subscribe(newVisitor());
  expect(() => hub.subscribe(newVisitor())).toThrow(full);
  for (const stream of streams) stream.close();
  streams[0]?.close();
  hub.subscribe(visitor);
  hub.subscribe(visitor);
  expect(() => hub.subscribe(visitor)).toThrow(full);
});
