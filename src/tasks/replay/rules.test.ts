import { expect, it } from "vitest";
import { decideReplay } from "./rules.ts";

const facts = {
  original: { kind: "task", status: "completed" },
  ...{ taskFound: true, isSummary: false, messages: 0, confirm: false },
} as const;

it("repeats what has ended and sent nothing, or what was confirmed", () => {
  expect(decideReplay(facts)).toBe(undefined);
  expect(decideReplay({ ...facts, original: { ...facts.original, status: "skipped" } })).toBe(undefined);
  expect(decideReplay({ ...facts, messages: 2, confirm: true })).toBe(undefined);
});

it("says what is in the way", () => {
  const codeOf = (changed: Partial<Parameters<typeof decideReplay>[0]>) =>
    decideReplay({ ...facts, ...changed })?.code;
  expect(codeOf({ original: { ...facts.original, kind: "reply" } })).toBe("execution_not_replayable");
  for (const status of ["queued", "running", "waiting"] as const)
    expect(codeOf({ original: { ...facts.original, status } })).toBe("execution_not_ended");
  expect(codeOf({ isSummary: true })).toBe("execution_not_replayable");
  expect(codeOf({ taskFound: false })).toBe("task_deleted");
  expect(codeOf({ messages: 1 })).toBe("replay_would_repeat_messages");
  expect(decideReplay({ ...facts, messages: 1 })?.message).toContain("sent 1 message,");
  expect(decideReplay({ ...facts, messages: 3 })?.message).toContain("sent 3 messages,");
});
