import { describe, expect, it } from "vitest";
import {
  decideAfterExecution,
  decideDue,
  decidePause,
  decideResume,
  decideUnarmed,
  failuresUntilPause,
  mergeLimits,
  planNextRun,
  reopensConversation,
  summariseEnd,
  withDefaults,
} from "./rules.ts";
import type { Schedule } from "./schedule/index.ts";

const now = new Date("2027-03-01T12:00:00Z");
const scheduledAt = new Date("2027-02-01T00:00:00Z");
const daily: Schedule = { kind: "daily", timezone: "UTC", time: "09:00" };
const past: Schedule = { kind: "once", timezone: "UTC", at: "2027-03-01T11:59" };
const future: Schedule = { kind: "once", timezone: "UTC", at: "2027-03-01T12:01" };
const broken = { kind: "cron", timezone: "UTC", cron: "nonsense" } as const;
const tomorrow = new Date("2027-03-02T09:00:00Z");

describe("limits", () => {
  it("fills in the defaults", () => {
    expect(withDefaults({ maxCostUsd: "0.5" })).toEqual({
      maxIterations: 1_000,
      maxTimeSeconds: 900,
      maxToolCalls: 10_000,
      maxCostUsd: "0.5",
    });
    expect(withDefaults({ maxIterations: 10 })).toMatchObject({ maxIterations: 10, maxCostUsd: null });
  });

  it("changes one by one, and null takes one back", () => {
    const limits = { maxIterations: 20, maxCostUsd: "1" };
    expect(mergeLimits(limits, { maxCostUsd: null, maxToolCalls: 5, maxIterations: undefined })).toEqual({
      maxIterations: 20,
      maxToolCalls: 5,
    });
  });
});

describe("planNextRun", () => {
  it("is for active tasks with a schedule", () => {
    expect(planNextRun({ state: "active", schedule: daily }, { now, scheduledAt })).toEqual(tomorrow);
    expect(planNextRun({ state: "active", schedule: null }, { now, scheduledAt })).toBeNull();
    expect(planNextRun({ state: "paused", schedule: daily }, { now, scheduledAt })).toBeNull();
  });
});

describe("decidePause", () => {
  it("takes a note, also over an automatic pause, and refuses what has ended", () => {
    expect(decidePause({ state: "active" }, "holiday")).toEqual({
      kind: "paused",
      reason: { code: "paused", message: "holiday" },
    });
    expect(decidePause({ state: "auto_paused" }, undefined)).toMatchObject({ kind: "paused" });
    expect(decidePause({ state: "ended" }, undefined)).toMatchObject({ kind: "refused" });
  });
});

describe("decideResume", () => {
  const facts = { now, agentFound: true, contactFound: true, channelFound: true };
  const paused = { state: "paused", scheduledAt } as const;

  it("counts from now", () => {
    expect(decideResume({ ...paused, schedule: daily }, facts)).toEqual({
      kind: "resumed",
      nextRunAt: tomorrow,
    });
    expect(decideResume({ ...paused, schedule: future, scheduledAt: null }, facts)).toEqual({
      kind: "resumed",
      nextRunAt: new Date("2027-03-01T12:01:00Z"),
    });
    expect(decideResume({ ...paused, schedule: null }, facts)).toEqual({ kind: "resumed", nextRunAt: null });
  });

  it("leaves an active task alone", () => {
    expect(decideResume({ state: "active", schedule: past, scheduledAt }, facts)).toEqual({
      kind: "unchanged",
    });
  });

  it.each([
    ["schedule", past, facts, "2027-03-01T11:59"],
    ["schedule", broken, facts, "no further run"],
    ["contact", daily, { ...facts, contactFound: false }, "contact"],
    ["agent", daily, { ...facts, agentFound: false }, "agent"],
    ["channel", daily, { ...facts, channelFound: false }, "channel"],
  ] as const)("refuses for its %s", (code, schedule, given, words) => {
    const decision = decideResume({ ...paused, schedule }, given);
    expect(decision).toMatchObject({ kind: "refused", code });
    expect(decision.kind === "refused" && decision.message).toContain(words);
  });
});

describe("decideAfterExecution", () => {
  const task = {
    state: "active",
    schedule: daily,
    scheduledAt,
    nextRunAt: tomorrow,
    consecutiveFailures: failuresUntilPause - 1,
  } as const;
  const failed = { trigger: "schedule", status: "failed", reasonMessage: "The model was down." } as const;

  it("pauses after the fifth failure in a row", () => {
    const decision = decideAfterExecution(task, failed, now);
    expect(decision).toMatchObject({
      consecutiveFailures: 5,
      change: { state: "auto_paused", reason: { code: "failures" } },
    });
    expect(decision.change?.reason.message).toContain("The model was down.");
    const silent = decideAfterExecution(task, { ...failed, reasonMessage: null }, now);
    expect(silent.change?.reason.message).toContain("no reason");
    expect(decideAfterExecution({ ...task, consecutiveFailures: 3 }, failed, now)).toEqual({
      consecutiveFailures: 4,
    });
  });

  it("pauses only what is active", () => {
    expect(decideAfterExecution({ ...task, state: "paused", nextRunAt: null }, failed, now)).toEqual({
      consecutiveFailures: 5,
    });
  });

  it.each([
    ["completed", 0],
    ["canceled", 4],
    ["skipped", 4],
  ] as const)("counts %s", (status, consecutiveFailures) => {
    expect(decideAfterExecution(task, { ...failed, trigger: "catch_up", status }, now)).toEqual({
      consecutiveFailures,
    });
  });

  it("does not care about runs by hand", () => {
    for (const trigger of ["manual", "api"] as const)
      expect(decideAfterExecution(task, { ...failed, trigger }, now)).toEqual({ consecutiveFailures: 4 });
    const once = { ...task, schedule: past, nextRunAt: null };
    expect(decideAfterExecution(once, { ...failed, trigger: "manual" }, now).change).toBeUndefined();
  });

  it("ends a task whose schedule has no further run", () => {
    const once = { ...task, schedule: past, nextRunAt: null, scheduledAt: null };
    expect(decideAfterExecution(once, failed, now).change?.state).toBe("ended");
    expect(decideAfterExecution({ ...once, state: "paused" }, failed, now).change?.state).toBe("ended");
    expect(decideAfterExecution({ ...once, state: "ended" }, failed, now).change).toBeUndefined();
    expect(decideAfterExecution({ ...once, schedule: null }, failed, now).change?.state).toBe("auto_paused");
    const broken = {
      ...once,
      state: "paused",
      schedule: { kind: "cron", timezone: "UTC", cron: "x" },
    } as const;
    expect(decideAfterExecution(broken, failed, now).change).toBeUndefined();
  });
});

describe("decideDue", () => {
  const due = { rule: daily, scheduledAt, dueAt: new Date("2027-03-01T11:59:59Z") };

  it("fires and goes on", () => {
    expect(decideDue(due, 0, now)).toMatchObject({
      executions: [{ status: "queued", trigger: "schedule" }],
      nextRunAt: tomorrow,
    });
  });

  it("leaves the end of a one-time task to its execution, unless that was skipped", () => {
    const once = { ...due, rule: past, dueAt: new Date("2027-03-01T11:59:30Z") };
    expect(decideDue(once, 0, now).change).toBeUndefined();
    expect(decideDue(once, 1, now).change).toMatchObject({
      state: "ended",
      reason: { message: expect.stringContaining("An earlier execution") },
    });
    const longAgo = {
      ...once,
      rule: { ...past, at: "2027-03-01T02:00" },
      dueAt: new Date("2027-03-01T02:00:00Z"),
    };
    expect(decideDue(longAgo, 0, now)).toMatchObject({
      executions: [{ status: "skipped", reason: { code: "missed" } }],
      change: { state: "ended" },
    });
  });

  it.each([[broken], [null], [{ kind: "weekly" }]])("pauses what it cannot compute: %j", (rule) => {
    expect(decideDue({ ...due, rule }, 0, now)).toMatchObject({
      executions: [],
      nextRunAt: null,
      change: { state: "paused", reason: { code: "schedule_failed" } },
    });
  });

  it("changes nothing for a row that is not due", () => {
    expect(decideDue({ ...due, dueAt: tomorrow }, 0, now)).toEqual({ executions: [], nextRunAt: tomorrow });
  });
});

describe("decideUnarmed", () => {
  it("arms, ends, waits or pauses", () => {
    expect(decideUnarmed({ rule: daily, scheduledAt }, 3, now)).toEqual({ nextRunAt: tomorrow });
    expect(decideUnarmed({ rule: past, scheduledAt }, 1, now)).toBeNull();
    expect(decideUnarmed({ rule: past, scheduledAt }, 0, now)).toMatchObject({ change: { state: "ended" } });
    expect(decideUnarmed({ rule: broken, scheduledAt }, 0, now)).toMatchObject({
      change: { state: "paused", reason: { code: "schedule_failed" } },
    });
  });
});

describe("summariseEnd", () => {
  it.each([
    [{ status: "completed", summary: "Called.", reasonMessage: null }, "Called."],
    [{ status: "completed", summary: null, reasonMessage: null }, null],
    [{ status: "failed", summary: null, reasonMessage: "No key." }, "It failed: No key."],
    [{ status: "failed", summary: "Half done.", reasonMessage: "No key." }, "It failed: No key.\nHalf done."],
    [{ status: "failed", summary: null, reasonMessage: null }, "It failed: no reason was recorded."],
  ] as const)("of %j", (execution, expected) => {
    expect(summariseEnd(execution)).toBe(expected);
  });
});

describe("reopensConversation", () => {
  const sentAt = new Date("2027-03-01T11:00:00Z");
  it.each([
    [0, undefined, true],
    [3_600, undefined, false],
    [3_601, sentAt, false],
    [3_600, sentAt, true],
  ])("session of %i s", (seconds, sent, expected) => {
    expect(reopensConversation(seconds, sent, now)).toBe(expected);
  });
});
