import { expect, test } from "vitest";
import { toParams } from "./rules.ts";

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
