import { describe, expect, test } from "vitest";
import { defaultPolicies } from "./policies.ts";
import type { Schedule } from "./schema.ts";
import { at, decide, hourly } from "./tick.test-support.ts";
import { decideDropped } from "./tick.ts";

test("the policies of a task that names none", () => {
  expect(defaultPolicies).toEqual({
    misfire: "run_once",
    catchUpWindowSeconds: 3_600,
    overlap: "skip",
    autoPauseAfterFailures: 5,
  });
});

describe("one due tick", () => {
  test.each(["10:00:00", "10:00:59.999"])("seen at %s is on time", (now) => {
    expect(decide({ dueAt: at("10:00"), now: at(now) })).toEqual({
      executions: [{ status: "queued", trigger: "schedule", scheduledFor: at("10:00") }],
      cancelPrevious: false,
      runsAfter: 1,
      nextRunAt: at("11:00"),
    });
  });

  test("seen a minute late is caught up, up to the end of the window", () => {
    const caughtUp = [{ status: "queued", trigger: "catch_up", scheduledFor: at("10:00") }];
    const policies = { ...defaultPolicies, catchUpWindowSeconds: 1_800 };
    expect(decide({ dueAt: at("10:00"), now: at("10:01"), policies }).executions).toEqual(caughtUp);
    expect(decide({ dueAt: at("10:00"), now: at("10:30"), policies }).executions).toEqual(caughtUp);
    expect(decide({ dueAt: at("10:00"), now: at("10:30:00.001"), policies })).toEqual({
      executions: [
        {
          status: "skipped",
          trigger: "schedule",
          scheduledFor: at("10:00"),
          reason: {
            code: "missed",
            message:
              "The run at 2026-11-20T10:00:00.000Z was missed: no scheduler came to it in time, and the catch-up window of 1800 seconds had passed.",
          },
          missed: { count: 1, first: at("10:00"), last: at("10:00") },
        },
      ],
      cancelPrevious: false,
      runsAfter: 0,
      nextRunAt: at("11:00"),
    });
  });

  test("seen late is missed under misfire skip", () => {
    const policies = { ...defaultPolicies, misfire: "skip" as const };
    const { executions } = decide({ dueAt: at("10:00"), now: at("10:01"), policies });
    expect(executions).toMatchObject([
      {
        status: "skipped",
        reason: { code: "missed", message: expect.stringMatching(/misfire policy is skip\.$/) },
      },
    ]);
  });

  test("that is not due yet is left alone", () => {
    expect(decide({ dueAt: at("10:00"), now: at("09:59:59.999") })).toEqual({
      executions: [],
      cancelPrevious: false,
      runsAfter: 0,
      nextRunAt: at("10:00"),
    });
  });

  test("of a once schedule is the last", () => {
    const schedule: Schedule = { kind: "once", timezone: "UTC", at: "2026-11-20T10:00" };
    expect(decide({ schedule, dueAt: at("10:00"), now: at("10:20") })).toEqual({
      executions: [{ status: "queued", trigger: "catch_up", scheduledFor: at("10:00") }],
      cancelPrevious: false,
      runsAfter: 1,
      nextRunAt: null,
    });
  });

  test("runs although the schedule no longer has it", () => {
    expect(decide({ dueAt: at("10:17"), now: at("10:17:02") })).toEqual({
      executions: [{ status: "queued", trigger: "schedule", scheduledFor: at("10:17") }],
      cancelPrevious: false,
      runsAfter: 1,
      nextRunAt: at("11:00"),
    });
  });
});

describe("while an execution is under way", () => {
  test.each([
    ["10:00:05", "schedule"],
    ["10:05:00", "catch_up"],
  ] as const)("a tick seen at %s is skipped as overlap", (now, trigger) => {
    expect(decide({ dueAt: at("10:00"), now: at(now), activeExecutions: 2 })).toEqual({
      executions: [
        {
          status: "skipped",
          trigger,
          scheduledFor: at("10:00"),
          reason: {
            code: "overlap",
            message:
              "An earlier execution of this task had not ended (2 queued, running or waiting), and the overlap policy is skip.",
          },
        },
      ],
      cancelPrevious: false,
      runsAfter: 0,
      nextRunAt: at("11:00"),
    });
  });

  test("a tick runs under overlap allow", () => {
    const policies = { ...defaultPolicies, overlap: "allow" as const };
    const { executions } = decide({ dueAt: at("10:00"), now: at("10:00"), activeExecutions: 2, policies });
    expect(executions).toEqual([{ status: "queued", trigger: "schedule", scheduledFor: at("10:00") }]);
  });
});

describe("several due ticks", () => {
  const missedRow = (count: number, last: string, message: RegExp) => ({
    status: "skipped",
    trigger: "schedule",
    scheduledFor: at("02:00"),
    reason: { code: "missed", message: expect.stringMatching(message) },
    missed: { count, first: at("02:00"), last: at(last) },
  });

  test.each([
    ["the newest is caught up", "10:20", "catch_up"],
    ["the newest is on time", "10:00:20", "schedule"],
  ])("%s and the others are one row", (_name, now, trigger) => {
    expect(decide({ dueAt: at("02:00"), now: at(now) })).toEqual({
      executions: [
        missedRow(
          8,
          "09:00",
          /^8 runs from 2026-11-20T02:00:00\.000Z to 2026-11-20T09:00:00\.000Z were missed: .* run_once takes only the newest run, 2026-11-20T10:00:00\.000Z\.$/,
        ),
        { status: "queued", trigger, scheduledFor: at("10:00") },
      ],
      cancelPrevious: false,
      runsAfter: 1,
      nextRunAt: at("11:00"),
    });
  });

  test("two due ticks are one missed and one run", () => {
    expect(decide({ dueAt: at("02:00"), now: at("03:10") }).executions).toEqual([
      missedRow(1, "02:00", /^The run at 2026-11-20T02:00:00\.000Z was missed/),
      { status: "queued", trigger: "catch_up", scheduledFor: at("03:00") },
    ]);
  });

  test("all are one row if the newest is too late, or under misfire skip", () => {
    const short = { ...defaultPolicies, catchUpWindowSeconds: 600 };
    expect(decide({ dueAt: at("02:00"), now: at("10:20"), policies: short })).toEqual({
      executions: [missedRow(9, "10:00", /catch-up window of 600 seconds had passed\.$/)],
      cancelPrevious: false,
      runsAfter: 0,
      nextRunAt: at("11:00"),
    });
    const skip = { ...defaultPolicies, misfire: "skip" as const };
    expect(decide({ dueAt: at("02:00"), now: at("10:20"), policies: skip }).executions).toEqual([
      missedRow(9, "10:00", /misfire policy is skip\.$/),
    ]);
    expect(decide({ dueAt: at("02:00"), now: at("10:00:20"), policies: skip }).executions).toEqual([
      missedRow(8, "09:00", /misfire policy is skip\.$/),
      { status: "queued", trigger: "schedule", scheduledFor: at("10:00") },
    ]);
  });

  test("the missed ones are told apart from the overlapping one", () => {
    expect(decide({ dueAt: at("02:00"), now: at("10:20"), activeExecutions: 1 }).executions).toMatchObject([
      { scheduledFor: at("02:00"), reason: { code: "missed" }, missed: { count: 8 } },
      { scheduledFor: at("10:00"), trigger: "catch_up", status: "skipped", reason: { code: "overlap" } },
    ]);
  });
});

test("a year's missed minutes take milliseconds", () => {
  const schedule: Schedule = { kind: "cron", timezone: "Europe/Berlin", cron: "* * * * *" };
  const started = performance.now();
  const { executions } = decide({ schedule, dueAt: new Date("2025-11-20T00:00Z"), now: at("00:00:30") });
  expect(executions).toMatchObject([{ missed: { count: 525_600 } }, { scheduledFor: at("00:00") }]);
  expect(performance.now() - started).toBeLessThan(1_000);
});

describe("due ticks of a schedule that is stopped", () => {
  const cause = { code: "paused", when: "when the task was paused" };
  const drop = (dueAt: string, now: string, schedule: Schedule = hourly) =>
    decideDropped({ schedule, anchor: at("00:00"), dueAt: at(dueAt), now: at(now) }, cause);

  test("are one skipped row with what stopped them", () => {
    expect(drop("10:00", "10:00:00.300")).toEqual({
      status: "skipped",
      trigger: "schedule",
      scheduledFor: at("10:00"),
      reason: {
        code: "paused",
        message: "The run at 2026-11-20T10:00:00.000Z was due and had not started when the task was paused.",
      },
      missed: { count: 1, first: at("10:00"), last: at("10:00") },
    });
    expect(drop("10:00", "12:30")).toMatchObject({
      scheduledFor: at("10:00"),
      reason: { code: "paused", message: expect.stringContaining("3 runs from 2026-11-20T10:00:00.000Z to") },
      missed: { count: 3, first: at("10:00"), last: at("12:00") },
    });
  });

  test("are missed if the newest came too late to run", () => {
    const everyFourHours: Schedule = { kind: "cron", timezone: "UTC", cron: "0 0,4,8 * * *" };
    expect(drop("04:00", "09:01", everyFourHours)).toMatchObject({
      reason: { code: "missed", message: expect.stringContaining("2 runs from") },
      missed: { count: 2, first: at("04:00"), last: at("08:00") },
    });
  });

  test("are missed where the task makes up for nothing", () => {
    const policies = { ...defaultPolicies, misfire: "skip" as const };
    const due = { schedule: hourly, anchor: at("00:00"), dueAt: at("10:00"), now: at("10:05"), policies };
    expect(decideDropped(due, cause).reason).toMatchObject({
      code: "missed",
      message: expect.stringContaining("misfire policy is skip"),
    });
  });

  test("are the one that was announced if the schedule cannot be computed", () => {
    const broken: Schedule = { kind: "cron", timezone: "UTC", cron: "nonsense" };
    expect(drop("10:00", "12:30", broken)).toMatchObject({
      reason: { code: "missed" },
      missed: { count: 1, first: at("10:00"), last: at("10:00") },
    });
  });
});
