import { describe, expect, test } from "vitest";
import { toDuration, toSeconds } from "./duration.ts";

describe("a length of time in a form", () => {
  test.each([
    [90, { amount: 90, unit: "seconds" }],
    [900, { amount: 15, unit: "minutes" }],
    [5_400, { amount: 90, unit: "minutes" }],
    [3_600, { amount: 1, unit: "hours" }],
    [86_400, { amount: 1, unit: "days" }],
    [-86_400, { amount: -1, unit: "days" }],
    [90_000, { amount: 25, unit: "hours" }],
  ] as const)("%i seconds are shown in their largest whole unit and come back", (seconds, shown) => {
    expect(toDuration(seconds, "minutes")).toEqual(shown);
    expect(toSeconds(shown)).toBe(seconds);
  });

  test("none is an empty field, and zero is shown in the unit of the field", () => {
    expect(toDuration(null, "hours")).toEqual({ amount: "", unit: "hours" });
    expect(toSeconds(toDuration(undefined, "days"))).toBeUndefined();
    expect(toDuration(0, "hours")).toEqual({ amount: 0, unit: "hours" });
  });

  test("fractions are exact, and a part of a second is left for the API to refuse", () => {
    expect(toSeconds({ amount: 1.1, unit: "minutes" })).toBe(66);
    expect(toSeconds({ amount: 1.5, unit: "hours" })).toBe(5_400);
    expect(toSeconds({ amount: 0.5, unit: "seconds" })).toBe(0.5);
  });

  test("what is too long for a number is sent as large as it is", () => {
    expect(toSeconds({ amount: "99999999999999999999", unit: "seconds" })).toBe(1e20);
  });
});
