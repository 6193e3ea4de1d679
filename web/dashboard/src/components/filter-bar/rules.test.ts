import { expect, test } from "vitest";
import { countFilters } from "./rules.ts";

test("filters are counted without the text, and without those that are not set", () => {
  const search = { q: "anna", tag: "vip", language: undefined, optedOut: false };
  expect(countFilters(search)).toBe(2);
  expect(countFilters({ q: "anna" })).toBe(0);
});
