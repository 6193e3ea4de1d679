import { describe, expect, test } from "vitest";
import {
  limitsInForce,
  limitUse,
  mendOf,
  ownPolicies,
  sayGoals,
  sayLimits,
  saySession,
  sayTrigger,
} from "./rules.ts";

const defaults = {
  misfire: "run_once",
  catchUpWindowSeconds: 3_600,
  overlap: "skip",
  autoPauseAfterFailures: 5,
} as const;

const limits = { maxIterations: 1_000, maxTimeSeconds: 900, maxToolCalls: 10_000, maxCostUsd: null };

describe("policies", () => {
  test("the defaults say nothing", () => {
    expect(ownPolicies(defaults)).toEqual([]);
  });

  test("each that differs is said", () => {
    const all = ownPolicies({
      misfire: "run_all",
      catchUpWindowSeconds: 90_000,
      overlap: "cancel_previous",
      autoPauseAfterFailures: 0,
    });
    expect(all).toEqual([
      { label: "Missed runs", value: "All are made up for, the newest 100 at most" },
      { label: "Catch-up window", value: "1 d 1 h" },
      { label: "Overlap", value: "The earlier run is cancelled" },
      { label: "Pauses after", value: "No number of failures" },
    ]);
    expect(ownPolicies({ ...defaults, autoPauseAfterFailures: 1 })[0]?.value).toBe("1 failure");
    expect(ownPolicies({ ...defaults, autoPauseAfterFailures: 3 })[0]?.value).toBe("3 failures in a row");
  });
});

describe("limits", () => {
  const agent = { maxIterations: 50, maxTimeSeconds: 1_800, maxToolCalls: null, maxCostUsd: "0.50" };

  test("the agent's hold where the task has the default, but never its time", () => {
    expect(limitsInForce(limits, agent)).toEqual({
      maxIterations: 50,
      maxTimeSeconds: 900,
      maxToolCalls: 10_000,
      maxCostUsd: "0.50",
    });
    const own = { maxIterations: 20, maxTimeSeconds: 3_600, maxToolCalls: 5, maxCostUsd: "1.00" };
    expect(limitsInForce(own, agent)).toEqual(own);
    expect(limitsInForce(limits, undefined)).toEqual(limits);
  });

  test("are said with their units", () => {
    expect(sayLimits({ ...limits, maxCostUsd: "0.5" }).map(({ value }) => value)).toEqual([
      "15 min",
      "1,000",
      "10,000",
      "$0.50",
    ]);
    expect(sayLimits(limits).at(-1)?.value).toBe("No limit");
  });

  test("what a run used is said from half of a limit on", () => {
    const used = { iterations: 499, toolCalls: 9_000, costUsd: "0.60", status: "completed" } as const;
    expect(limitUse(used, { ...limits, maxCostUsd: "0.50" })).toEqual([
      { label: "Tool calls", words: "9,000 of 10,000", percent: 90 },
      { label: "Cost", words: "$0.60 of $0.50", percent: 120 },
    ]);
    expect(limitUse({ ...used, iterations: 500, toolCalls: 0 }, limits)).toEqual([
      { label: "Model calls", words: "500 of 1,000", percent: 50 },
    ]);
    expect(limitUse({ ...used, status: "skipped" }, limits)).toEqual([]);
  });
});

test("sessions, goals and triggers in words", () => {
  expect(saySession(0)).toContain("does not answer");
  expect(saySession(86_400)).toBe("1 d");
  expect(sayGoals(["goal_met", "contact_replied"])).toBe("an execution met its goal, or the contact replied");
  expect(sayTrigger("catch_up")).toBe("Catch-up");
});

test.each([
  ["agent_deleted", "agent"],
  ["channel_deleted", "channel"],
  ["contact_deleted", "contact"],
  ["expired", "expiry"],
  ["schedule_failed", "schedule"],
  ["schedule_finished", "schedule"],
  ["failures", "resume"],
  ["paused", "resume"],
])("a task stopped by %s is mended by %s", (code, mend) => {
  expect(mendOf({ stateReason: { code, message: "" } })).toBe(mend);
});
