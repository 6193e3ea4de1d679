import { decodeCursor, encodeCursor } from "../base/page.ts";
import type { ScrollPosition } from "./message-store.ts";

/** Before the first message. */
export const scrollStart: ScrollPosition = { ordinal: 0, seq: 0 };

/** A place in the contact's scroll as opaque text. It stays valid whatever is written later. */
export function encodeScroll(position: ScrollPosition): string {
  return encodeCursor(`${position.ordinal}.${position.seq}`);
}

/** Throws 422 at `after` for a text that `encodeScroll` did not make. */
export function decodeScroll(cursor: string): ScrollPosition {
  const [ordinal, seq] = decodeCursor(cursor, /^\d{1,9}\.\d{1,9}$/, "after").split(".");
  return { ordinal: Number(ordinal), seq: Number(seq) };
}

/** The same for a place that a stream is to go on from: undefined for a text that `encodeScroll` did not make. */
export function readScroll(cursor: string): ScrollPosition | undefined {
  try {
    return decodeScroll(cursor);
  } catch {
    return undefined;
  }
}
