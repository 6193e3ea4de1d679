import { expect, it } from "vitest";
import { countShift } from "./rest.ts";

const rows = ["a", "b", "c", "d", "e", "f", "g", "h"];
const screen = { first: 2, last: 5 };
/** The row goes to the top. */
const raised = (id: string) => [id, ...rows.filter((row) => row !== id)];

it.each<[string, readonly string[], number]>([
  ["nothing changed", rows, 0],
  ["a row below the screen went to the top", raised("h"), 1],
  ["a row above it did", raised("b"), 0],
  ["its first row did", raised("c"), 0],
  ["one in its middle did", raised("d"), 1],
  ["its last row did", raised("f"), 1],
  ["two rows are new", ["x", "y", ...rows], 2],
  ["a row above is gone", rows.slice(1), -1],
  ["a row of the screen is gone", rows.filter((row) => row !== "c"), -1],
  ["all rows are others", ["x", "y", "z"], 0],
  ["there are none any more", [], 0],
])("%s", (_, after, shift) => {
  expect(countShift(rows, after, screen)).toBe(shift);
});

it("counts the rows that there are where the screen is longer than the list", () => {
  expect(countShift(["a", "b"], ["x", "a", "b"], { first: 0, last: 9 })).toBe(1);
});
