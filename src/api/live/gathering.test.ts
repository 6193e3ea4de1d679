import { expect, test } from "vitest";
import type { ChangeKind } from "../../base/change.ts";
import { newId, toId } from "../../base/ids.ts";
import { createGathering } from "./gathering.ts";
import { readTopic, type Topic } from "./topics.ts";

function gather(...names: readonly string[]) {
  return createGathering(
    names.map((name): Topic => {
      const topic = readTopic(name);
      if ("fault" in topic) throw new Error(topic.fault);
      return topic;
    }),
  );
}

const any = (kind: ChangeKind) => ({ kind, id: null });

test("only what concerns the topics is taken, each object once", () => {
  const gathering = gather("tasks");
  const id = newId();
  gathering.add({ kind: "agent", id: newId() });
  expect(gathering.isEmpty).toBe(true);
  gathering.add({ kind: "task", id });
  gathering.add({ kind: "task", id });
  expect(gathering.isEmpty).toBe(false);
  expect(gathering.take()).toEqual([{ topic: "tasks", kind: "task", ids: [toId("task", id)] }]);
  expect([gathering.isEmpty, gathering.take()]).toEqual([true, []]);
});

test("an object is told of under itself and under its collection", () => {
  const [id, other] = [newId(), newId()];
  const name = `task:${toId("task", id)}`;
  const gathering = gather("tasks", name);
  gathering.add({ kind: "task", id });
  gathering.add({ kind: "task", id: other });
  expect(gathering.take()).toEqual([
    { topic: "tasks", kind: "task", ids: [toId("task", id), toId("task", other)] },
    { topic: name, kind: "task", ids: [toId("task", id)] },
  ]);
});

test("the kinds of a collection are kept apart", () => {
  const gathering = gather("workspace");
  const [tool, member] = [newId(), newId()];
  gathering.add({ kind: "tool", id: tool });
  gathering.add({ kind: "member", id: member });
  expect(gathering.take()).toEqual([
    { topic: "workspace", kind: "tool", ids: [toId("tool", tool)] },
    { topic: "workspace", kind: "member", ids: [toId("member", member)] },
  ]);
});

test("a hundred objects are named, of more none is", () => {
  const gathering = gather("executions");
  const ids = Array.from({ length: 101 }, newId);
  for (const id of ids.slice(0, 100)) gathering.add({ kind: "execution", id });
  expect(gathering.take()).toEqual([
    { topic: "executions", kind: "execution", ids: ids.slice(0, 100).map((id) => toId("execution", id)) },
  ]);
  for (const id of ids) gathering.add({ kind: "execution", id });
  gathering.add({ kind: "execution", id: newId() });
  expect(gathering.take()).toEqual([{ topic: "executions", kind: "execution", ids: null }]);
});

test("that any may have changed outweighs names, and concerns each object that is watched", () => {
  const [id, other] = [newId(), newId()];
  const names = [id, other].map((one) => `contact:${toId("contact", one)}`);
  const gathering = gather("contacts", ...names);
  gathering.add({ kind: "contact", id });
  gathering.add(any("contact"));
  gathering.add({ kind: "contact", id: newId() });
  expect(gathering.take()).toEqual([
    { topic: "contacts", kind: "contact", ids: null },
    { topic: names[0], kind: "contact", ids: [toId("contact", id)] },
    { topic: names[1], kind: "contact", ids: [toId("contact", other)] },
  ]);
});
