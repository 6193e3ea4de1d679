import { useSyncExternalStore } from "react";
import { sendMessage } from "../../../api/generated/conversations/conversations";
import { askAgain } from "../../../api/kept-answers.ts";
import { ConnectionError } from "../../../api/problem.ts";
import { createStore } from "../../../api/store.ts";
import { showMessage } from "../transcript/use-messages.ts";
import { readFault, type SendFault, withText } from "./rules.ts";

/** A message that is on its way to the server. */
interface Pending {
  readonly key: string;
  readonly text: string;
  readonly at: string;
}

/** What a member writes in one conversation. It stays when they look at another one meanwhile. */
export interface Outbox {
  readonly text: string;
  readonly pending: Pending | undefined;
  readonly fault: SendFault | undefined;
  /** Whether the server has this one cannot be said: under its key it stores it once. */
  readonly unsure: Pick<Pending, "key" | "text"> | undefined;
}

const empty: Outbox = { text: "", pending: undefined, fault: undefined, unsure: undefined };
const outboxes = createStore<ReadonlyMap<string, Outbox>>(new Map());

function change(conversationId: string, changes: Partial<Outbox>): void {
  const before = outboxes.get();
  outboxes.set(new Map(before).set(conversationId, { ...(before.get(conversationId) ?? empty), ...changes }));
}

export function useOutbox(conversationId: string): Outbox {
  return useSyncExternalStore(outboxes.subscribe, () => outboxes.get().get(conversationId) ?? empty);
}

export function writeText(conversationId: string, text: string): void {
  change(conversationId, { text });
}

export function forgetFault(conversationId: string): void {
  change(conversationId, { fault: undefined });
}

/** Sends what is written. It shows at once; if it fails the text is back, with the reason. */
export async function sendText(conversationId: string): Promise<void> {
  const { text, pending, unsure } = outboxes.get().get(conversationId) ?? empty;
  const sent = text.trim();
  if (sent === "" || pending !== undefined) return;
  const key = unsure?.text === sent ? unsure.key : crypto.randomUUID();
  const at = new Date().toISOString();
  change(conversationId, { text: "", pending: { key, text: sent, at }, fault: undefined, unsure: undefined });
  try {
    const message = await sendMessage(
      conversationId,
      { text: sent },
      { headers: { "idempotency-key": key } },
    );
    showMessage(message);
    change(conversationId, { pending: undefined });
  } catch (error) {
    const written = outboxes.get().get(conversationId)?.text ?? "";
    change(conversationId, {
      text: withText(sent, written),
      pending: undefined,
      fault: readFault(error),
      unsure: error instanceof ConnectionError ? { key, text: sent } : undefined,
    });
  }
  // Who is in control has changed, or a refused message is there.
  askAgain("/v1/conversations");
}
