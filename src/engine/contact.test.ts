import { expect, test } from "vitest";
import { createContact } from "./contact.ts";

const start = Date.parse("2027-01-01T00:00:00Z");

/** What a contact with six seconds answers to readings of the clock, in seconds after the start. */
function answers(...seconds: readonly number[]): readonly boolean[] {
  const { reached } = createContact(6_000);
  return seconds.map((second) => reached(new Date(start + second * 1_000)));
}

test("silence proves something once the database was there for long enough", () => {
  expect(answers(0, 2, 4, 6, 8)).toEqual([false, false, false, true, true]);
});

test("a gap begins it anew", () => {
  expect(answers(0, 3, 6, 11.9, 17.9, 20, 22, 24)).toEqual([
    ...[false, false, true, true],
    ...[false, false, false, true],
  ]);
});

test("so does a clock that was set, in either direction", () => {
  expect(answers(0, 3, 6, 3_600, 3_603, 3_606)).toEqual([false, false, true, false, false, true]);
  expect(answers(0, 3, 6, -3_600, -3_597, -3_594)).toEqual([false, false, true, false, false, true]);
});
