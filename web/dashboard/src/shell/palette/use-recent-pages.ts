import { useLocalStorage } from "@mantine/hooks";
import { useEffect, useEffectEvent } from "react";
import { namedPage } from "../../components/page-title.ts";
import { useMe } from "../../session/session.ts";
import { type RecentPage, readRecent, withRecent } from "./rules.ts";

function useKept() {
  const { workspaceId, memberId } = useMe().membership;
  return useLocalStorage<readonly RecentPage[]>({
    // Of the member and not of the browser: titles are names of contacts.
    key: `errand.recent.${workspaceId}.${memberId}`,
    defaultValue: [],
    deserialize: (text) => readRecent(text ?? null),
    getInitialValueInEffect: false,
  });
}

/** The pages of objects that this member opened last. */
export function useRecentPages(): readonly RecentPage[] {
  return useKept()[0];
}

/** Keeps that list. Once, in the frame. */
export function useKeepRecentPages(): void {
  const [, keep] = useKept();
  const note = useEffectEvent(() => {
    const shown = namedPage.get();
    if (shown !== null) keep((pages) => withRecent(pages, shown));
  });
  useEffect(() => {
    note();
    return namedPage.subscribe(() => note());
  }, []);
}
