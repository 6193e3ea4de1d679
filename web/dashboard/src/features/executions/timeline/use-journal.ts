import { type QueryFunctionContext, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import {
  getListExecutionStepsQueryKey,
  listExecutionSteps,
} from "../../../api/generated/executions/executions";
import type { ListExecutionSteps200, Step } from "../../../api/generated/model";

/** As many as the API gives at once. */
const pageSize = 100;

export interface Journal {
  /** Those that are loaded, in order: a part of the journal without holes. */
  readonly steps: readonly Step[];
  /** Of the whole journal; 0 while it has none. */
  readonly lastSeq: number;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly hasEarlier: boolean;
  readonly hasLater: boolean;
  /** Asking for something; what is asked beside it is not heard. */
  readonly isBusy: boolean;
  loadEarlier(): void;
  loadLater(): void;
  /** Shows the part that begins at this step, whatever lies between. */
  jumpTo(seq: number): void;
  retry(): void;
}

interface JournalOptions {
  /** Steps are still being written. */
  readonly isLive: boolean;
  /** The step to begin with. */
  readonly startAt: number;
}

interface Pages {
  readonly pages: readonly ListExecutionSteps200[];
  readonly pageParams: readonly unknown[];
}

/**
 * An execution's journal, page by page from where one looks. The live stream says that it changed; then only its end is
 * asked for again, because nothing before it changes while it is written.
 */
export function useJournal(executionId: string, { isLive, startAt }: JournalOptions): Journal {
  const [anchor, setAnchor] = useState(() => pageBefore(startAt));
  const [address] = getListExecutionStepsQueryKey(executionId);
  const query = useInfiniteQuery({
    queryKey: [address, "journal", anchor] as const,
    queryFn: ({ client, queryKey, pageParam, signal }: QueryFunctionContext<readonly unknown[], number>) => {
      const known = client.getQueryData<Pages>(queryKey);
      const page = known?.pages[known.pageParams.indexOf(pageParam)];
      if (isLive && page !== undefined && page.nextAfter !== null) return page;
      return listExecutionSteps(executionId, { after: pageParam, limit: pageSize }, { signal });
    },
    initialPageParam: anchor,
    getNextPageParam: ({ nextAfter }) => nextAfter ?? undefined,
    getPreviousPageParam: (_page, _pages, after) => (after > 0 ? Math.max(0, after - pageSize) : undefined),
  });
  const { data, fetchNextPage, fetchPreviousPage, refetch } = query;
  const steps = useMemo(() => inOrder(data?.pages ?? []), [data]);
  return {
    steps,
    lastSeq: data?.pages.reduce((most, { lastSeq }) => Math.max(most, lastSeq), 0) ?? 0,
    isLoading: query.isPending,
    error: data === undefined ? query.error : null,
    hasEarlier: query.hasPreviousPage,
    hasLater: query.hasNextPage,
    isBusy: query.isFetching,
    loadEarlier: useCallback(() => void fetchPreviousPage({ cancelRefetch: false }), [fetchPreviousPage]),
    loadLater: useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]),
    jumpTo: useCallback((seq: number) => setAnchor(pageBefore(seq)), []),
    retry: useCallback(() => void refetch(), [refetch]),
  };
}

/** The `after` with which the page of a step begins. */
function pageBefore(seq: number): number {
  return Math.max(0, Math.floor((seq - 1) / pageSize) * pageSize);
}

/** Pages that were read backwards may share a step. */
function inOrder(pages: readonly ListExecutionSteps200[]): readonly Step[] {
  let last = 0;
  return pages.flatMap(({ items }) => {
    const fresh = items.filter(({ seq }) => seq > last);
    last = fresh.at(-1)?.seq ?? last;
    return fresh;
  });
}
