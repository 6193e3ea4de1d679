import type { Reason } from "../../engine/index.ts";

/** A text on its way to the contact. */
export interface OutgoingText {
  readonly text: string;
  /** The step it belongs to: with the execution it makes the message unique. */
  readonly stepSeq: number;
  readonly idempotencyKey: string;
}

/** A message that is stored and waits for something that passes. `until` is ISO 8601: later it does not go out. */
export interface HeldBack {
  readonly reason: Reason;
  readonly until: string;
}

/**
 * What became of it. `accepted`: the gate let it pass, or will when what is in the way has gone (`held`); it is stored
 * and will be delivered. Ids are UUIDs.
 */
export type SendVerdict =
  | {
      readonly accepted: true;
      readonly messageId: string;
      readonly conversationId: string;
      readonly held?: HeldBack;
    }
  | { readonly accepted: false; readonly messageId: string | null; readonly reason: Reason };
