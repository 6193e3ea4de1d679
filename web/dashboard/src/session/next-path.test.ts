import { describe, expect, it } from "vitest";
import { nextPath } from "./next-path.ts";

const origin = "https://errand.example";

describe("nextPath", () => {
  it.each([
    ["/tasks/task_1?tab=upcoming#top", "/tasks/task_1?tab=upcoming#top"],
    ["/conversations?q=Anna%20B", "/conversations?q=Anna%20B"],
    ["/tasks/../agents", "/agents"],
  ])("goes back to %s", (next, path) => {
    expect(nextPath(next, origin)).toBe(path);
  });

  it.each([
    undefined,
    "",
    "tasks",
    "https://elsewhere.example/tasks",
    "//elsewhere.example/tasks",
    "/\\elsewhere.example/tasks",
    "/\t/elsewhere.example",
    "/\n\\elsewhere.example",
    "javascript:alert(1)",
    "//",
    "/tasks/..//elsewhere.example",
    "/sign-in?next=/tasks",
    "/invitation",
    "/no-workspace",
  ])("does not follow %j", (next) => {
    expect(nextPath(next, origin)).toBe("/tasks");
  });

  it("keeps one's own host even when it is spelled out", () => {
    expect(nextPath("//errand.example/agents", origin)).toBe("/agents");
  });
});
