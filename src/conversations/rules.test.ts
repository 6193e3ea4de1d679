import { expect, test } from "vitest";
import type { RuleAnswer } from "./gate/rules.ts";
import { burstDelayMs, hasUnanswered, isStillToAnswer, lastingRefusal, mayBePlayed } from "./rules.ts";

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

test("a contact can be played where its side is ours, and not where a delivery leaves the house", () => {
  expect(mayBePlayed({ storedStatus: "sent" })).toBe(true);
  expect(mayBePlayed({ storedStatus: "queued" })).toBe(false);
});

test.each([
  ["budget", true],
  ["agent_disabled", true],
  ["agent_deleted", true],
  ["human_in_control", false],
  ["contact_opted_out", false],
])("after %s somebody may still answer: %s", (code, still) => {
  expect(isStillToAnswer(code)).toBe(still);
});

test("a refusal for good names what does not pass, not what stands first", () => {
  const frozen = { code: "workspace_frozen", message: "Frozen." };
  const optedOut = { code: "contact_opted_out", message: "No messages." };
  const rules: readonly RuleAnswer[] = [
    { rule: "workspace_active", answer: "refused", ...frozen, temporary: true },
    { rule: "opt_out", answer: "refused", ...optedOut },
  ];
  const verdict = { allowed: false, temporary: false, reason: frozen, rules };
  expect(lastingRefusal(verdict)).toEqual(optedOut);
  expect(lastingRefusal({ ...verdict, rules: rules.slice(0, 1) })).toEqual(frozen);
});
