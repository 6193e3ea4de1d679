import type {
  ConversationLastMessage,
  ListConversationsParams,
  ListConversationsSessionLive,
} from "../../../api/generated/model";
import type { readConversationSearch } from "../../../routes/conversations.ts";

/** The filters of the list as its address has them. */
export type ConversationSearch = Partial<ReturnType<typeof readConversationSearch>>;

/** The filters as the API takes them; what an address has instead of a flag goes there too, to be refused by name. */
export function toParams({ sessionLive, ...texts }: ConversationSearch): ListConversationsParams {
  return {
    ...texts,
    ...(sessionLive === undefined
      ? {}
      : { sessionLive: String(sessionLive) as ListConversationsSessionLive }),
  };
}

const writers = { agent: "Agent: ", member: "Member: ", system: "Errand: ", contact: "" } as const;
const notArrived: ReadonlySet<string> = new Set(["held", "refused", "withdrawn", "failed", "unknown"]);

/** The newest message in one line, and its state where that is not as it should be. */
export function previewOf(message: ConversationLastMessage | undefined) {
  if (message === undefined || message === null) return { text: "No messages yet", state: undefined };
  const text = `${writers[message.author.kind]}${message.text.replace(/\s+/g, " ").trim()}`;
  return { text, state: notArrived.has(message.status) ? message.status : undefined };
}
