import { invalidField } from "../base/errors.ts";
import { encodeCursor } from "../base/page.ts";
import type { ScrollPosition } from "./messages-store.ts";

/** Before the first message. */
export const scrollStart: ScrollPosition = { ordinal: 0, seq: 0 };

/** A place in the contact's scroll as opaque text. It stays valid whatever is written later. */
export function encodeScroll(position: ScrollPosition): string {
  return encodeCursor(`${position.ordinal}.${position.seq}`);
}

/** Throws 422 at `after` for a text that `encodeScroll` did not make. */
export function decodeScroll(cursor: string): ScrollPosition {
  const found = /^(\d{1,9})\.(\d{1,9})$/.exec(Buffer.from(cursor, "base64url").toString("utf8"));
  if (found === null)
    throw invalidField("after", "cursor_invalid", "must be the nextCursor of an earlier answer");
  return { ordinal: Number(found[1]), seq: Number(found[2]) };
}
