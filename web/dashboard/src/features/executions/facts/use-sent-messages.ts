import { useQueries } from "@tanstack/react-query";
import { getListMessagesQueryOptions } from "../../../api/generated/conversations/conversations";
import type { Execution, Message } from "../../../api/generated/model";

/** Each conversation's newest ones are shown; the timeline has all. */
const mostOfConversation = 25;
/** A run that may write to anybody has one conversation for each; more are found on the timeline. */
const mostConversations = 10;

/** What the execution wrote to contacts, oldest first, with how far each has come. */
export function useSentMessages({
  id,
  conversationIds,
}: Pick<Execution, "id" | "conversationIds">): readonly Message[] {
  const results = useQueries({
    queries: conversationIds
      .slice(-mostConversations)
      .map((conversationId) =>
        getListMessagesQueryOptions(conversationId, { executionId: id, limit: mostOfConversation }),
      ),
  });
  return results
    .flatMap(({ data }) => data?.items ?? [])
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
}
