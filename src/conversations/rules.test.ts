import { expect, test } from "vitest";
import { burstDelayMs, hasUnanswered } from "./rules.ts";

test.each([
  [0, 2_000],
  [500, 1_500],
  [2_000, 0],
  [90_000, 0],
  [-5, 2_000],
])("a first message %i ms old waits for %i ms more", (age, delay) => {
  expect(burstDelayMs(age)).toBe(delay);
});

test.each([
  [0, 0, false],
  [3, 2, true],
  [3, 3, false],
  [3, 5, false],
])("newest of the contact %i, dealt with up to %i", (lastInboundSeq, takenSeq, unanswered) => {
  expect(hasUnanswered({ lastInboundSeq, takenSeq })).toBe(unanswered);
});
