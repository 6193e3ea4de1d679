import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { getListMessagesQueryKey, listMessages } from "../../../api/generated/conversations/conversations";
import type { Message } from "../../../api/generated/model";
import { queryClient } from "../../../api/query-client.ts";
import { type Loaded, withMessage, withNewest, withOlder } from "./rules.ts";

/** As many as the API gives at once. */
const pageSize = 100;

function keyOf(conversationId: string): readonly unknown[] {
  const [address] = getListMessagesQueryKey(conversationId);
  return [address, "transcript"];
}

/** Shows a message that the server has just stored, without asking for it. */
export function showMessage(message: Message): void {
  queryClient.setQueryData<Loaded>(keyOf(message.conversationId), (known) =>
    known === undefined ? undefined : withMessage(known, message),
  );
}

/**
 * A conversation's messages from the end backwards. The live stream says that it changed; then only the newest page is
 * asked for again, however much is loaded.
 */
export function useMessages(conversationId: string) {
  const client = useQueryClient();
  const queryKey = keyOf(conversationId);
  const { data, error, isPending, refetch } = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<Loaded> => {
      const page = await listMessages(conversationId, { limit: pageSize }, { signal });
      return withNewest(client.getQueryData(keyOf(conversationId)), page);
    },
  });
  const [isLoadingOlder, setLoadingOlder] = useState(false);
  const [olderError, setOlderError] = useState<unknown>(null);
  const isAsking = useRef(false);
  const cursor = data?.olderCursor ?? null;

  const loadOlder = useCallback(async () => {
    if (cursor === null || isAsking.current) return;
    isAsking.current = true;
    setLoadingOlder(true);
    setOlderError(null);
    try {
      const page = await listMessages(conversationId, { limit: pageSize, cursor });
      client.setQueryData<Loaded>(keyOf(conversationId), (known) =>
        // Asked again meanwhile, with a hole in between: what was asked for belongs to nothing any more.
        known === undefined || known.olderCursor !== cursor ? known : withOlder(known, page),
      );
    } catch (fault) {
      setOlderError(fault);
    } finally {
      isAsking.current = false;
      setLoadingOlder(false);
    }
  }, [client, conversationId, cursor]);

  return {
    messages: data?.messages ?? none,
    error: data === undefined ? error : null,
    isLoading: isPending,
    retry: refetch,
    hasOlder: cursor !== null,
    isLoadingOlder,
    olderError,
    loadOlder,
  };
}

export type Messages = ReturnType<typeof useMessages>;

const none: readonly Message[] = [];
