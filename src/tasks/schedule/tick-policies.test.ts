import { describe, expect, test } from "vitest";
import { defaultPolicies } from "./policies.ts";
import type { Schedule } from "./schema.ts";
import { at, decide, hourly } from "./tick.test-support.ts";
import type { TickInput } from "./tick.ts";

describe("overlap", () => {
  const busy = (overlap: TickInput["policies"]["overlap"], active: number, pending: number) => {
    const { executions, cancelPrevious, runsAfter } = decide({
      ...{ dueAt: at("10:00"), now: at("10:00"), activeExecutions: active, pendingExecutions: pending },
      policies: { ...defaultPolicies, overlap },
    });
    expect(executions).toHaveLength(1);
    expect(runsAfter).toBe(executions[0]?.status === "skipped" ? 0 : 1);
    return [executions[0]?.status, cancelPrevious, executions[0]?.reason?.code];
  };

  test.each([
    ["skip", 0, 0, ["queued", false, undefined]],
    ["skip", 1, 0, ["skipped", false, "overlap"]],
    ["skip", 0, 1, ["skipped", false, "overlap"]],
    ["queue_one", 0, 0, ["queued", false, undefined]],
    ["queue_one", 1, 0, ["after_previous", false, undefined]],
    ["queue_one", 3, 0, ["after_previous", false, undefined]],
    ["queue_one", 1, 1, ["skipped", false, "overlap"]],
    ["queue_one", 0, 1, ["skipped", false, "overlap"]],
    ["cancel_previous", 0, 0, ["queued", false, undefined]],
    ["cancel_previous", 1, 0, ["queued", true, undefined]],
    ["cancel_previous", 0, 1, ["queued", true, undefined]],
    ["allow", 1, 1, ["queued", false, undefined]],
  ] as const)("%s with %i active and %i pending", (overlap, active, pending, expected) => {
    expect(busy(overlap, active, pending)).toEqual(expected);
  });

  test("cancels nothing for a tick that is missed", () => {
    const policies = { ...defaultPolicies, overlap: "cancel_previous" as const, catchUpWindowSeconds: 0 };
    expect(decide({ dueAt: at("10:00"), now: at("10:05"), activeExecutions: 1, policies })).toMatchObject({
      executions: [{ status: "skipped", reason: { code: "missed" } }],
      cancelPrevious: false,
    });
  });
});

describe("misfire run_all", () => {
  const runAll = { ...defaultPolicies, misfire: "run_all" as const, catchUpWindowSeconds: 4 * 3_600 };
  const tick = (status: string, time: string, trigger = "catch_up") => ({
    status,
    trigger,
    scheduledFor: at(time),
  });

  test("makes up for all within the window, one after another", () => {
    expect(decide({ dueAt: at("02:00"), now: at("10:00:30"), policies: runAll })).toEqual({
      executions: [
        {
          status: "skipped",
          trigger: "schedule",
          scheduledFor: at("02:00"),
          reason: {
            code: "missed",
            message: expect.stringMatching(
              /^5 runs .* none older than 14400 seconds: the first is 2026-11-20T07:00:00\.000Z\.$/,
            ),
          },
          missed: { count: 5, first: at("02:00"), last: at("06:00") },
        },
        tick("queued", "07:00"),
        tick("after_previous", "08:00"),
        tick("after_previous", "09:00"),
        tick("after_previous", "10:00", "schedule"),
      ],
      cancelPrevious: false,
      runsAfter: 4,
      nextRunAt: at("11:00"),
    });
  });

  test("waits for what is under way, also under skip", () => {
    const { executions } = decide({
      ...{ dueAt: at("08:00"), now: at("09:30"), activeExecutions: 1, policies: runAll },
    });
    expect(executions).toEqual([tick("after_previous", "08:00"), tick("after_previous", "09:00")]);
  });

  test("leaves a single tick that is on time to the overlap policy", () => {
    const input = { dueAt: at("10:00"), now: at("10:00:30"), policies: runAll };
    expect(decide({ ...input, activeExecutions: 1 }).executions).toMatchObject([
      { status: "skipped", reason: { code: "overlap" } },
    ]);
    expect(decide(input).executions).toEqual([tick("queued", "10:00", "schedule")]);
  });

  test("runs all at once under allow, the newest alone under cancel_previous", () => {
    const times = { dueAt: at("08:00"), now: at("10:30"), activeExecutions: 1 };
    const allow = decide({ ...times, policies: { ...runAll, overlap: "allow" } });
    expect(allow.executions).toEqual(["08:00", "09:00", "10:00"].map((time) => tick("queued", time)));
    const cancel = decide({ ...times, policies: { ...runAll, overlap: "cancel_previous" } });
    expect(cancel).toMatchObject({
      executions: [
        { reason: { message: expect.stringContaining("cancel_previous leaves only") }, missed: { count: 2 } },
        tick("queued", "10:00"),
      ],
      cancelPrevious: true,
      runsAfter: 1,
    });
  });

  test("takes the newest 100 at most", () => {
    const everyMinute: Schedule = { kind: "every", seconds: 60 };
    const { executions, runsAfter } = decide({
      ...{ schedule: everyMinute, dueAt: at("02:00"), now: at("10:00:30") },
      policies: { ...runAll, overlap: "allow", catchUpWindowSeconds: 86_400 },
    });
    expect(executions).toHaveLength(101);
    expect(runsAfter).toBe(100);
    expect(executions[0]?.missed).toEqual({ count: 381, first: at("02:00"), last: at("08:20") });
    expect(executions[1]?.scheduledFor).toEqual(at("08:21"));
    expect(executions.at(-1)?.scheduledFor).toEqual(at("10:00"));
  });

  test("finds the newest where ticks are far apart", () => {
    const schedule: Schedule = { kind: "cron", timezone: "UTC", cron: "0-9 0 * * *" };
    const { executions } = decide({
      ...{ schedule, dueAt: new Date("2026-10-01T00:00Z"), now: at("12:00") },
      policies: { ...runAll, overlap: "allow", catchUpWindowSeconds: 30 * 86_400 },
    });
    expect(executions).toHaveLength(101);
    expect(executions[1]?.scheduledFor).toEqual(new Date("2026-11-11T00:00Z"));
    expect(executions.at(-1)?.scheduledFor).toEqual(at("00:09"));
  });

  test("takes a tick that is on time although the window is shorter", () => {
    const policies = { ...runAll, catchUpWindowSeconds: 0 };
    expect(decide({ dueAt: at("09:00"), now: at("10:00:30"), policies }).executions).toMatchObject([
      { missed: { count: 1 } },
      tick("queued", "10:00", "schedule"),
    ]);
  });
});

describe("the end of a schedule", () => {
  const runAll = { ...defaultPolicies, misfire: "run_all" as const, catchUpWindowSeconds: 86_400 };

  test("comes with the last of maxRuns; skipped ticks do not count", () => {
    const schedule: Schedule = { ...hourly, maxRuns: 3 };
    const times = { schedule, dueAt: at("10:00"), now: at("10:00") };
    expect(decide({ ...times, runsBefore: 1 })).toMatchObject({ runsAfter: 2, nextRunAt: at("11:00") });
    expect(decide({ ...times, runsBefore: 2 })).toMatchObject({ runsAfter: 3, nextRunAt: null });
    expect(decide({ ...times, runsBefore: 2, activeExecutions: 1 })).toMatchObject({
      runsAfter: 2,
      nextRunAt: at("11:00"),
    });
  });

  test("leaves run_all as many runs as are left, the newest", () => {
    const schedule: Schedule = { ...hourly, maxRuns: 3 };
    expect(
      decide({ schedule, dueAt: at("02:00"), now: at("10:20"), runsBefore: 1, policies: runAll }),
    ).toMatchObject({
      executions: [{ missed: { count: 7 } }, { scheduledFor: at("09:00") }, { scheduledFor: at("10:00") }],
      runsAfter: 3,
      nextRunAt: null,
    });
  });

  test("leaves out what is due after the last of maxRuns", () => {
    const schedule: Schedule = { ...hourly, maxRuns: 3 };
    expect(decide({ schedule, dueAt: at("08:00"), now: at("10:00"), runsBefore: 3 })).toEqual({
      executions: [
        {
          status: "skipped",
          trigger: "schedule",
          scheduledFor: at("08:00"),
          reason: {
            code: "max_runs",
            message:
              "3 runs from 2026-11-20T08:00:00.000Z to 2026-11-20T10:00:00.000Z were left out: the schedule had had its 3 runs.",
          },
          missed: { count: 3, first: at("08:00"), last: at("10:00") },
        },
      ],
      cancelPrevious: false,
      runsAfter: 3,
      nextRunAt: null,
    });
  });

  test("comes with endsAt, and no tick is after it", () => {
    const schedule: Schedule = { kind: "hourly", timezone: "UTC", minute: 0, endsAt: "2026-11-20T09:00" };
    expect(decide({ schedule, dueAt: at("08:00"), now: at("08:00") }).nextRunAt).toEqual(at("09:00"));
    expect(decide({ schedule, dueAt: at("08:00"), now: at("11:30"), policies: runAll })).toMatchObject({
      executions: [{ scheduledFor: at("08:00") }, { scheduledFor: at("09:00") }],
      nextRunAt: null,
    });
  });

  test("of a relative schedule is its one announced run", () => {
    const schedule: Schedule = { kind: "relative", timezone: "UTC", attribute: "a", offsetSeconds: 0 };
    expect(decide({ schedule, dueAt: at("08:00"), now: at("08:00") })).toMatchObject({
      executions: [{ status: "queued", scheduledFor: at("08:00") }],
      nextRunAt: null,
    });
  });
});
