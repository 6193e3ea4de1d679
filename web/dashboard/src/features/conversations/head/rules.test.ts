import { expect, it } from "vitest";
import { deadlineOf, leftWords, secondsUntil } from "./rules.ts";

it("spells the time that is left, by the second in the last five minutes", () => {
  expect(leftWords(86_400)).toBe("1 d left");
  expect(leftWords(3_905)).toBe("1 h 5 min left");
  expect(leftWords(23 * 60 + 59)).toBe("23 min left");
  expect(leftWords(299)).toBe("4:59 left");
  expect(leftWords(7)).toBe("0:07 left");
  expect(leftWords(0)).toBe("time is up");
});

it("counts down from what the server said, whatever the clock here shows", () => {
  const deadline = deadlineOf(60, 1_000_000);
  expect(secondsUntil(deadline, 1_000_000)).toBe(60);
  expect(secondsUntil(deadline, 1_030_000)).toBe(30);
  expect(secondsUntil(deadline, 1_059_999)).toBe(1);
  expect(secondsUntil(deadline, 2_000_000)).toBe(0);
});
