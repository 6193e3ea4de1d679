import { expect, it } from "vitest";
import { linkOfNotification } from "./rules.ts";

const taskId = "task_01k3v8q5x8e7arf4s2m6t9c0wd";

it.each([
  ["task.auto_paused", { kind: "task", id: taskId }, { to: "/tasks/$taskId", params: { taskId } }],
  ["budget.used_up", { kind: "agent", id: "agent_01k3v8q5x8e7arf4s2m6t9c0wd" }, { to: "/settings/budgets" }],
  ["budget.nearly_used_up", null, { to: "/settings/budgets" }],
  ["task.auto_paused", null, undefined],
])("%s about %j leads to where it is mended", (kind, target, link) => {
  expect(linkOfNotification({ kind, target })).toEqual(link);
});
