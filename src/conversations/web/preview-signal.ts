/** How the process that runs the model tells those that hold the contact's streams what is being written. */
export type PreviewSignal = {
  /** Whose scroll it belongs to; see `scrollTopic`. */
  readonly topic: string;
  /** UUID of the message that this becomes if it is sent. */
  readonly messageId: string;
} & (
  | { readonly offset: number; readonly text: string }
  /** `sent`: the stored message takes its place. `discarded`: it was void. */
  | { readonly end: "sent" | "discarded" }
);

/** A signal's largest size. PostgreSQL takes 8000 bytes, and several of them travel together. */
const longestBytes = 4_000;

/** One visitor's scroll, as the text that signals name it with. */
export function scrollTopic(of: {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly contactId: string;
}): string {
  return `${of.workspaceId} scroll:${of.channelId}:${of.contactId}`;
}

/** One line of at most 4 kB, if the text is one that `cutToFit` answered. */
export function encodePreview(signal: PreviewSignal): string {
  const { topic, messageId } = signal;
  return JSON.stringify(
    "end" in signal ? [topic, messageId, signal.end] : [topic, messageId, signal.offset, signal.text],
  );
}

/** Undefined for what `encodePreview` did not make, such as the empty payload after a lost connection. */
export function decodePreview(payload: string): PreviewSignal | undefined {
  if (!payload.startsWith("[")) return undefined;
  const [topic, messageId, third, text]: readonly unknown[] = JSON.parse(payload);
  if (typeof topic !== "string" || typeof messageId !== "string") return undefined;
  if (third === "sent" || third === "discarded") return { topic, messageId, end: third };
  if (typeof third !== "number" || typeof text !== "string") return undefined;
  return { topic, messageId, offset: third, text };
}

/** The longest beginning of a text that one signal can carry, never half of a character outside the basic plane. */
export function cutToFit(text: string): string {
  let length = text.length;
  // What stands around the text is below 250 bytes.
  while (length > 1 && Buffer.byteLength(JSON.stringify(text.slice(0, length))) > longestBytes - 250)
    length = Math.ceil(length * 0.7);
  return isHighSurrogate(text.charCodeAt(length - 1)) ? text.slice(0, length - 1) : text.slice(0, length);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
