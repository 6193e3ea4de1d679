import { describe, expect, test } from "vitest";
import { changeKinds } from "../../base/change.ts";
import { newId, toId } from "../../base/ids.ts";
import { readTopic } from "./topics.ts";

const collections = [
  ["tasks", ["task"]],
  ["executions", ["execution"]],
  ["conversations", ["conversation"]],
  ["contacts", ["contact"]],
  ["agents", ["agent"]],
  ["channels", ["channel"]],
  ["notifications", ["notification"]],
  ["workspace", ["workspace", "member", "invitation", "apiKey", "modelProvider", "tool", "knowledge"]],
] as const;

test.each(collections)("%s is everything of its kinds", (name, kinds) => {
  expect(readTopic(name)).toEqual({ name, kinds, id: null });
});

test("every kind of change can be watched", () => {
  expect(collections.flatMap(([, kinds]) => kinds).toSorted()).toEqual(changeKinds.toSorted());
});

test.each(["task", "execution", "conversation", "contact", "agent", "channel"] as const)(
  "one %s is a topic",
  (kind) => {
    const id = newId();
    const name = `${kind}:${toId(kind, id)}`;
    expect(readTopic(name)).toEqual({ name, kinds: [kind], id });
  },
);

describe("a fault names what is accepted", () => {
  const all =
    "must each be a collection (tasks, executions, conversations, contacts, agents, channels, notifications, workspace) or one object (task:task_…, execution:exec_…, conversation:conv_…, contact:contact_…, agent:agent_…, channel:chan_…)";
  test.each([
    ["an unknown word", "taskz", `${all}; "taskz" is none`],
    ["nothing", "", `${all}; "" is none`],
    ["a space", " tasks", `${all}; " tasks" is none`],
    ["a name of every object", "toString", `${all}; "toString" is none`],
    ["one object of a kind that is watched together", `tool:${toId("tool", newId())}`, `${all}; "tool:tool_`],
    ["a kind without an id", "task", `${all}; "task" is none`],
    ["an empty id", "task:", 'must name one task like task:task_01k3v8q5x8e7arf4s2m6t9c0wd, not "task:"'],
    [
      "another kind's id",
      `task:${toId("agent", newId())}`,
      'must name one task like task:task_01k3v8q5x8e7arf4s2m6t9c0wd, not "task:agent_',
    ],
    [
      "a UUID",
      `channel:${newId()}`,
      'must name one channel like channel:chan_01k3v8q5x8e7arf4s2m6t9c0wd, not "channel:',
    ],
  ])("%s", (_what, name, start) => {
    const topic = readTopic(name);
    expect("fault" in topic && topic.fault.startsWith(start), JSON.stringify(topic)).toBe(true);
  });

  test("what is very long is not repeated whole", () => {
    expect(readTopic("x".repeat(10_000))).toEqual({ fault: `${all}; "${"x".repeat(60)}…" is none` });
  });
});
