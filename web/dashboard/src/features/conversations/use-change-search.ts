import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback } from "react";
import { known } from "../../routes/search.ts";
import type { ConversationSearch } from "./list/rules.ts";

interface Search extends ConversationSearch {
  readonly message?: string;
  readonly panel?: boolean;
}

/** Changes what stands behind `?` and leaves the conversation that is open. */
export function useChangeSearch(): (search: Search) => void {
  const navigate = useNavigate();
  const { conversationId } = useParams({ strict: false });
  return useCallback(
    (next) => {
      const change = { search: known(next), replace: true, resetScroll: false } as const;
      if (conversationId === undefined) void navigate({ to: "/conversations", ...change });
      else void navigate({ to: "/conversations/$conversationId", params: { conversationId }, ...change });
    },
    [navigate, conversationId],
  );
}
