import { describe, expect, it } from "vitest";
import {
  addDays,
  addMonths,
  dateOf,
  daysOf,
  daysShown,
  longDate,
  readDate,
  shortDay,
  startOf,
  step,
  titleOf,
} from "./dates.ts";

describe("a day in an address", () => {
  it("is read if there is such a day", () => {
    expect(readDate("2028-02-29")).toBe("2028-02-29");
  });

  it.each([
    undefined,
    "",
    "2027-02-29",
    "2027-13-01",
    "20-11-2026",
    "2026-11-20T00:00",
    "0001-01-01",
    "9999-12-31",
  ])("is not: %s", (text) => {
    expect(readDate(text)).toBeUndefined();
  });
});

describe("days of a view", () => {
  it("a week is Monday to Sunday", () => {
    const week = daysOf("week", "2026-11-20");
    expect(week).toHaveLength(7);
    expect([week[0], week[6]]).toEqual(["2026-11-16", "2026-11-22"]);
    expect(daysOf("week", "2026-11-16")).toEqual(week);
    expect(daysOf("week", "2026-11-22")).toEqual(week);
  });

  it("a month has whole weeks, four to six", () => {
    expect(daysOf("month", "2027-02-10")).toHaveLength(28);
    expect(daysOf("month", "2026-11-20")).toHaveLength(42);
    const december = daysOf("month", "2026-12-31");
    expect([december[0], december.at(-1)]).toEqual(["2026-11-30", "2027-01-03"]);
  });

  it("this month begins with this week, unless an earlier day is meant", () => {
    const today = "2026-11-20";
    const shown = daysShown("month", today, today);
    expect([shown[0], shown.at(-1)]).toEqual(["2026-11-16", "2026-12-06"]);
    expect(daysShown("month", "2026-11-30", today)).toEqual(shown);
    expect(daysShown("month", "2026-11-01", today)).toEqual(daysOf("month", today));
    expect(daysShown("month", "2026-12-24", today)).toEqual(daysOf("month", "2026-12-24"));
    expect(daysShown("month", "2026-10-31", today)).toEqual(daysOf("month", "2026-10-31"));
    expect(daysShown("week", today, today)).toEqual(daysOf("week", today));
  });

  it("steps keep to the length of a month", () => {
    expect(addMonths("2027-01-31", 1)).toBe("2027-02-28");
    expect(addMonths("2027-01-31", -2)).toBe("2026-11-30");
    expect(addMonths("2026-12-15", 1)).toBe("2027-01-15");
    expect(step("week", "2026-12-30", 1)).toBe("2027-01-06");
    expect(step("month", "2027-03-31", -1)).toBe("2027-02-28");
    expect(addDays("2027-01-01", -1)).toBe("2026-12-31");
  });
});

describe("days and instants", () => {
  it.each([
    ["2026-11-20", "UTC", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20", "Europe/Berlin", "2026-11-19T23:00:00.000Z"],
    ["2026-07-20", "Europe/Berlin", "2026-07-19T22:00:00.000Z"],
    ["2026-11-20", "America/Los_Angeles", "2026-11-20T08:00:00.000Z"],
    ["2026-11-20", "Pacific/Kiritimati", "2026-11-19T10:00:00.000Z"],
    ["2026-11-20", "Pacific/Pago_Pago", "2026-11-20T11:00:00.000Z"],
    ["2026-11-20", "Asia/Kathmandu", "2026-11-19T18:15:00.000Z"],
    // The clocks go from 00:00 to 01:00 there.
    ["2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
    // And here from 00:00 back to 23:00 of the day before.
    ["2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00:00.000Z"],
    // The day on which the clocks change begins as any other.
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z"],
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
  ])("%s in %s begins at %s", (date, zone, instant) => {
    expect(startOf(date, zone).toISOString()).toBe(instant);
    expect(dateOf(Date.parse(instant), zone)).toBe(date);
    expect(dateOf(Date.parse(instant) - 1, zone)).toBe(addDays(date, -1));
  });
});

describe("words", () => {
  it("name days", () => {
    expect(longDate("2026-11-20")).toBe("Friday 20 November 2026");
    expect(shortDay("2026-11-20")).toBe("Fri 20 Nov");
  });

  it.each([
    ["month", "2026-11-20", "November 2026"],
    ["week", "2026-11-20", "16 – 22 November 2026"],
    ["week", "2026-12-01", "30 November – 6 December 2026"],
    ["week", "2027-01-01", "28 December 2026 – 3 January 2027"],
  ] as const)("%s of %s: %s", (view, date, title) => {
    expect(titleOf(view, date)).toBe(title);
  });
});
