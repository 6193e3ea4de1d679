import { describe, expect, it } from "vitest";
import {
  decideAfterExecution,
  decideDue,
  decidePause,
  decideResume,
  decideUnarmed,
  limitsOfRun,
  mergeLimits,
  mergePolicies,
  planNextRun,
  reopensConversation,
  summariseEnd,
  withDefaultLimits,
  withDefaultPolicies,
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
    expect(withDefaultLimits({ maxCostUsd: "0.5" })).toEqual({
      maxIterations: 1_000,
      maxTimeSeconds: 900,
      maxToolCalls: 10_000,
      maxCostUsd: "0.5",
    });
    expect(withDefaultLimits({ maxIterations: 10 })).toMatchObject({ maxIterations: 10, maxCostUsd: null });
  });

  it("leave to the agent what the task leaves open, but for the time", () => {
    const agent = { maxIterations: 50, maxTimeSeconds: 3_600, maxToolCalls: undefined, maxCostUsd: "1" };
    expect(limitsOfRun({ maxCostUsd: "0.5" }, agent)).toEqual({
      maxIterations: 50,
      maxTimeSeconds: 900,
      maxToolCalls: 10_000,
      maxCostUsd: "0.5",
    });
  });

  it("changes one by one, and null takes one back", () => {
    const limits = { maxIterations: 20, maxCostUsd: "1" };
    expect(mergeLimits(limits, { maxCostUsd: null, maxToolCalls: 5, maxIterations: undefined })).toEqual({
      maxIterations: 20,
      maxToolCalls: 5,
    });
  });
});

describe("policies", () => {
  it("fills in the defaults", () => {
    expect(withDefaultPolicies({ overlap: "allow" })).toEqual({
      misfire: "run_once",
      catchUpWindowSeconds: 3_600,
      overlap: "allow",
      autoPauseAfterFailures: 5,
    });
  });

  it("changes one by one, null takes one back, and null as a whole all", () => {
    const policies = { overlap: "allow", autoPauseAfterFailures: 0 } as const;
    expect(mergePolicies(policies, { overlap: null, misfire: "skip" })).toEqual({
      autoPauseAfterFailures: 0,
      misfire: "skip",
    });
    expect(mergePolicies(policies, null)).toEqual({});
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
    expect(decidePause({ state: "active" }, { note: "holiday", by: "Ada" })).toEqual({
      kind: "paused",
      reason: { code: "paused", message: "holiday" },
    });
    const bare = { note: undefined, by: "Ada" };
    expect(decidePause({ state: "auto_paused" }, bare)).toEqual({
      kind: "paused",
      reason: { code: "paused", message: "Paused by Ada." },
    });
    expect(decidePause({ state: "ended" }, bare)).toMatchObject({ kind: "refused" });
  });
});

describe("decideResume", () => {
  const facts = { now, agentFound: true, contactFound: true, channelFound: true };
  const paused = { state: "paused", scheduledAt, runsCount: 0, expiresAt: null } as const;
  const relative: Schedule = { kind: "relative", timezone: "UTC", attribute: "bought", offsetSeconds: 60 };

  it("counts from now", () => {
    expect(decideResume({ ...paused, schedule: daily }, facts)).toEqual({
      kind: "resumed",
      nextRunAt: tomorrow,
    });
    expect(decideResume({ ...paused, schedule: future, scheduledAt: null }, facts)).toEqual({
      kind: "resumed",
      nextRunAt: new Date("2027-03-01T12:01:00Z"),
    });
    for (const schedule of [null, relative])
      expect(decideResume({ ...paused, schedule }, facts)).toEqual({ kind: "resumed", nextRunAt: null });
    expect(decideResume({ ...paused, schedule: daily, expiresAt: tomorrow }, facts).kind).toBe("resumed");
  });

  it("moves no schedule: an interval keeps its step, also if that is seconds away", () => {
    const schedule: Schedule = { kind: "every", seconds: 600 };
    const resumedAt = (secondsBefore: number) => {
      const at = new Date(scheduledAt.getTime() + (6_000 - secondsBefore) * 1_000);
      return decideResume({ ...paused, schedule }, { ...facts, now: at });
    };
    const tick = new Date(scheduledAt.getTime() + 6_000_000);
    expect(resumedAt(8)).toEqual({ kind: "resumed", nextRunAt: tick });
    expect(resumedAt(599)).toEqual({ kind: "resumed", nextRunAt: tick });
    // At the very time of a run that one is past.
    expect(resumedAt(0)).toEqual({ kind: "resumed", nextRunAt: new Date(tick.getTime() + 600_000) });
  });

  it("leaves an active task alone", () => {
    expect(decideResume({ ...paused, state: "active", schedule: past }, facts)).toEqual({
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

  it("refuses what has expired or has had all its runs", () => {
    expect(decideResume({ ...paused, schedule: null, expiresAt: now }, facts)).toMatchObject({
      ...{ kind: "refused", code: "expiry" },
    });
    const three = { ...paused, schedule: { ...daily, maxRuns: 3 } };
    expect(decideResume({ ...three, runsCount: 2 }, facts)).toMatchObject({ nextRunAt: tomorrow });
    expect(decideResume({ ...three, runsCount: 3 }, facts)).toMatchObject({ code: "schedule" });
  });
});

describe("decideAfterExecution", () => {
  const task = {
    state: "active",
    schedule: daily,
    scheduledAt,
    nextRunAt: tomorrow,
    runsCount: 0,
    policies: {},
    recovering: false,
    consecutiveFailures: 4,
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
      ...{ consecutiveFailures: 4, recovered: false },
    });
  });

  it("pauses after as many as the policy says, never with 0", () => {
    const first = { ...task, consecutiveFailures: 0, policies: { autoPauseAfterFailures: 1 } };
    expect(decideAfterExecution(first, failed, now).change?.reason.message).toMatch(
      /^1 scheduled run failed/,
    );
    const never = { ...task, consecutiveFailures: 99, policies: { autoPauseAfterFailures: 0 } };
    expect(decideAfterExecution(never, failed, now)).toEqual({ consecutiveFailures: 100, recovered: false });
  });

  it("pauses only what is active", () => {
    expect(decideAfterExecution({ ...task, state: "paused", nextRunAt: null }, failed, now)).toEqual({
      ...{ consecutiveFailures: 5, recovered: false },
    });
  });

  it.each([
    ["completed", 0],
    ["canceled", 4],
    ["skipped", 4],
  ] as const)("counts %s", (status, consecutiveFailures) => {
    expect(decideAfterExecution(task, { ...failed, trigger: "catch_up", status }, now)).toEqual({
      ...{ consecutiveFailures, recovered: false },
    });
  });

  it("tells the first scheduled run that completes after an automatic pause", () => {
    const recovering = { ...task, recovering: true, consecutiveFailures: 0 };
    const decide = (execution: Partial<Parameters<typeof decideAfterExecution>[1]>) =>
      decideAfterExecution(recovering, { ...failed, ...execution }, now).recovered;
    expect(decide({ status: "completed" })).toBe(true);
    expect(decide({ status: "failed" })).toBe(false);
    expect(decide({ status: "completed", trigger: "manual" })).toBe(false);
  });

  it("does not care about runs by hand", () => {
    for (const trigger of ["manual", "api"] as const)
      expect(decideAfterExecution(task, { ...failed, trigger }, now)).toEqual({
        ...{ consecutiveFailures: 4, recovered: false },
      });
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
    const threeTimes = { ...task, schedule: { ...daily, maxRuns: 3 }, nextRunAt: null };
    expect(decideAfterExecution({ ...threeTimes, runsCount: 3 }, failed, now).change?.state).toBe("ended");
    expect(decideAfterExecution({ ...threeTimes, runsCount: 2 }, failed, now).change?.state).toBe(
      "auto_paused",
    );
  });

  it("leaves a task alone that follows its contacts' attributes", () => {
    const relative = { kind: "relative", timezone: "UTC", attribute: "bought", offsetSeconds: 60 } as const;
    const completed = { ...failed, status: "completed" } as const;
    expect(decideAfterExecution({ ...task, schedule: relative, nextRunAt: null }, completed, now)).toEqual({
      ...{ consecutiveFailures: 0, recovered: false },
    });
  });
});

describe("decideDue", () => {
  const due = {
    taskId: "01a1f8e8-f3b2-7d9e-a545-b014c5e67688",
    rule: daily,
    policies: null,
    scheduledAt,
    dueAt: new Date("2027-03-01T11:59:59Z"),
    runsCount: 7,
    expiresAt: null,
    active: 0,
    pending: 0,
  };

  it("fires and goes on", () => {
    expect(decideDue(due, now)).toEqual({
      executions: [{ status: "queued", trigger: "schedule", scheduledFor: due.dueAt, delayMs: 0 }],
      cancelPrevious: false,
      runsCount: 8,
      nextRunAt: tomorrow,
    });
  });

  it.each([
    [{ overlap: "skip" }, "skipped", false],
    [{ overlap: "queue_one" }, "after_previous", false],
    [{ overlap: "cancel_previous" }, "queued", true],
    [{ overlap: "allow" }, "queued", false],
  ])("obeys %j beside a run under way", (policies, status, cancelPrevious) => {
    const decision = decideDue({ ...due, policies, active: 1 }, now);
    expect(decision).toMatchObject({ executions: [{ status }], cancelPrevious });
    expect(decision.runsCount).toBe(status === "skipped" ? 7 : 8);
  });

  it("lets one wait at most", () => {
    const full = { ...due, policies: { overlap: "queue_one" }, active: 1, pending: 1 };
    expect(decideDue(full, now)).toMatchObject({
      executions: [{ status: "skipped", reason: { code: "overlap" } }],
    });
  });

  it("delays by the jitter, as far as it is not late already", () => {
    const rule = { ...daily, jitterSeconds: 3_600 };
    const delayOf = (at: Date) => decideDue({ ...due, rule }, at).executions[0]?.delayMs ?? -1;
    const delay = delayOf(now);
    expect(delay).toBeGreaterThan(0);
    expect(delayOf(new Date(now.getTime() + 10_000))).toBe(delay - 10_000);
    expect(delayOf(new Date(due.dueAt.getTime() + 3_600_000))).toBe(0);
  });

  it("ends a task instead of firing from its expiresAt on", () => {
    expect(decideDue({ ...due, expiresAt: due.dueAt }, now)).toEqual({
      ...{ executions: [], cancelPrevious: false, runsCount: 7, nextRunAt: null },
      change: { state: "ended", reason: { code: "expired", message: expect.any(String) } },
    });
    const later = { ...due, expiresAt: new Date(due.dueAt.getTime() + 1) };
    expect(decideDue(later, now)).toMatchObject({ executions: [{ status: "queued" }] });
    const minutely = { ...due, rule: { kind: "cron", timezone: "UTC", cron: "* * * * *" } };
    const between = { ...minutely, dueAt: new Date("2027-03-01T11:58:00Z") };
    expect(decideDue({ ...between, expiresAt: new Date("2027-03-01T11:59:30Z") }, now)).toMatchObject({
      executions: [
        { status: "skipped", reason: { code: "missed" } },
        { status: "skipped", reason: { code: "expired" } },
      ],
    });
  });

  it("asks for expiresAt also of ticks that are made up for and of those that would wait", () => {
    const made = {
      ...due,
      rule: { kind: "cron", timezone: "UTC", cron: "* * * * *" },
      dueAt: new Date("2027-03-01T11:56:00Z"),
      expiresAt: new Date("2027-03-01T11:58:00Z"),
    };
    const decide = (overlap: string, active: number) => {
      const policies = { misfire: "run_all", overlap };
      const { executions, ...rest } = decideDue({ ...made, policies, active }, now);
      return { ...rest, is: executions.map(({ status, reason }) => reason?.code ?? status) };
    };
    const gone = ["expired", "expired", "expired"];
    expect(decide("allow", 0)).toMatchObject({ is: ["queued", "queued", ...gone], runsCount: 9 });
    expect(decide("skip", 0)).toMatchObject({ is: ["queued", "after_previous", ...gone], runsCount: 9 });
    const behind = ["after_previous", "after_previous"];
    expect(decide("queue_one", 1)).toMatchObject({ is: [...behind, ...gone], runsCount: 9 });
    const last = { ...made, dueAt: new Date("2027-03-01T11:57:30Z") };
    const waiting = { ...last, expiresAt: new Date("2027-03-01T11:57:45Z"), active: 1 };
    for (const overlap of ["queue_one", "cancel_previous"])
      expect(decideDue({ ...waiting, policies: { overlap } }, now)).toMatchObject({
        executions: [{ reason: { code: "missed" } }, { status: "skipped", reason: { code: "expired" } }],
        cancelPrevious: false,
        runsCount: 7,
      });
  });

  it("leaves the end of a one-time task to its execution, unless that was skipped", () => {
    const once = { ...due, rule: past, dueAt: new Date("2027-03-01T11:59:30Z") };
    expect(decideDue(once, now).change).toBeUndefined();
    expect(decideDue({ ...once, active: 1 }, now).change).toMatchObject({
      state: "ended",
      reason: { message: expect.stringContaining("An earlier execution") },
    });
    const longAgo = {
      ...once,
      rule: { ...past, at: "2027-03-01T02:00" },
      dueAt: new Date("2027-03-01T02:00:00Z"),
    };
    expect(decideDue(longAgo, now)).toMatchObject({
      executions: [{ status: "skipped", reason: { code: "missed" } }],
      change: { state: "ended" },
    });
  });

  it.each([[broken], [null], [{ kind: "yearly" }]])("pauses what it cannot compute: %j", (rule) => {
    expect(decideDue({ ...due, rule }, now)).toMatchObject({
      executions: [],
      runsCount: 7,
      nextRunAt: null,
      change: { state: "paused", reason: { code: "schedule_failed" } },
    });
  });

  it("changes nothing for a row that is not due", () => {
    expect(decideDue({ ...due, dueAt: tomorrow }, now)).toMatchObject({
      executions: [],
      nextRunAt: tomorrow,
    });
  });
});

describe("decideUnarmed", () => {
  const unarmed = { rule: daily, scheduledAt, runsCount: 0 };

  it("arms, ends, waits or pauses", () => {
    expect(decideUnarmed(unarmed, 3, now)).toEqual({ nextRunAt: tomorrow });
    expect(decideUnarmed({ ...unarmed, rule: past }, 1, now)).toBeNull();
    expect(decideUnarmed({ ...unarmed, rule: past }, 0, now)).toMatchObject({ change: { state: "ended" } });
    expect(decideUnarmed({ ...unarmed, rule: broken }, 0, now)).toMatchObject({
      change: { state: "paused", reason: { code: "schedule_failed" } },
    });
  });

  it("ends what has had all its runs, and leaves alone what has no times of its own", () => {
    const rule = { ...daily, maxRuns: 2 };
    expect(decideUnarmed({ ...unarmed, rule, runsCount: 2 }, 0, now)).toMatchObject({
      change: { state: "ended" },
    });
    const relative = { kind: "relative", timezone: "UTC", attribute: "bought", offsetSeconds: 60 };
    expect(decideUnarmed({ ...unarmed, rule: relative }, 0, now)).toBeNull();
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
