import { useMemo } from "react";
import type { Rows } from "./types.ts";

interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The parts of an infinite query that a table needs. */
interface PagedQuery<T> {
  readonly data: { readonly pages: readonly PageOf<T>[] } | undefined;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isPlaceholderData?: boolean;
  fetchNextPage(): unknown;
  refetch(): unknown;
}

/** The pages of a generated `use…Infinite` hook as rows of a table. */
export function useCursorList<T>(query: PagedQuery<T>): Rows<T> {
  const { data } = query;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    items,
    isLoading: query.isPending,
    // What is there stays on the screen; only an empty table gives way to the fault.
    error: data === undefined ? query.error : null,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    isOutdated: query.isPlaceholderData ?? false,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
