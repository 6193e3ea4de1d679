import { expect, it } from "vitest";
import type { Step } from "../../../api/generated/model";
import { limitUses } from "./limit-rules.ts";

const execution = { iterations: 800, toolCalls: 3, costUsd: "0.25", maxTimeSeconds: 900 };
const time = "2027-03-01T09:00:00.000Z";

function makeStart(limits: object): Step {
  return {
    ...{ seq: 1, kind: "note", name: "start", attempt: 1, input: null, error: null, late: null },
    ...{ inputTokens: null, outputTokens: null, costUsd: null, startedAt: time, endedAt: time },
    output: { limits },
  };
}

const start = makeStart({ maxIterations: 1_000, maxToolCalls: 10_000, maxCostUsd: "0.20" });
const facts = { execution, start, workedMs: 90_000 };

it("each limit says what is used of it, and when the agent was told to conclude", () => {
  expect(limitUses(facts)).toEqual([
    { key: "iterations", label: "Model calls", words: "800 of 1,000", share: 0.8, level: "near" },
    { key: "toolCalls", label: "Tool calls", words: "3 of 10,000", share: 0.0003, level: "plain" },
    { key: "time", label: "Time at work", words: "1 min 30 s of 15 min", share: 0.1, level: "plain" },
    { key: "cost", label: "Cost", words: "$0.25 of $0.20", share: 1, level: "reached" },
  ]);
});

it("time is what the execution might take, whatever its task says today", () => {
  const uses = limitUses({ ...facts, execution: { ...execution, maxTimeSeconds: 7_200 } });
  expect(uses.find(({ key }) => key === "time")?.words).toBe("1 min 30 s of 2 h");
});

it("there are none before it has begun, and none for dollars without a limit", () => {
  expect(limitUses({ ...facts, start: undefined })).toEqual([]);
  const unlimited = makeStart({ maxIterations: 10, maxToolCalls: 10, maxCostUsd: null });
  expect(limitUses({ ...facts, start: unlimited }).map(({ key }) => key)).toEqual([
    "iterations",
    "toolCalls",
    "time",
  ]);
});
