import { expect, it } from "vitest";
import { firstOfMonth } from "./rules.ts";

it.each([
  ["2027-02-28T23:30:00Z", "Europe/Berlin", "2027-03-01"],
  ["2027-02-28T23:30:00Z", "UTC", "2027-02-01"],
  ["2027-01-01T04:00:00Z", "America/New_York", "2026-12-01"],
])("the month of %s in %s begins on %s", (now, timezone, day) => {
  expect(firstOfMonth(Date.parse(now), timezone)).toBe(day);
});
