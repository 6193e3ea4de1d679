import type { LinkProps } from "@tanstack/react-router";
import type { Decision, DecisionRulesItem } from "../../../api/generated/model";

/** What a person can do about a reason that kept a message back. */
export type Mend =
  | { readonly kind: "link"; readonly label: string; readonly link: LinkProps }
  | { readonly kind: "hand_back"; readonly label: string }
  | { readonly kind: "write"; readonly label: string };

interface Subject {
  readonly channelId: string;
  readonly contactId: string;
  readonly agentId: string | null;
}

const write = (label: string): Mend => ({ kind: "write", label });
const linkTo = (label: string, link: LinkProps): Mend => ({ kind: "link", label, link });

/** The button that mends a reason; undefined where nothing can be done. */
export function findMend(code: string, { channelId, contactId, agentId }: Subject): Mend | undefined {
  const channel = (label: string) => linkTo(label, { to: "/channels/$channelId", params: { channelId } });
  const agent = (label: string) =>
    agentId === null
      ? linkTo("Open agents", { to: "/agents" })
      : linkTo(label, { to: "/agents/$agentId", params: { agentId } });
  switch (code) {
    case "workspace_frozen":
      return linkTo("Unfreeze", { to: "/settings/workspace" });
    case "channel_disabled":
      return channel("Enable the channel");
    case "may_not_write_first":
      return channel("Open channel");
    case "no_session":
    case "no_agent":
      return channel("Choose a default agent");
    case "agent_disabled":
      return agent("Enable the agent");
    case "agent_deleted":
      return channel("Choose another agent");
    case "budget":
      return linkTo("Raise the budget", { to: "/settings/budgets" });
    case "contact_opted_out":
      return linkTo("Open contact", { to: "/contacts/$contactId", params: { contactId } });
    case "human_in_control":
      return { kind: "hand_back", label: "Hand back" };
    case "waits_for_person":
    case "answer_window_over":
    case "session_of_another_agent":
    case "hold_expired":
      return write("Write yourself");
    default:
      return undefined;
  }
}

/** What each rule asks, in the order of the gate. */
export const ruleWords: Readonly<Record<DecisionRulesItem["rule"], string>> = {
  workspace_active: "The workspace is not frozen",
  channel_connected: "The channel is connected",
  conversation_open: "The conversation is open",
  may_write_first: "The channel allows to write first",
  opt_out: "The contact wants messages",
  agent_enabled: "The agent is enabled",
  budget: "There is budget left",
  session: "A session is live, or it is the default agent",
  controller: "The agent is in control",
  answer_window: "The contact wrote in the last 24 hours",
};

export const answerWords: Readonly<Record<DecisionRulesItem["answer"], string>> = {
  passed: "Yes",
  refused: "No",
  not_asked: "Not asked",
};

/** What kind of message the gate was asked about. */
export const classWords: Readonly<Record<Decision["class"], string>> = {
  opening: "a first message out of the blue",
  answer: "an answer to the contact",
  human: "a message by a person",
  system: "a confirmation by Errand",
};

/** The decisions about one message, the newest first. */
export function decisionsOf(decisions: readonly Decision[], messageId: string): readonly Decision[] {
  return decisions.filter((decision) => decision.messageId === messageId);
}
