import { expect, test } from "vitest";
import { countFilters, toParams } from "./rules.ts";

test("filters are sent as the API takes them", () => {
  expect(toParams({ q: "anna", tag: "vip", language: "de", optedOut: false })).toEqual({
    q: "anna",
    tag: "vip",
    language: "de",
    optedOut: "false",
  });
  expect(toParams({ optedOut: true })).toEqual({ optedOut: "true" });
  expect(toParams({})).toEqual({});
});

test("the text is no filter that is counted", () => {
  expect(countFilters({ q: "anna" })).toBe(0);
  expect(countFilters({ q: "anna", tag: "vip", language: undefined, optedOut: false })).toBe(2);
});
