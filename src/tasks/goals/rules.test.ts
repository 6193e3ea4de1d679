import { expect, it } from "vitest";
import { goals } from "../task.ts";
import { describeGoal } from "./rules.ts";

it("names every goal in the reason", () => {
  for (const goal of goals) {
    const { code, message } = describeGoal(goal);
    expect(code).toBe(goal);
    expect(message).toMatch(/\.$/);
  }
});
