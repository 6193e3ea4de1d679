import { describe, expect, it } from "vitest";
import { defaultPolicies } from "../schedule/index.ts";
import {
  addInvalid,
  addMissed,
  asRelative,
  type DueFacts,
  decideDueRun,
  describeUnplaced,
  isSameArrangement,
  judgeLateness,
  keyOf,
  nothingPlaced,
  placeValue,
  type RelativeSchedule,
  uuidBefore,
} from "./rules.ts";

const now = new Date("2027-03-10T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const rule: RelativeSchedule = {
  kind: "relative",
  timezone: "Europe/Berlin",
  attribute: "purchasedAt",
  offsetSeconds: 7 * 86_400,
};
const policies = defaultPolicies;

describe("the key of a value", () => {
  it("tells values apart and is bounded", () => {
    expect(keyOf("2027-03-01")).toBe("2027-03-01");
    expect(keyOf(5)).toBe("5");
    expect(keyOf({ at: "2027-03-01" })).toBe('{"at":"2027-03-01"}');
    expect(keyOf("x".repeat(1_000))).toHaveLength(200);
  });

  it("is undefined for none", () => {
    for (const value of [undefined, null, ""]) expect(keyOf(value)).toBe(undefined);
  });
});

describe("lateness", () => {
  it("is on time for a minute, made up for within the window, then missed", () => {
    expect(judgeLateness(ago(-5), now, policies)).toBe("schedule");
    expect(judgeLateness(ago(59), now, policies)).toBe("schedule");
    expect(judgeLateness(ago(60), now, policies)).toBe("catch_up");
    expect(judgeLateness(ago(3_600), now, policies)).toBe("catch_up");
    expect(judgeLateness(ago(3_601), now, policies)).toBe("missed");
    expect(judgeLateness(ago(60), now, { ...policies, misfire: "skip" })).toBe("missed");
    expect(judgeLateness(ago(60), now, { ...policies, misfire: "run_all" })).toBe("catch_up");
  });
});

describe("placing a value", () => {
  const facts = { now, policies };

  it("waits for its time, is missed, or gives none", () => {
    expect(placeValue(rule, "2027-03-05T09:00:00Z", facts)).toEqual({
      ...{ kind: "waits", dueAt: new Date("2027-03-12T09:00:00Z") },
    });
    expect(placeValue(rule, "2027-03-01T09:00:00Z", facts)).toMatchObject({
      ...{ kind: "missed", dueAt: new Date("2027-03-08T09:00:00Z"), reason: { code: "missed" } },
    });
    expect(placeValue(rule, "soon", facts)).toMatchObject({
      ...{ kind: "invalid", reason: { code: "attribute_invalid" } },
    });
  });

  it("names the policy by which a time was missed", () => {
    const strict = { now, policies: { ...policies, misfire: "skip" as const } };
    expect(placeValue(rule, "2027-03-03T11:00:00Z", strict)).toMatchObject({
      reason: { message: expect.stringContaining("misfire policy is skip") },
    });
  });
});

describe("what a walk says at its end", () => {
  it("is nothing where every time will come", () => {
    expect(describeUnplaced(nothingPlaced, now)).toEqual([]);
  });

  it("is one row for all missed times and one for all values without any", () => {
    let tally = addMissed(nothingPlaced, ago(300));
    tally = addMissed(tally, ago(500));
    tally = addMissed(tally, ago(400));
    tally = addInvalid(addInvalid(tally, "first fault"), "second fault");
    expect(describeUnplaced(tally, now)).toMatchObject([
      { reason: { code: "missed" }, missed: { count: 3, first: ago(500), last: ago(300) } },
      {
        reason: { code: "attribute_invalid", message: expect.stringContaining("first fault") },
        missed: { count: 2, first: now, last: now },
      },
    ]);
    expect(describeUnplaced(addMissed(nothingPlaced, ago(5)), now)[0]?.reason.message).toContain(
      "1 contact ",
    );
  });
});

describe("what due times are made for", () => {
  const one = { rule, contactId: null, audience: { filter: { tag: "a" }, maxContactsPerRun: 5 } };

  it("is the same while times stay right", () => {
    expect(isSameArrangement(one, { ...one, rule: { ...rule, jitterSeconds: 5, maxRuns: 2 } })).toBe(true);
    expect(isSameArrangement(one, { ...one, audience: { filter: { tag: "a" }, maxContactsPerRun: 9 } })).toBe(
      true,
    );
    expect(isSameArrangement({ ...one, rule: null }, { ...one, rule: null })).toBe(true);
  });

  it("is another with another rule, contact or filter", () => {
    expect(isSameArrangement(one, { ...one, rule: { ...rule, offsetSeconds: 0 } })).toBe(false);
    expect(isSameArrangement(one, { ...one, rule: null })).toBe(false);
    expect(isSameArrangement(one, { ...one, contactId: "x" })).toBe(false);
    expect(isSameArrangement(one, { ...one, audience: { filter: { tag: "b" } } })).toBe(false);
    expect(isSameArrangement(one, { ...one, audience: null })).toBe(false);
  });
});

describe("a due time", () => {
  const facts: DueFacts = {
    ...{ dueAt: ago(1), now, policies, activity: undefined },
    task: { state: "active", expiresAt: null },
    ...{ isAmong: true, isOptedOut: false, isReached: false, hasRunsLeft: true },
  };
  const reasonOf = (changed: Partial<DueFacts>) => {
    const decision = decideDueRun({ ...facts, ...changed });
    return decision.kind === "skipped" ? decision.reason.code : decision.kind;
  };

  it("runs", () => {
    expect(decideDueRun(facts)).toEqual({ kind: "runs", trigger: "schedule", beginning: { kind: "now" } });
    expect(decideDueRun({ ...facts, dueAt: ago(600) })).toMatchObject({ trigger: "catch_up" });
    const activity = { ids: ["a"], hasPending: false };
    const cancelling = { ...policies, overlap: "cancel_previous" } as const;
    expect(decideDueRun({ ...facts, policies: cancelling, activity })).toMatchObject({
      beginning: { kind: "instead", cancel: ["a"] },
    });
  });

  it("is skipped with the reason that stands first", () => {
    expect(reasonOf({ task: { state: "ended", expiresAt: null } })).toBe("task_ended");
    expect(reasonOf({ task: { state: "paused", expiresAt: null } })).toBe("paused");
    expect(reasonOf({ task: { state: "auto_paused", expiresAt: null }, isAmong: false })).toBe("paused");
    expect(reasonOf({ task: { state: "active", expiresAt: ago(1) } })).toBe("expired");
    expect(reasonOf({ task: { state: "active", expiresAt: now } })).toBe("runs");
    expect(reasonOf({ hasRunsLeft: false })).toBe("schedule_finished");
    expect(reasonOf({ isAmong: false })).toBe("not_in_audience");
    expect(reasonOf({ isReached: true })).toBe("goal_reached");
    expect(reasonOf({ isOptedOut: true })).toBe("contact_opted_out");
    expect(reasonOf({ dueAt: ago(7_200) })).toBe("missed");
    expect(reasonOf({ activity: { ids: ["a"], hasPending: false } })).toBe("overlap");
  });
});

describe("small things", () => {
  it("takes only relative schedules", () => {
    expect(asRelative(rule)).toBe(rule);
    expect(asRelative(null)).toBe(null);
    expect(asRelative({ kind: "once", timezone: "UTC", at: "2027-03-01T09:00" })).toBe(null);
  });

  it("finds the UUID before another", () => {
    expect(uuidBefore("01890000-0000-7000-8000-000000000000")).toBe("01890000-0000-7000-7fff-ffffffffffff");
    expect(uuidBefore("00000000-0000-0000-0000-000000000001")).toBe("00000000-0000-0000-0000-000000000000");
  });
});
