import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addStep, addUsd, noUsage } from "./usage.ts";

describe("addUsd", () => {
  test.each([
    ["0", "0", "0"],
    ["0.1", "0.2", "0.3"],
    ["9.999999", "0.000001", "10"],
    ["100", "0", "100"],
    ["0.000001", "0", "0.000001"],
    ["1.5", "1e-6", "1.500001"],
  ])("%s + %s = %s", (left, right, sum) => {
    expect(addUsd(left, right)).toBe(sum);
  });

  test("does not drift over 100 000 steps", () => {
    let sum = "0";
    for (let step = 0; step < 100_000; step += 1) sum = addUsd(sum, "0.000123");
    expect(sum).toBe("12.3");
  });

  test("is exact in millionths", () => {
    const micros = fc.integer({ min: 0, max: 10 ** 12 });
    fc.assert(
      fc.property(micros, micros, (left, right) => {
        const sum = addUsd((left / 1e6).toFixed(6), (right / 1e6).toFixed(6));
        expect(Math.round(Number(sum) * 1e6)).toBe(left + right);
        expect(sum).toMatch(/^\d+(\.\d{0,5}[1-9])?$/);
      }),
    );
  });
});

describe("addStep", () => {
  test("counts a model step as an iteration, with its tokens and money", () => {
    const usage = addStep(noUsage, "model", { inputTokens: 10, outputTokens: 3, costUsd: "0.25" });
    expect(usage).toEqual({ iterations: 1, toolCalls: 0, inputTokens: 10, outputTokens: 3, costUsd: "0.25" });
  });

  test("counts a tool call where the payload says so, and nothing else", () => {
    expect(addStep(noUsage, "tool_intent", { toolCall: true })).toEqual({ ...noUsage, toolCalls: 1 });
    for (const kind of ["tool_result", "message", "wait", "checkpoint", "note"] as const)
      expect(addStep(noUsage, kind, { output: 1 })).toEqual(noUsage);
  });
});
