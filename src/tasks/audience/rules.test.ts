import { describe, expect, it } from "vitest";
import { isFastEnough } from "./filter.ts";
import {
  decideBeginning,
  describeLeftOut,
  type FireTally,
  listedOptOuts,
  nothingFired,
  paceDelayMs,
  shareOut,
} from "./rules.ts";

const busy = { ids: ["a", "b"], hasPending: false };

describe("overlap, contact by contact", () => {
  it("lets a contact with nothing under way begin under every policy", () => {
    for (const overlap of ["skip", "queue_one", "cancel_previous", "allow"] as const)
      expect(decideBeginning(overlap, undefined)).toEqual({ kind: "now" });
  });

  it("does what the policy says while something is under way", () => {
    expect(decideBeginning("allow", busy)).toEqual({ kind: "now" });
    expect(decideBeginning("cancel_previous", busy)).toEqual({ kind: "instead", cancel: ["a", "b"] });
    expect(decideBeginning("queue_one", busy)).toEqual({ kind: "after_previous" });
    expect(decideBeginning("skip", busy)).toMatchObject({ kind: "skipped", reason: { code: "overlap" } });
    expect(decideBeginning("queue_one", { ...busy, hasPending: true })).toMatchObject({
      ...{ kind: "skipped", reason: { code: "overlap", message: expect.stringContaining("waits for it") } },
    });
  });
});

describe("the pace", () => {
  const startedAt = new Date("2027-03-01T09:00:00Z");
  const now = new Date("2027-03-01T09:00:10Z");

  it("counts from the beginning of the run and never goes back", () => {
    const delays = [0, 1, 2, 3].map((nth) => paceDelayMs({ pacePerMinute: 4, nth, startedAt, now }));
    expect(delays).toEqual([0, 5_000, 20_000, 35_000]);
    expect(paceDelayMs({ pacePerMinute: null, nth: 9, startedAt, now })).toBe(0);
  });

  it("has the largest audience through within a week", () => {
    expect(isFastEnough({ maxContactsPerRun: 10_080, pacePerMinute: 1 })).toBe(true);
    expect(isFastEnough({ maxContactsPerRun: 10_081, pacePerMinute: 1 })).toBe(false);
    expect(isFastEnough({ maxContactsPerRun: 100_000, pacePerMinute: null })).toBe(true);
  });
});

describe("what a contact gets", () => {
  const contact = { isOptedOut: false, isReached: false, overlap: "skip", activity: undefined } as const;

  it("is an execution, counted", () => {
    expect(shareOut({ ...nothingFired, taken: 2, queued: 1 }, contact)).toEqual({
      tally: { taken: 3, queued: 2, optedOut: 0, reached: 0 },
      share: { kind: "runs", nth: 1, cancel: [] },
    });
    expect(shareOut(nothingFired, { ...contact, overlap: "cancel_previous", activity: busy })).toMatchObject({
      share: { kind: "runs", nth: 0, cancel: ["a", "b"] },
    });
    expect(shareOut(nothingFired, { ...contact, overlap: "queue_one", activity: busy })).toMatchObject({
      ...{ tally: { taken: 1, queued: 1 }, share: { kind: "after_previous" } },
    });
  });

  it("counts against the maximum also where an earlier one is in the way", () => {
    const { tally, share } = shareOut(nothingFired, { ...contact, activity: busy });
    expect(tally).toEqual({ taken: 1, queued: 0, optedOut: 0, reached: 0 });
    expect(share).toMatchObject({ kind: "skipped", reason: { code: "overlap" } });
  });

  it("is a row of its own for the first who opted out, and a count for the others", () => {
    const optedOut = { ...contact, isOptedOut: true };
    const before: FireTally = { ...nothingFired, optedOut: listedOptOuts - 1 };
    const last = shareOut(before, optedOut);
    expect(last.share).toMatchObject({ kind: "skipped", reason: { code: "contact_opted_out" } });
    expect(shareOut(last.tally, optedOut)).toMatchObject({
      ...{ share: { kind: "nothing" }, tally: { optedOut: listedOptOuts + 1, taken: 0 } },
    });
  });

  it("is nothing where the task is over", () => {
    expect(shareOut(nothingFired, { ...contact, isReached: true })).toEqual({
      ...{ share: { kind: "nothing" }, tally: { ...nothingFired, reached: 1 } },
    });
  });
});

describe("what a run says of those it left out", () => {
  const limits = { beyond: 0, maxContactsPerRun: 10 };

  it("is nothing where it left out nobody, or each has a row", () => {
    expect(describeLeftOut({ ...nothingFired, taken: 1 }, limits)).toBe(undefined);
    expect(describeLeftOut({ ...nothingFired, optedOut: 3 }, limits)).toBe(undefined);
  });

  it("is that nobody matches", () => {
    expect(describeLeftOut(nothingFired, limits)).toMatchObject({
      ...{ count: 0, reason: { code: "audience_empty" } },
    });
  });

  it("names everything in one row, the maximum first", () => {
    const tally = { taken: 10, queued: 10, optedOut: listedOptOuts + 2, reached: 1 };
    const said = describeLeftOut(tally, { ...limits, beyond: 5 });
    expect(said).toMatchObject({ count: 8, reason: { code: "audience_limit" } });
    expect(said?.reason.message).toContain("5 contacts more match, but maxContactsPerRun is 10.");
    expect(said?.reason.message).toContain("2 contacts more opted out");
    expect(said?.reason.message).toContain("over for 1 contact.");
    expect(describeLeftOut({ ...tally, reached: 0 }, limits)).toMatchObject({
      ...{ count: 2, reason: { code: "contact_opted_out" } },
    });
  });
});
