import { expect, it } from "vitest";
import { attemptWords, durationMs, triggerOf } from "./fact-words.ts";

it("a reply was triggered by the contact's message", () => {
  expect(triggerOf({ kind: "reply", trigger: "api" })).toBe("Message");
  expect(triggerOf({ kind: "task", trigger: "manual" })).toBe("Run now");
});

it("a duration goes from the start to the end, or to now", () => {
  const startedAt = "2027-03-01T09:00:00.000Z";
  const now = Date.parse("2027-03-01T09:00:05.000Z");
  expect(durationMs({ startedAt: null, completedAt: null }, now)).toBeUndefined();
  expect(durationMs({ startedAt, completedAt: null }, now)).toBe(5_000);
  expect(durationMs({ startedAt, completedAt: "2027-03-01T09:00:02.500Z" }, now)).toBe(2_500);
  expect(durationMs({ startedAt: "2027-03-01T09:01:00.000Z", completedAt: null }, now)).toBe(0);
});

it("more than one attempt is explained by waits, and else by processes that ended", () => {
  expect(attemptWords(0, 0)).toBeUndefined();
  expect(attemptWords(1, 3)).toBeUndefined();
  expect(attemptWords(2, 1)).toBe("went on after a wait");
  expect(attemptWords(2, 0)).toBe("taken up again after its process ended or gave it back");
  expect(attemptWords(6, 3)).toBe(
    "went on after 3 waits; taken up again 2 times after its process ended or gave it back",
  );
});
