import type { VisitorMessage } from "../../api/generated/model";

/** What a contact sees of a chat, made up of the events of its stream. */

/** An answer while it is written. */
interface Preview {
  readonly messageId: string;
  readonly text: string;
}

/** What was written here and has not come back in the stream yet. */
export interface Unsent {
  readonly clientMessageId: string;
  readonly text: string;
  /** Why the server has not taken it; null: it is under way, or taken. */
  readonly fault: string | null;
  /** Once the server has taken it. */
  readonly messageId: string | null;
}

export interface Scroll {
  /** The oldest first. */
  readonly messages: readonly VisitorMessage[];
  readonly preview: Preview | null;
  readonly isTyping: boolean;
  /** False until everything of the past has come. */
  readonly isCaughtUp: boolean;
  readonly unsent: readonly Unsent[];
}

export type ChatEvent =
  | { readonly name: "message.created"; readonly message: VisitorMessage }
  | {
      readonly name: "message.updated";
      readonly messageId: string;
      readonly status: VisitorMessage["status"];
    }
  | {
      readonly name: "message.delta";
      readonly messageId: string;
      readonly offset: number;
      readonly text: string;
    }
  | { readonly name: "message.retracted"; readonly messageId: string }
  | { readonly name: "typing"; readonly on: boolean }
  | { readonly name: "reset" };

export const emptyScroll: Scroll = {
  messages: [],
  preview: null,
  isTyping: false,
  isCaughtUp: false,
  unsent: [],
};

/** The scroll after an event. */
export function applyEvent(scroll: Scroll, event: ChatEvent): Scroll {
  if (event.name === "message.created") return addMessage(scroll, event.message);
  if (event.name === "message.updated") {
    const { messageId, status } = event;
    const messages = scroll.messages.map((one) => (one.id === messageId ? { ...one, status } : one));
    return { ...scroll, messages };
  }
  if (event.name === "message.delta") return addPiece(scroll, event);
  if (event.name === "message.retracted")
    return scroll.preview?.messageId === event.messageId ? { ...scroll, preview: null } : scroll;
  if (event.name === "typing")
    // It is also said once when everything of the past has come.
    return { ...scroll, isTyping: event.on, isCaughtUp: true, preview: event.on ? scroll.preview : null };
  return { ...emptyScroll, unsent: scroll.unsent };
}

function addMessage(scroll: Scroll, message: VisitorMessage): Scroll {
  const isKnown = scroll.messages.some(({ id }) => id === message.id);
  const messages = isKnown
    ? scroll.messages.map((one) => (one.id === message.id ? message : one))
    : [...scroll.messages, message];
  const preview = scroll.preview?.messageId === message.id ? null : scroll.preview;
  return { ...scroll, messages, preview, unsent: isKnown ? scroll.unsent : without(scroll.unsent, message) };
}

/** The stream may tell of a message before the request that sent it is answered: it is the first with this text. */
function without(unsent: readonly Unsent[], { id, direction, text }: VisitorMessage): readonly Unsent[] {
  if (direction === "out") return unsent;
  const arrived =
    unsent.find(({ messageId }) => messageId === id) ??
    unsent.find((one) => one.messageId === null && one.fault === null && one.text === text);
  return unsent.filter((one) => one !== arrived);
}

function addPiece(
  scroll: Scroll,
  { messageId, offset, text }: { messageId: string; offset: number; text: string },
): Scroll {
  const known = scroll.preview?.messageId === messageId ? scroll.preview.text : "";
  // A piece was lost, or the whole message is there already.
  if (offset !== known.length || scroll.messages.some(({ id }) => id === messageId)) return scroll;
  return { ...scroll, preview: { messageId, text: known + text } };
}

/** With one more that is on its way; the same one again after a fault. */
export function addUnsent(
  scroll: Scroll,
  { clientMessageId, text }: Pick<Unsent, "clientMessageId" | "text">,
) {
  const added: Unsent = { clientMessageId, text, fault: null, messageId: null };
  const isAgain = scroll.unsent.some((one) => one.clientMessageId === clientMessageId);
  const unsent = isAgain
    ? scroll.unsent.map((one) => (one.clientMessageId === clientMessageId ? added : one))
    : [...scroll.unsent, added];
  return { ...scroll, unsent };
}

/** The server has taken it; it stands where it is until the stream brings it. */
export function noteTaken(scroll: Scroll, clientMessageId: string, messageId: string): Scroll {
  if (scroll.messages.some(({ id }) => id === messageId)) return dropUnsent(scroll, clientMessageId);
  return changeUnsent(scroll, clientMessageId, { messageId, fault: null });
}

export function noteRefused(scroll: Scroll, clientMessageId: string, fault: string): Scroll {
  return changeUnsent(scroll, clientMessageId, { fault });
}

export function dropUnsent(scroll: Scroll, clientMessageId: string): Scroll {
  return { ...scroll, unsent: scroll.unsent.filter((one) => one.clientMessageId !== clientMessageId) };
}

function changeUnsent(scroll: Scroll, clientMessageId: string, change: Partial<Unsent>): Scroll {
  return {
    ...scroll,
    unsent: scroll.unsent.map((one) =>
      one.clientMessageId === clientMessageId ? { ...one, ...change } : one,
    ),
  };
}
