import { describe, expect, it } from "vitest";
import { addressOf, type Change, isTouched } from "./rules.ts";

const id = (prefix: string, last = "a") => `${prefix}_01k3v8q5x8e7arf4s2m6t9c0w${last}`;
const task: Change = { topic: "tasks", kind: "task", ids: [id("task")] };
const anyTask: Change = { topic: "tasks", kind: "task", ids: null };
const execution: Change = { topic: "executions", kind: "execution", ids: [id("exec")] };
const contact: Change = { topic: "contacts", kind: "contact", ids: [id("contact")] };
const tool: Change = { topic: "workspace", kind: "tool", ids: [id("tool")] };
const notification: Change = { topic: "notifications", kind: "notification", ids: null };

describe("isTouched", () => {
  it.each<[string, Change]>([
    ["/v1/tasks", task],
    ["/v1/tasks/calendar", task],
    [`/v1/tasks/${id("task")}`, task],
    [`/v1/tasks/${id("task")}/upcoming`, task],
    [`/v1/tasks/${id("task", "b")}`, anyTask],
    [`/v1/contacts/${id("contact", "b")}/upcoming`, task],
    [`/v1/tasks/${id("task", "b")}/executions`, execution],
    ["/v1/usage", execution],
    [`/v1/contacts/${id("contact")}/memory`, contact],
    ["/v1/tools", tool],
    ["/v1/audit-log", tool],
    ["/v1/notifications/unread-count", notification],
    ["/v1/auth/session", { topic: "workspace", kind: "member", ids: [id("mem")] }],
  ])("%s is asked again", (address, change) => {
    expect(isTouched(address, [change])).toBe(true);
  });

  it.each<[string, Change]>([
    [`/v1/tasks/${id("task", "b")}`, task],
    [`/v1/contacts/${id("contact", "b")}/memory`, contact],
    ["/v1/contacts", task],
    ["/v1/members", tool],
    ["/v1/audit-log", execution],
    ["/v1/executions", { topic: "conversations", kind: "conversation", ids: null }],
    ["/v1/tasks", { topic: "todos", kind: "todo", ids: null }],
    ["/v1/tasksomething", task],
  ])("%s stays", (address, change) => {
    expect(isTouched(address, [change])).toBe(false);
  });

  it("looks at each of the changes", () => {
    expect(isTouched("/v1/tools", [task, contact, tool])).toBe(true);
    expect(isTouched("/v1/tools", [])).toBe(false);
  });
});

describe("addressOf", () => {
  it.each([
    [["/v1/tasks", { limit: 25 }], "/v1/tasks"],
    [["infinite", "/v1/tasks", {}], "/v1/tasks"],
    [["name", "task", id("task"), `/v1/tasks/${id("task")}`], `/v1/tasks/${id("task")}`],
    [["something of the page"], undefined],
  ])("of %j", (queryKey, address) => {
    expect(addressOf(queryKey)).toBe(address);
  });
});
