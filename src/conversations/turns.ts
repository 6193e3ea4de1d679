import { newId } from "../base/ids.ts";
import { getChannel } from "../channels/index.ts";
import { type ContactForAgent, loadContactForAgent } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, enqueueExecution, getExecution, type Reason } from "../engine/index.ts";
import { announceConversation } from "./announce.ts";
import { findAnswerer } from "./answering.ts";
import type { AuthorKind, Conversation, Message, Session } from "./conversation.ts";
import { lockConversation, updateConversation } from "./conversation-store.ts";
import {
  countInboundBetween,
  selectInboundBeyond,
  selectOldestInboundBeyond,
  selectTranscript,
} from "./message-store.ts";
import { replyKind } from "./reply.ts";
import { burstDelayMs, hasUnanswered, longestTranscript } from "./rules.ts";
import { leaveUnanswered, waitForPerson } from "./waiting.ts";

/*
 * A turn is one reply execution that answers everything the contact has written and nobody has dealt with. The
 * conversation names the one execution that is queued or running; a message that comes while there is one is only
 * stored, because a queued turn will take it and a running one is followed by the next if something is left. All
 * of this happens under the conversation's lock, so no message is lost, taken twice, or taken by two turns at once.
 */

/**
 * Sees to it that what the contact wrote is answered: queues a turn unless there is one. If no agent may answer, that
 * is recorded once as a skipped reply, and the conversation waits for a person or for the end of what is in the way.
 * Does nothing while a person is in control. The conversation must be locked.
 */
export async function arrangeAnswer(core: Core, tx: TenantTx, locked: Conversation): Promise<Conversation> {
  if (locked.status === "closed" || locked.controller === "human" || !hasUnanswered(locked)) return locked;
  if (locked.turnExecutionId !== null && (await isUnderWay(tx, locked.turnExecutionId))) return locked;
  const [answering, oldest] = await Promise.all([
    findAnswerer(core, tx, locked),
    selectOldestInboundBeyond(tx, locked.id, locked.takenSeq),
  ]);
  if ("obstacle" in answering) return leaveUnanswered(core, tx, locked, answering.obstacle);

  const turnExecutionId = newId();
  const queued = enqueueExecution(core, tx, {
    ...replyKind,
    id: turnExecutionId,
    agentId: answering.agentId,
    contactId: locked.contactId,
    conversationId: locked.id,
    delayMs: burstDelayMs(oldest?.ageMs ?? 0),
    ...(answering.maxTimeSeconds === undefined ? {} : { maxTimeSeconds: answering.maxTimeSeconds }),
  });
  const changed = updateConversation(tx, locked.id, {
    turnExecutionId,
    turnStartedAt: null,
    controller: "agent",
  });
  announceConversation(tx, locked.id);
  const [conversation] = await Promise.all([changed, queued]);
  return conversation;
}

/** A turn that ended without saying so (its row was deleted, say) must not silence the conversation for ever. */
async function isUnderWay(tx: TenantTx, executionId: string): Promise<boolean> {
  const status = (await getExecution(tx, executionId))?.status;
  return status === "queued" || status === "running" || status === "waiting";
}

/** One message as an agent reads it; plain JSON. */
export interface TurnMessage {
  readonly id: string;
  readonly seq: number;
  readonly author: AuthorKind;
  readonly text: string;
  /** ISO 8601 */
  readonly createdAt: string;
}

/** What a reply execution needs to know; plain JSON, so that it can be a step's output. */
export interface Turn {
  readonly status: "taken";
  /** What the contact wrote and this turn answers, the newest that an agent can read, oldest first; never empty. */
  readonly messages: readonly TurnMessage[];
  /** How many older ones it answers as well, which are not among them. */
  readonly leftOut: number;
  /** They are those of the contact above this `seq`; hand it to `sendMessage` with the answer. */
  readonly takenAfter: number;
  /** The newest messages of the conversation, those of `messages` included, oldest first. */
  readonly transcript: readonly TurnMessage[];
  readonly agentId: string;
  /** Null: the agent answers as the channel's default. */
  readonly session: {
    readonly kind: Session["kind"];
    readonly taskId: string | null;
    /** ISO 8601 */
    readonly expiresAt: string;
  } | null;
  readonly contact: ContactForAgent;
  readonly channel: {
    readonly id: string;
    readonly platform: string;
    readonly kind: string;
    readonly name: string;
  };
}

/** There is nothing to do for this execution, for instance because a person took over while it was queued. */
export interface NoTurn {
  readonly status: "nothing";
  readonly reason: Reason;
}

const transcriptLength = 50;
/** A contact, or a program that writes as one, can leave more unanswered than fits into a process or a prompt. */
const mostAsked = { messages: 500, characters: longestTranscript };

/**
 * Begins a reply: takes all messages of the contact that wait for an answer, or none if no agent may answer. Call it
 * once per execution, inside `ctx.transact`, so that a second attempt gets the recorded answer. The execution's `ended`
 * must call `endTurn`.
 */
export async function takeTurn(
  core: Core,
  tx: TenantTx,
  turn: { readonly conversationId: string; readonly executionId: string },
): Promise<Turn | NoTurn> {
  const conversation = await lockConversation(tx, turn.conversationId);
  if (conversation === undefined || conversation.turnExecutionId !== turn.executionId)
    return nothing("turn_taken_over", "The conversation is gone or another execution answers it.");
  if (conversation.status === "closed") return nothing("conversation_closed", "The conversation is closed.");
  if (conversation.controller === "human")
    return nothing("human_in_control", "A person has taken over the conversation.");
  // Side by side: each costs a round trip, and the contact waits for all of them.
  const [contact, channel, answering, messages, latest] = await Promise.all([
    loadContactForAgent(tx, conversation.contactId),
    getChannel(tx, conversation.channelId),
    findAnswerer(core, tx, conversation),
    selectInboundBeyond(tx, conversation.id, conversation.takenSeq, mostAsked),
    selectTranscript(tx, conversation.id, { ...mostAsked, messages: transcriptLength }),
  ]);
  if (contact === undefined || channel === undefined)
    return nothing("turn_taken_over", "The contact or the channel is gone.");
  if ("obstacle" in answering) return { status: "nothing", reason: answering.obstacle.reason };
  const [oldest] = messages;
  if (oldest === undefined) return nothing("nothing_to_answer", "Everything has been answered already.");
  const transcript =
    messages.length <= transcriptLength
      ? latest
      : await selectTranscript(tx, conversation.id, { ...mostAsked, messages: messages.length });
  const leftOut = fitsWhole(messages)
    ? 0
    : await countInboundBetween(tx, conversation.id, { above: conversation.takenSeq, below: oldest.seq });

  await updateConversation(tx, conversation.id, {
    takenSeq: conversation.lastInboundSeq,
    turnStartedAt: "now",
    controller: "agent",
  });
  announceConversation(tx, conversation.id);
  const { agentId, session } = answering;
  const { id, platform, kind, name } = channel;
  return {
    status: "taken",
    messages: messages.map(toTurnMessage),
    leftOut,
    takenAfter: conversation.takenSeq,
    transcript: transcript.map(toTurnMessage),
    agentId,
    session:
      session === undefined
        ? null
        : { kind: session.kind, taskId: session.taskId, expiresAt: session.expiresAt.toISOString() },
    contact,
    channel: { id, platform, kind, name },
  };
}

/** False if there may be more of them than were read. */
function fitsWhole(messages: readonly Message[]): boolean {
  const characters = messages.reduce((sum, { text }) => sum + text.length, 0);
  return messages.length < mostAsked.messages && characters < mostAsked.characters;
}

function nothing(code: string, message: string): NoTurn {
  return { status: "nothing", reason: { code, message } };
}

function toTurnMessage(message: Message): TurnMessage {
  const { id, seq, authorKind, text, createdAt } = message;
  return { id, seq, author: authorKind, text, createdAt: createdAt.toISOString() };
}

/**
 * Frees a conversation from its turn and queues the next one if the contact wrote meanwhile. `failure` says that the
 * reply failed or was cancelled: what it was to answer is then left to a person and not tried again, so that a
 * message that no agent survives is no endless loop; what came after it gets its own turn. Ending a turn that is not
 * the conversation's (any more) does nothing.
 */
export async function endTurn(
  core: Core,
  tx: TenantTx,
  turn: {
    readonly conversationId: string;
    readonly executionId: string;
    readonly failure?: Reason | undefined;
  },
): Promise<void> {
  const conversation = await lockConversation(tx, turn.conversationId);
  if (conversation === undefined || conversation.turnExecutionId !== turn.executionId) return;
  const { failure } = turn;
  // A turn that failed before it took anything was to answer all there is.
  const givenUp = failure !== undefined && conversation.turnStartedAt === null;
  const freed = await updateConversation(tx, conversation.id, {
    turnExecutionId: null,
    turnStartedAt: null,
    ...(givenUp ? { takenSeq: conversation.lastInboundSeq } : {}),
  });
  announceConversation(tx, conversation.id);
  if (failure !== undefined && freed.status === "open" && freed.controller !== "human")
    await waitForPerson(core, tx, freed, {
      code: "reply_failed",
      message: `A reply could not be given: ${failure.message}`,
    });
  await arrangeAnswer(core, tx, freed);
}
