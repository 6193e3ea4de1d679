import { describe, expect, test } from "vitest";
import { decide, type GateSnapshot, type RuleName, ruleNames, type SendClass, sendClasses } from "./rules.ts";

const agent = "0197c0de-0000-7000-8000-000000000001";
const other = "0197c0de-0000-7000-8000-000000000002";

const now = new Date("2027-03-01T09:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

/** A snapshot that every rule lets pass. */
function allowing(sendClass: SendClass): GateSnapshot {
  return {
    class: sendClass,
    agentId: sendClass === "human" || sendClass === "system" ? null : agent,
    agentExists: true,
    agentEnabled: true,
    usedUpBudget: null,
    alreadyPaid: false,
    workspaceFrozen: false,
    channelConnected: true,
    mayWriteFirst: true,
    conversationOpen: true,
    contactHasWritten: false,
    lastInboundAt: now,
    now,
    contactOptedOut: false,
    controller: "agent",
    answeringAgentId: agent,
  };
}

interface Case {
  readonly rule: RuleName;
  readonly given: Partial<GateSnapshot>;
  readonly code: string;
  readonly refuses: readonly SendClass[];
  /** A message may wait until what refuses it has passed. */
  readonly temporary?: true;
}

const cases: readonly Case[] = [
  {
    rule: "workspace_active",
    given: { workspaceFrozen: true },
    code: "workspace_frozen",
    refuses: ["opening", "answer", "human", "system"],
    temporary: true,
  },
  {
    rule: "channel_connected",
    given: { channelConnected: false },
    code: "channel_disabled",
    refuses: ["opening", "answer", "human", "system"],
    temporary: true,
  },
  {
    rule: "conversation_open",
    given: { conversationOpen: false },
    code: "conversation_closed",
    refuses: ["opening", "answer", "human", "system"],
  },
  {
    rule: "may_write_first",
    given: { mayWriteFirst: false, contactHasWritten: false },
    code: "may_not_write_first",
    refuses: ["opening", "human"],
  },
  {
    rule: "opt_out",
    given: { contactOptedOut: true },
    code: "contact_opted_out",
    refuses: ["opening", "answer", "human"],
  },
  {
    rule: "agent_enabled",
    given: { agentEnabled: false },
    code: "agent_disabled",
    refuses: ["opening", "answer"],
    temporary: true,
  },
  {
    rule: "agent_enabled",
    given: { agentExists: false, agentEnabled: false },
    code: "agent_deleted",
    refuses: ["opening", "answer"],
  },
  {
    rule: "budget",
    given: { usedUpBudget: "The agent's daily budget of 1.00 US dollars is used up." },
    code: "budget",
    refuses: ["opening", "answer"],
    temporary: true,
  },
  { rule: "session", given: { answeringAgentId: null }, code: "no_session", refuses: ["answer"] },
  {
    rule: "session",
    given: { answeringAgentId: other },
    code: "session_of_another_agent",
    refuses: ["answer"],
  },
  {
    rule: "controller",
    given: { controller: "human" },
    code: "human_in_control",
    refuses: ["opening", "answer"],
    temporary: true,
  },
  { rule: "controller", given: { controller: "none" }, code: "waits_for_person", refuses: ["answer"] },
  {
    rule: "answer_window",
    given: { lastInboundAt: hoursAgo(24.001) },
    code: "answer_window_over",
    refuses: ["answer"],
  },
  { rule: "answer_window", given: { lastInboundAt: null }, code: "answer_window_over", refuses: ["answer"] },
];

describe("every rule for every class", () => {
  const table = cases.flatMap((it) => sendClasses.map((sendClass) => ({ ...it, sendClass })));
  test.each(table)("$code, $sendClass", ({ rule, given, code, refuses, temporary = false, sendClass }) => {
    const verdict = decide({ ...allowing(sendClass), ...given });
    const refused = refuses.includes(sendClass);
    expect(verdict.allowed).toBe(!refused);
    expect(verdict.reason?.code).toBe(refused ? code : undefined);
    expect(verdict.temporary).toBe(refused && temporary);
    const answers = verdict.rules.filter(({ answer }) => answer === "refused").map((it) => it.rule);
    expect(answers).toEqual(refused ? [rule] : []);
    expect(verdict.rules.map((answer) => answer.rule)).toEqual(ruleNames);
  });
});

test.each(sendClasses)("%s passes where nothing is in the way", (sendClass) => {
  expect(decide(allowing(sendClass))).toMatchObject({ allowed: true, reason: undefined });
});

test("an answer passes to the last moment of the 24 hours", () => {
  expect(decide({ ...allowing("answer"), lastInboundAt: hoursAgo(24) }).allowed).toBe(true);
});

test.each(["opening", "answer"] as const)(
  "a budget is not in the way of %s that is paid for",
  (sendClass) => {
    const usedUpBudget = "The agent's daily budget of 1.00 US dollars is used up.";
    const verdict = decide({ ...allowing(sendClass), usedUpBudget, alreadyPaid: true });
    expect(verdict).toMatchObject({ allowed: true });
  },
);

test("a contact that has written may be written to where nobody may write first", () => {
  const verdict = decide({ ...allowing("opening"), mayWriteFirst: false, contactHasWritten: true });
  expect(verdict.allowed).toBe(true);
});

test("the first refusal is the reason and all of them are told", () => {
  const verdict = decide({ ...allowing("answer"), workspaceFrozen: true, contactOptedOut: true });
  expect(verdict.reason?.code).toBe("workspace_frozen");
  expect(verdict.rules.filter(({ answer }) => answer === "refused").map(({ code }) => code)).toEqual([
    "workspace_frozen",
    "contact_opted_out",
  ]);
});

test("a refusal is temporary only if everything that refuses passes", () => {
  const paused = { ...allowing("opening"), workspaceFrozen: true, agentEnabled: false };
  expect(decide(paused).temporary).toBe(true);
  expect(decide({ ...paused, contactOptedOut: true }).temporary).toBe(false);
});

test("rules that do not hold for a class are told apart from those that passed", () => {
  const answers = Object.fromEntries(decide(allowing("human")).rules.map((it) => [it.rule, it.answer]));
  expect(answers).toMatchObject({ session: "not_asked", controller: "not_asked", opt_out: "passed" });
});
