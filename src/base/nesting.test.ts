import { expect, it } from "vitest";
import { isNestedDeeper } from "./nesting.ts";

it.each([
  [7, 0, false],
  [{}, 0, false],
  [{ a: 1 }, 0, true],
  [{ a: 1 }, 1, false],
  [{ a: [{}], b: 2 }, 2, false],
  [{ a: [{ c: null }], b: 2 }, 2, true],
])("%j, %i levels: %j", (value, levels, expected) => {
  expect(isNestedDeeper(value, levels)).toBe(expected);
});

it("takes a hundred thousand levels", () => {
  const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  expect(isNestedDeeper(deep, 100)).toBe(true);
});
