import { expect, it } from "vitest";
import { dayAfter, startOfDay } from "./days.ts";

it.each([
  ["2027-03-01", "UTC", "2027-03-01T00:00:00.000Z"],
  ["2027-03-01", "Europe/Berlin", "2027-02-28T23:00:00.000Z"],
  ["2027-07-01", "Europe/Berlin", "2027-06-30T22:00:00.000Z"],
  // The days on which the clocks change begin before they do.
  ["2027-03-28", "Europe/Berlin", "2027-03-27T23:00:00.000Z"],
  ["2027-10-31", "Europe/Berlin", "2027-10-30T22:00:00.000Z"],
  ["2027-03-01", "Pacific/Auckland", "2027-02-28T11:00:00.000Z"],
  ["2027-03-01", "America/St_Johns", "2027-03-01T03:30:00.000Z"],
])("%s in %s begins at %s", (day, timezone, instant) => {
  expect(startOfDay(day, timezone)).toBe(instant);
});

it("leaves what is no day", () => {
  expect(startOfDay("soon", "UTC")).toBe("soon");
  expect(dayAfter("2027-13-01")).toBe("2027-13-01");
});

it("knows the day after", () => {
  expect(dayAfter("2027-02-28")).toBe("2027-03-01");
  expect(dayAfter("2027-12-31")).toBe("2028-01-01");
});
