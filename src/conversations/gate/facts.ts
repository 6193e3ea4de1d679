import { requireRow } from "../../base/errors.ts";
import { extensionPoint } from "../../base/extensions.ts";
import { getChannel, platformOf } from "../../channels/index.ts";
import { getContact } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import { getWorkspaceForSend } from "../../workspaces/index.ts";
import type { Conversation } from "../conversation.ts";
import { selectLiveSession } from "../session-store.ts";
import type { GateSnapshot, SendClass } from "./rules.ts";

/** What a source of facts is asked about. */
export interface GateQuestion {
  readonly class: SendClass;
  readonly conversationId: string;
  readonly contactId: string;
  readonly channelId: string;
  /** The agent that writes; null for people and the system. */
  readonly agentId: string | null;
  readonly executionId: string | null;
}

/** What the gate has to know from modules above this one. */
export interface ContributedFacts {
  /** False: the agent that writes was deleted. */
  readonly agentExists?: boolean;
  /** Whether it exists and is enabled. */
  readonly agentEnabled?: boolean;
  /** Why the agent may spend nothing more today or this month; null while it may. */
  readonly usedUpBudget?: string | null;
  /** How long one reply of the agent may take, where it has a limit of its own. */
  readonly maxTimeSeconds?: number;
}

/** Loads facts for the gate; asked about every message. */
export type GateFactSource = (tx: TenantTx, question: GateQuestion) => Promise<ContributedFacts>;

export const gateFacts = extensionPoint<GateFactSource>("conversations.gateFacts");

/**
 * What the gate decides on. The conversation must be locked, so that no other message and no change of its session or
 * controller comes between the look and the send. An agent that nobody vouches for counts as disabled.
 */
export async function loadSnapshot(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  send: {
    readonly class: SendClass;
    readonly agentId: string | null;
    readonly executionId: string | null;
    readonly alreadyPaid: boolean;
  },
): Promise<GateSnapshot> {
  const { id, contactId, channelId } = conversation;
  const { alreadyPaid, ...asker } = send;
  // Side by side, which on one connection means: in this order, the lock on the workspace's freeze first.
  const [workspace, foundChannel, foundContact, session, facts] = await Promise.all([
    getWorkspaceForSend(tx),
    getChannel(tx, channelId),
    getContact(tx, contactId),
    selectLiveSession(tx, id),
    loadFacts(core, tx, { ...asker, conversationId: id, contactId, channelId }),
  ]);
  const channel = requireRow(foundChannel, "loading a conversation's channel");
  const contact = requireRow(foundContact, "loading a conversation's contact");
  return {
    class: send.class,
    agentId: send.agentId,
    agentExists: facts.agentExists !== false,
    agentEnabled: facts.agentEnabled === true,
    usedUpBudget: facts.usedUpBudget ?? null,
    alreadyPaid,
    workspaceFrozen: workspace.frozenAt !== null,
    channelConnected: channel.status === "connected",
    mayWriteFirst: platformOf(channel).kind.mayWriteFirst,
    conversationOpen: conversation.status === "open",
    contactHasWritten: conversation.lastInboundSeq > 0,
    lastInboundAt: conversation.lastInboundAt,
    now: core.clock.now(),
    contactOptedOut: contact.optedOutAt !== null,
    controller: conversation.controller,
    answeringAgentId: session?.agentId ?? channel.defaultAgentId,
  };
}

/** What the modules above know; where two know the same, the later one is heard. */
export async function loadFacts(core: Core, tx: TenantTx, question: GateQuestion): Promise<ContributedFacts> {
  let facts: ContributedFacts = {};
  for (const load of core.extensions.of(gateFacts)) facts = { ...facts, ...(await load(tx, question)) };
  return facts;
}
