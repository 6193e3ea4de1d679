/** One exchange with a contact on a channel, as stored. Ids are UUIDs. */
export interface Conversation {
  readonly id: string;
  readonly channelId: string;
  readonly contactId: string;
  /** 1, 2, 3 … per contact and channel. */
  readonly ordinal: number;
  readonly status: ConversationStatus;
  readonly controller: Controller;
  readonly lastSeq: number;
  readonly lastInboundSeq: number;
  /** Messages of the contact above this `seq` wait for an answer. */
  readonly takenSeq: number;
  /** The one execution that is to answer; queued while `turnStartedAt` is null. */
  readonly turnExecutionId: string | null;
  readonly turnStartedAt: Date | null;
  readonly lastMessageAt: Date;
  readonly lastInboundAt: Date | null;
  readonly closedAt: Date | null;
  readonly closedReason: ClosedReason | null;
  /** Who closed it; null while it is open. */
  readonly closedByKind: CloserKind | null;
  /** UUID of the member, API key or agent. */
  readonly closedById: string | null;
  readonly closedNote: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const conversationStatuses = ["open", "closed"] as const;
export type ConversationStatus = (typeof conversationStatuses)[number];

/** Who speaks for the company now. `none`: it waits for a person. */
export const controllers = ["agent", "human", "none"] as const;
export type Controller = (typeof controllers)[number];

/** `fresh`: a task run that answers nothing opened another one. */
export const closedReasons = ["member", "agent", "idle", "fresh"] as const;
export type ClosedReason = (typeof closedReasons)[number];

export const closerKinds = ["member", "api_key", "agent", "system"] as const;
export type CloserKind = (typeof closerKinds)[number];

/** On whose behalf an agent may go on answering. A channel's default agent needs no session. */
export const sessionKinds = ["task"] as const;
export type SessionKind = (typeof sessionKinds)[number];

/** A session that is live. */
export interface Session {
  readonly id: string;
  readonly kind: SessionKind;
  readonly agentId: string;
  readonly taskId: string | null;
  readonly executionId: string | null;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  /** Whole seconds from the moment of reading, by the database's clock. */
  readonly expiresInSeconds: number;
}

/** The session that a message begins once it is sent; see `startSession`. */
export interface SessionWish {
  readonly kind: SessionKind;
  readonly taskId: string | null;
  readonly seconds: number;
}

/** `ended`: the task on whose behalf it was is gone. */
export type SessionEnd = "superseded" | "closed" | "ended";

export const messageStatuses = [
  "held",
  "queued",
  "sending",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
  "refused",
  "withdrawn",
] as const;
export type MessageStatus = (typeof messageStatuses)[number];

export const authorKinds = ["contact", "agent", "member", "system"] as const;
export type AuthorKind = (typeof authorKinds)[number];

/** `marketing` is what a contact can do without. */
export const messagePurposes = ["service", "marketing"] as const;
export type MessagePurpose = (typeof messagePurposes)[number];

export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly direction: "in" | "out";
  readonly authorKind: AuthorKind;
  /** The agent's, member's or contact's UUID; null for the system and for programs with an API key. */
  readonly authorId: string | null;
  readonly text: string;
  readonly status: MessageStatus;
  readonly reasonCode: string | null;
  readonly reasonMessage: string | null;
  readonly heldUntil: Date | null;
  readonly purpose: MessagePurpose;
  /** When an outgoing message went out; a held one was written before. */
  readonly sentAt: Date | null;
  readonly executionId: string | null;
  readonly stepSeq: number | null;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
}
