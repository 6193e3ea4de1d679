import { getChannel } from "../channels/index.ts";
import { getContact } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core, Reason } from "../engine/index.ts";
import { getWorkspace } from "../workspaces/index.ts";
import type { Conversation, Session } from "./conversation.ts";
import { loadFacts } from "./gate/facts.ts";
import { isAnswerWindowOver } from "./gate/rules.ts";
import { selectLiveSession } from "./session-store.ts";

/** The agent that may answer in a conversation, and in which session if it is not the channel's default. */
export interface AnsweringAgent {
  readonly agentId: string;
  readonly session: Session | undefined;
  /** How long one of its replies may take, where it has a limit of its own. */
  readonly maxTimeSeconds?: number;
}

/** The live session's agent, else the channel's default agent, else nobody. */
export async function findAnsweringAgent(
  tx: TenantTx,
  conversation: Pick<Conversation, "id" | "channelId">,
): Promise<AnsweringAgent | undefined> {
  const [session, channel] = await Promise.all([
    selectLiveSession(tx, conversation.id),
    getChannel(tx, conversation.channelId),
  ]);
  return chooseAgent(session, channel?.defaultAgentId ?? null);
}

function chooseAgent(
  session: Session | undefined,
  defaultAgentId: string | null,
): AnsweringAgent | undefined {
  if (session !== undefined) return { agentId: session.agentId, session };
  return defaultAgentId === null ? undefined : { agentId: defaultAgentId, session: undefined };
}

/** Why no agent answers what the contact wrote. */
export interface Obstacle {
  readonly reason: Reason;
  /** False: somebody stopped the answers for a time, and they are given when that is over. */
  readonly needsPerson: boolean;
}

/**
 * Who may answer now, or what is in the way: everything for which the gate would refuse the answer, so that no model is
 * paid for it.
 */
export async function findAnswerer(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
): Promise<AnsweringAgent | { readonly obstacle: Obstacle }> {
  const { id: conversationId, contactId, channelId } = conversation;
  // Side by side: each costs a round trip, and a contact waits for all of them.
  const [workspace, channel, contact, session] = await Promise.all([
    getWorkspace(tx),
    getChannel(tx, channelId),
    getContact(tx, contactId),
    selectLiveSession(tx, conversationId),
  ]);
  if (workspace.frozenAt !== null) return { obstacle: frozen };
  if (channel?.status !== "connected") return { obstacle: channelDisabled };
  if (contact?.optedOutAt !== null) return { obstacle: optedOut };
  if (isAnswerWindowOver(conversation.lastInboundAt, core.clock.now())) return { obstacle: tooLate };
  const answering = chooseAgent(session, channel.defaultAgentId);
  if (answering === undefined) return { obstacle: noAgent };
  const { agentId } = answering;
  const question = {
    class: "answer",
    conversationId,
    contactId,
    channelId,
    agentId,
    executionId: null,
  } as const;
  const { agentEnabled, usedUpBudget, maxTimeSeconds } = await loadFacts(core, tx, question);
  if (agentEnabled !== true) return { obstacle: agentDisabled };
  if (typeof usedUpBudget === "string")
    return { obstacle: { reason: { code: "budget", message: usedUpBudget }, needsPerson: true } };
  return { ...answering, ...(maxTimeSeconds === undefined ? {} : { maxTimeSeconds }) };
}

const frozen: Obstacle = {
  reason: {
    code: "workspace_frozen",
    message: "The workspace is frozen: the answer comes when it is not any more.",
  },
  needsPerson: false,
};
const channelDisabled: Obstacle = {
  reason: {
    code: "channel_disabled",
    message: "The channel is disabled: the answer comes when it is connected again.",
  },
  needsPerson: false,
};
const optedOut: Obstacle = {
  reason: { code: "contact_opted_out", message: "The contact does not want messages." },
  needsPerson: true,
};
const tooLate: Obstacle = {
  reason: { code: "answer_window_over", message: "The contact's last message is more than 24 hours old." },
  needsPerson: true,
};
const noAgent: Obstacle = {
  reason: { code: "no_agent", message: "No session is live and the channel has no default agent." },
  needsPerson: true,
};
const agentDisabled: Obstacle = {
  reason: {
    code: "agent_disabled",
    message: "The agent that was to answer is disabled or no longer exists.",
  },
  needsPerson: true,
};
