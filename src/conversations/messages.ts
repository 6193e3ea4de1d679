import { AppError, requireFound, requireRow } from "../base/errors.ts";
import { decodeCursor, encodeCursor, type Page, type PageOf } from "../base/page.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import type { Message } from "./conversation.ts";
import { lockConversation, selectConversation } from "./conversation-store.ts";
import { type Decision, type DecisionPage, selectDecisions } from "./decision-store.ts";
import { conversationErrors } from "./errors.ts";
import { type MessageRange, selectMessage, selectMessages } from "./message-store.ts";
import { type SendResult, sendMessage } from "./send.ts";

/**
 * A page of a conversation's messages: newest first, or with `after` those beyond that `seq`, oldest first. A cursor
 * goes on in the order of the page it came from. Throws 404.
 */
export async function listMessages(
  tx: TenantTx,
  conversationId: string,
  page: Page &
    Pick<MessageRange, "q" | "executionId"> & {
      readonly after?: number | undefined;
    },
): Promise<PageOf<Message>> {
  await requireConversation(tx, conversationId);
  const { order, beyond } = readPlace(page);
  const { executionId, q } = page;
  const range = { order, beyond, executionId, q, limit: page.limit + 1 };
  const rows = await selectMessages(tx, conversationId, range);
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  const more = rows.length > page.limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(`${order}.${last.seq}`) : null };
}

function readPlace(page: Page & { readonly after?: number | undefined }): {
  readonly order: "asc" | "desc";
  readonly beyond: number | undefined;
} {
  if (page.cursor !== undefined) {
    const [order, seq] = decodeCursor(page.cursor, /^(asc|desc)\.\d{1,9}$/).split(".");
    return { order: order === "asc" ? "asc" : "desc", beyond: Number(seq) };
  }
  if (page.after !== undefined) return { order: "asc", beyond: page.after };
  return { order: "desc", beyond: undefined };
}

/** A page of what the gate decided in a conversation, newest first. Throws 404. */
export async function listDecisions(
  tx: TenantTx,
  conversationId: string,
  page: DecisionPage,
): Promise<PageOf<Decision>> {
  await requireConversation(tx, conversationId);
  return selectDecisions(tx, conversationId, page);
}

async function requireConversation(tx: TenantTx, id: string): Promise<void> {
  requireFound(await selectConversation(tx, id), "conversation");
}

/**
 * A person writes, and takes over the conversation. `memberId` null: a program with an API key writes for a person.
 * Throws 404, and 409 `conversation_closed`; what the gate says is in the result.
 */
export async function writeAsPerson(
  core: Core,
  tx: TenantTx,
  written: { readonly conversationId: string; readonly memberId: string | null; readonly text: string },
): Promise<{ readonly result: SendResult; readonly message: Message }> {
  const { conversationId, memberId, text } = written;
  const conversation = requireFound(await lockConversation(tx, conversationId), "conversation");
  if (conversation.status === "closed") throw new AppError(conversationErrors.conversation_closed);
  const author = { kind: "member", id: memberId } as const;
  const result = await sendMessage(core, tx, { class: "human", conversationId, author, text });
  const message = requireRow(
    await selectMessage(tx, { id: result.messageId }),
    "reading a message that was just written",
  );
  return { result, message };
}
