import { useEffect, useRef } from "react";
import { sayDone } from "../../../components/say.tsx";
import type { Messages } from "./use-messages.ts";

/** The message that an address names may lie far back. Further than this nobody waits. */
const mostPages = 30;

/** Loads older messages until the wanted one is there, and says if there is none. */
export function useWanted(loaded: Messages, wanted: string | undefined): void {
  const { messages, hasOlder, isLoading, isLoadingOlder, olderError, loadOlder } = loaded;
  const asked = useRef({ wanted, pages: 0 });
  const isThere = messages.some(({ id }) => id === wanted);
  useEffect(() => {
    if (asked.current.wanted !== wanted) asked.current = { wanted, pages: 0 };
    if (wanted === undefined || isThere || isLoading || isLoadingOlder || olderError !== null) return;
    if (asked.current.pages > mostPages) return;
    if (hasOlder && asked.current.pages < mostPages) {
      asked.current.pages += 1;
      void loadOlder();
      return;
    }
    asked.current.pages = mostPages + 1;
    sayDone("The message of this link is not in the conversation, or too far back. This is the newest.");
  }, [wanted, isThere, isLoading, isLoadingOlder, olderError, hasOlder, loadOlder]);
}
