import { describe, expect, it } from "vitest";
import { describeNearLimits, describeReachedLimit, findNearLimits, findReachedLimit } from "./limits.ts";

const limits = { maxIterations: 10, maxToolCalls: 5, maxCostUsd: "0.10" };
const usage = { iterations: 0, toolCalls: 0, costUsd: "0" };

describe("findReachedLimit", () => {
  it("finds each limit exactly when it is used up", () => {
    expect(findReachedLimit({ iterations: 9, toolCalls: 4, costUsd: "0.099999" }, limits)).toBeUndefined();
    expect(findReachedLimit({ ...usage, iterations: 10 }, limits)).toBe("max_iterations");
    expect(findReachedLimit({ ...usage, toolCalls: 5 }, limits)).toBe("max_tool_calls");
    expect(findReachedLimit({ ...usage, costUsd: "0.1" }, limits)).toBe("max_cost");
  });

  it("knows no limit on money where there is none, and lets nothing be spent where it is zero", () => {
    expect(findReachedLimit({ ...usage, costUsd: "99" }, { ...limits, maxCostUsd: null })).toBeUndefined();
    expect(findReachedLimit(usage, { ...limits, maxCostUsd: "0" })).toBe("max_cost");
  });
});

describe("findNearLimits", () => {
  it("warns from 80 % on, time included", () => {
    expect(findNearLimits({ ...usage, iterations: 7, toolCalls: 3, costUsd: "0.079" }, limits, 0.79)).toEqual(
      [],
    );
    expect(findNearLimits({ iterations: 8, toolCalls: 4, costUsd: "0.08" }, limits, 0.8)).toEqual([
      "max_iterations",
      "max_tool_calls",
      "max_cost",
      "max_time",
    ]);
  });
});

it("says in words what is used up", () => {
  expect(describeNearLimits(["max_cost", "max_time"])).toContain("(money, time)");
  expect(describeReachedLimit("max_cost", limits)).toEqual({
    code: "max_cost",
    message: "The allowed 0.10 US dollars were used up. What was done until then is kept.",
  });
});
