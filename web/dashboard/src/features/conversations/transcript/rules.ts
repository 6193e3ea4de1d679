import type { Message } from "../../../api/generated/model";

/** The part of a conversation that is loaded: from some message to the newest, without holes. */
export interface Loaded {
  /** In order of `seq`. */
  readonly messages: readonly Message[];
  /** Where what is older begins; null: this is all. */
  readonly olderCursor: string | null;
}

interface PageOf {
  /** Newest first, as the API answers. */
  readonly items: readonly Message[];
  readonly nextCursor: string | null;
}

/**
 * The newest page over what was known. If so much was written since that a hole would lie between, what is older is
 * dropped, to be loaded again by whoever scrolls there.
 */
export function withNewest(known: Loaded | undefined, page: PageOf): Loaded {
  const messages = page.items.toReversed();
  const first = messages[0];
  const fresh: Loaded = { messages, olderCursor: page.nextCursor };
  if (known === undefined || first === undefined || page.nextCursor === null) return fresh;
  // A held message that went out is a newer one now.
  const ids = new Set(messages.map(({ id }) => id));
  const kept = known.messages.filter(({ id, seq }) => seq < first.seq && !ids.has(id));
  const newestKnown = known.messages.at(-1)?.seq ?? 0;
  if (kept.length === 0 || newestKnown < first.seq - 1) return fresh;
  return { messages: [...kept, ...messages], olderCursor: known.olderCursor };
}

/** What is known with the page before it. */
export function withOlder(known: Loaded, page: PageOf): Loaded {
  const ids = new Set(known.messages.map(({ id }) => id));
  const older = page.items.filter(({ id }) => !ids.has(id)).toReversed();
  return { messages: [...older, ...known.messages], olderCursor: page.nextCursor };
}

/** What is known with one message that was just written. */
export function withMessage(known: Loaded, message: Message): Loaded {
  const others = known.messages.filter(({ id }) => id !== message.id);
  return { ...known, messages: [...others, message].toSorted((one, other) => one.seq - other.seq) };
}

export type Entry =
  | { readonly kind: "day"; readonly key: string; readonly label: string }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly message: Message;
      /** It follows one of the same author, who need not be named again. */
      readonly isContinued: boolean;
    };

const continuedMs = 5 * 60_000;

/** When it went out, or else was written. */
export function timeOf({ sentAt, createdAt }: Pick<Message, "sentAt" | "createdAt">): string {
  return sentAt ?? createdAt;
}

/** Messages with a line where a day begins, in the reader's zone. */
export function toEntries(messages: readonly Message[], timezone: string, now: number): readonly Entry[] {
  const dayOf = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: timezone });
  const today = dayOf.format(now);
  const yesterday = dayOf.format(now - 24 * 3_600_000);
  const entries: Entry[] = [];
  let day = "";
  let before: Message | undefined;
  for (const message of messages) {
    const at = Date.parse(timeOf(message));
    const itsDay = dayOf.format(at);
    if (itsDay !== day) {
      const label =
        itsDay === today ? "Today" : itsDay === yesterday ? "Yesterday" : spellDay(at, timezone, now);
      entries.push({ kind: "day", key: `${itsDay} ${message.id}`, label });
      before = undefined;
    }
    day = itsDay;
    const isContinued =
      before !== undefined &&
      before.author.kind === message.author.kind &&
      before.author.id === message.author.id &&
      at - Date.parse(timeOf(before)) < continuedMs;
    entries.push({ kind: "message", key: message.id, message, isContinued });
    before = message;
  }
  return entries;
}

function spellDay(at: number, timezone: string, now: number): string {
  const isThisYear = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(isThisYear ? {} : { year: "numeric" }),
    timeZone: timezone,
  }).format(at);
}

/** How many messages beyond `seq` the reader has not seen: what the company's side refused is none. */
export function countUnseen(messages: readonly Message[], seq: number): number {
  return messages.filter((message) => message.seq > seq && message.status !== "refused").length;
}
