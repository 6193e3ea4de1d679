import type { Controller } from "../conversation.ts";

/**
 * What kind of send a message is: `opening` out of the blue, `answer` to what the contact wrote, `human` by a person,
 * `system` the confirmation of an opt-out.
 */
export const sendClasses = ["opening", "answer", "human", "system"] as const;
export type SendClass = (typeof sendClasses)[number];

/** Everything the rules look at, loaded at one moment under the conversation's lock. */
export interface GateSnapshot {
  readonly class: SendClass;
  readonly workspaceFrozen: boolean;
  readonly channelConnected: boolean;
  readonly mayWriteFirst: boolean;
  readonly conversationOpen: boolean;
  readonly contactHasWritten: boolean;
  /** When the contact wrote last; null if never. */
  readonly lastInboundAt: Date | null;
  readonly now: Date;
  readonly contactOptedOut: boolean;
  readonly controller: Controller;
  /** The agent that writes; null for people and the system. */
  readonly agentId: string | null;
  /** False: it was deleted. */
  readonly agentExists: boolean;
  /** Whether it exists and is enabled. */
  readonly agentEnabled: boolean;
  /** Why the agent may spend nothing more today or this month; null while it may. */
  readonly usedUpBudget: string | null;
  /** Whether the model calls that wrote the message have been made: to hold it back would save nothing. */
  readonly alreadyPaid: boolean;
  /** The agent of the live session, else the channel's default agent, else null. */
  readonly answeringAgentId: string | null;
}

export const ruleNames = [
  "workspace_active",
  "channel_connected",
  "conversation_open",
  "may_write_first",
  "opt_out",
  "agent_enabled",
  "budget",
  "session",
  "controller",
  "answer_window",
] as const;
export type RuleName = (typeof ruleNames)[number];

export interface RuleAnswer {
  readonly rule: RuleName;
  /** `not_asked`: the rule does not hold for this class of send. */
  readonly answer: "passed" | "refused" | "not_asked";
  readonly code?: string;
  readonly message?: string;
  /** Present on a refusal that passes by itself or by somebody's hand: the message may be held until then. */
  readonly temporary?: true;
}

export interface Verdict {
  readonly allowed: boolean;
  /** True: refused, and by nothing but what passes. */
  readonly temporary: boolean;
  /** The first refusal. */
  readonly reason: { readonly code: string; readonly message: string } | undefined;
  /** Every rule's answer, in order. */
  readonly rules: readonly RuleAnswer[];
}

const answerWindowMs = 86_400_000;

/** True if what the contact wrote last is so long ago (24 hours, or never) that a message is no answer to it. */
export function isAnswerWindowOver(lastInboundAt: Date | null, now: Date): boolean {
  return lastInboundAt === null || now.getTime() - lastInboundAt.getTime() > answerWindowMs;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

interface Rule {
  readonly name: RuleName;
  readonly classes: readonly SendClass[];
  /** True: what it refuses passes by itself or by somebody's hand, so that a message may wait for it. */
  readonly temporary?: true | ((snapshot: GateSnapshot) => boolean);
  refuse(snapshot: GateSnapshot): Refusal | undefined;
}

const rules: readonly Rule[] = [
  {
    name: "workspace_active",
    classes: sendClasses,
    temporary: true,
    refuse: (it) =>
      it.workspaceFrozen
        ? { code: "workspace_frozen", message: "The workspace is frozen: nothing is sent." }
        : undefined,
  },
  {
    name: "channel_connected",
    classes: sendClasses,
    temporary: true,
    refuse: (it) =>
      it.channelConnected ? undefined : { code: "channel_disabled", message: "The channel is disabled." },
  },
  {
    name: "conversation_open",
    classes: sendClasses,
    refuse: (it) =>
      it.conversationOpen
        ? undefined
        : { code: "conversation_closed", message: "The conversation is closed." },
  },
  {
    name: "may_write_first",
    classes: ["opening", "human"],
    refuse: (it) =>
      it.mayWriteFirst || it.contactHasWritten
        ? undefined
        : { code: "may_not_write_first", message: "On this kind of channel the contact must write first." },
  },
  {
    name: "opt_out",
    classes: ["opening", "answer", "human"],
    refuse: (it) =>
      it.contactOptedOut
        ? { code: "contact_opted_out", message: "The contact does not want messages." }
        : undefined,
  },
  {
    name: "agent_enabled",
    classes: ["opening", "answer"],
    // One that was deleted does not come back.
    temporary: (it) => it.agentExists,
    refuse: (it) => {
      if (!it.agentExists) return { code: "agent_deleted", message: "The agent was deleted." };
      return it.agentEnabled ? undefined : { code: "agent_disabled", message: "The agent is disabled." };
    },
  },
  {
    name: "budget",
    classes: ["opening", "answer"],
    temporary: true,
    refuse: (it) =>
      it.usedUpBudget === null || it.alreadyPaid ? undefined : { code: "budget", message: it.usedUpBudget },
  },
  {
    name: "session",
    classes: ["answer"],
    refuse: (it) => {
      if (it.answeringAgentId === null) {
        const message = "No session is live and the channel has no default agent.";
        return { code: "no_session", message };
      }
      if (it.answeringAgentId === it.agentId) return undefined;
      return { code: "session_of_another_agent", message: "Another agent answers in this conversation now." };
    },
  },
  {
    name: "controller",
    classes: ["opening", "answer"],
    // A person hands back; a conversation that nobody leads waits for a person to write.
    temporary: (it) => it.controller === "human",
    refuse: (it) => {
      if (it.controller === "human")
        return { code: "human_in_control", message: "A person has taken over the conversation." };
      if (it.controller === "none" && it.class === "answer")
        return { code: "waits_for_person", message: "The conversation waits for a person." };
      return undefined;
    },
  },
  {
    name: "answer_window",
    classes: ["answer"],
    refuse: (it) =>
      isAnswerWindowOver(it.lastInboundAt, it.now)
        ? { code: "answer_window_over", message: "The contact's last message is more than 24 hours old." }
        : undefined,
  },
];

/** Whether a message may go out. Pure: the same snapshot always gets the same verdict. */
export function decide(snapshot: GateSnapshot): Verdict {
  const answers = rules.map((rule) => ask(rule, snapshot));
  const refusals = answers.filter(({ answer }) => answer === "refused");
  const [first] = refusals;
  const { code, message } = first ?? {};
  const reason = code === undefined || message === undefined ? undefined : { code, message };
  return {
    allowed: first === undefined,
    temporary: first !== undefined && refusals.every(({ temporary }) => temporary === true),
    reason,
    rules: answers,
  };
}

function ask(rule: Rule, snapshot: GateSnapshot): RuleAnswer {
  if (!rule.classes.includes(snapshot.class)) return { rule: rule.name, answer: "not_asked" };
  const refusal = rule.refuse(snapshot);
  if (refusal === undefined) return { rule: rule.name, answer: "passed" };
  const { temporary = false } = rule;
  const passes = typeof temporary === "function" ? temporary(snapshot) : temporary;
  return { rule: rule.name, answer: "refused", ...refusal, ...(passes ? { temporary: true } : {}) };
}
