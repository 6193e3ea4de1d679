import { expect, test } from "vitest";
import type { Change } from "../../base/change.ts";
import { createFeed } from "./feed.ts";

const task = (id: string): Change => ({ kind: "task", id });

function idsSince(feed: ReturnType<typeof createFeed>, position: string) {
  return feed.since(position)?.map(({ kind, id }) => `${kind}:${id}`);
}

test("who comes back gets what came after it left, oldest first", () => {
  const feed = createFeed("here");
  feed.record(task("a"));
  const left = feed.position;
  expect(idsSince(feed, left)).toEqual([]);
  feed.record(task("b"));
  feed.record({ kind: "agent", id: null });
  expect(idsSince(feed, left)).toEqual(["task:b", "agent:null"]);
  expect(idsSince(feed, feed.position)).toEqual([]);
});

test("an object that changed again is told of once, in its latest place", () => {
  const feed = createFeed("here");
  const left = feed.position;
  for (const id of ["a", "b", "a"]) feed.record(task(id));
  expect(idsSince(feed, left)).toEqual(["task:b", "task:a"]);
});

test("who was away for more objects than are remembered is not told", () => {
  const feed = createFeed("here", 3);
  const first = feed.position;
  feed.record(task("a"));
  const second = feed.position;
  for (const id of ["b", "c", "d"]) feed.record(task(id));
  expect(idsSince(feed, first)).toBeUndefined();
  expect(idsSince(feed, second)).toEqual(["task:b", "task:c", "task:d"]);
  for (let count = 0; count < 10; count += 1) feed.record(task("d"));
  expect(idsSince(feed, second)).toEqual(["task:b", "task:c", "task:d"]);
});

test("who left before a loss is not told, who left after it is", () => {
  const feed = createFeed("here");
  feed.record(task("a"));
  const before = feed.position;
  feed.lose();
  const after = feed.position;
  feed.record(task("b"));
  expect(idsSince(feed, before)).toBeUndefined();
  expect(idsSince(feed, after)).toEqual(["task:b"]);
});

test.each([
  "there-0",
  "here",
  "here-",
  "here-1",
  "here--1",
  "here-0x0",
  "here-0 ",
  "",
  "-0",
  "here-99999999999999999",
])('the position "%s" is not known to a feed that is new', (position) => {
  expect(createFeed("here").since(position)).toBeUndefined();
});
