import { describe, expect, it } from "vitest";
import { nextRun } from "../schedule/index.ts";
import { nameOf, onceAt, readTime, toFullMinute } from "./rules.ts";

describe("the time that an agent names", () => {
  it("is local without an offset and exact with one", () => {
    expect(readTime("2027-07-01T09:00", "Europe/Berlin")).toEqual(new Date("2027-07-01T07:00:00Z"));
    expect(readTime("2027-07-01T09:00:00Z", "Europe/Berlin")).toEqual(new Date("2027-07-01T09:00:00Z"));
    expect(readTime("2027-07-01T09:00-05:00", "Europe/Berlin")).toEqual(new Date("2027-07-01T14:00:00Z"));
  });

  it("is undefined where there is none", () => {
    for (const at of ["soon", "2027-02-30T09:00", "09:00", "", "2027-07-01T25:00Z"])
      expect(readTime(at, "Europe/Berlin")).toBe(undefined);
  });

  it("is moved to the next full minute", () => {
    expect(toFullMinute(new Date("2027-07-01T09:00:00.001Z"))).toEqual(new Date("2027-07-01T09:01:00Z"));
    expect(toFullMinute(new Date("2027-07-01T09:00:00Z"))).toEqual(new Date("2027-07-01T09:00:00Z"));
  });
});

describe("the schedule of one run", () => {
  it("runs at the very instant, also around clock changes", () => {
    const anchor = new Date("2026-01-01T00:00:00Z");
    const instants = [
      "2027-07-01T07:00:00Z",
      // 02:30 in Berlin, the first and the second time.
      "2027-10-31T00:30:00Z",
      "2027-10-31T01:30:00Z",
      "2027-03-28T01:00:00Z",
    ];
    for (const instant of instants) {
      const schedule = onceAt(new Date(instant), "Europe/Berlin");
      expect(nextRun(schedule, anchor, anchor)).toEqual(new Date(instant));
    }
  });
});

describe("the name", () => {
  it("is the beginning of the instruction in one line", () => {
    expect(nameOf(" Ask\n again. ")).toBe("Follow-up: Ask again.");
    expect([...nameOf("\u{1F600}".repeat(100))]).toHaveLength(91);
  });
});
