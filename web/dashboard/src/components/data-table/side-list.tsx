import { Loader, Skeleton } from "@mantine/core";
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { ErrorState } from "../error-state.tsx";
import { usePageKey } from "../page-keys.ts";
import classes from "./side-list.module.css";
import type { Rows } from "./types.ts";
import { useRest } from "./use-rest.ts";
import { useRowKeys } from "./use-row-keys.ts";

const overscan = 6;
const loadAhead = 16;
const skeletonWidths = ["64%", "48%", "72%", "56%", "60%", "44%"];

interface SideListProps<T> {
  /** What it is a list of, for assistive technology: "Conversations". */
  readonly label: string;
  /** What one row is: "conversation". */
  readonly noun: string;
  readonly rows: Rows<T>;
  /** In pixels, the same for all. */
  readonly rowHeight: number;
  rowId(row: T): string;
  /** The row whose content lies beside the list. */
  readonly openId: string | undefined;
  /** Enter on the row that the keys have reached. */
  onOpen(row: T): void;
  /** The row's content: a link. */
  render(row: T): ReactNode;
  readonly empty: ReactNode;
}

/**
 * A list beside what it opens: rows of several lines of which only those on the screen exist, pages by cursor, the keys
 * of the tables (j and k move, also from elsewhere on the page, Enter opens). Rows may change places: what is on the
 * screen rests, and the keys and the focus stay with their rows.
 */
export function SideList<T>(props: SideListProps<T>) {
  const { label, noun, rows, rowHeight, rowId, openId, onOpen, render, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { items, hasMore, isLoadingMore, loadMore, isOutdated = false } = rows;
  const ids = useMemo(() => items.map(rowId), [items, rowId]);
  const [focusedId, setFocusedId] = useState<string>();
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    // A row that has the focus and goes off the screen must not take it away.
    rangeExtractor: (range) => withPlace(range, focusedId === undefined ? -1 : ids.indexOf(focusedId)),
  });
  useRest(scroller, ids, rowHeight);
  const keys = useRowKeys({
    ids,
    open: (at) => {
      const row = items[at];
      if (row !== undefined) onOpen(row);
    },
    toggle: () => undefined,
    clear: () => undefined,
    show: (at) => virtual.scrollToIndex(at, { align: "auto" }),
    start: openId === undefined ? -1 : ids.indexOf(openId),
  });
  const moveFromElsewhere = (by: number) => {
    scroller.current?.focus();
    keys.move(by);
  };
  usePageKey("j", `Next ${noun}`, () => moveFromElsewhere(1));
  usePageKey("k", `Previous ${noun}`, () => moveFromElsewhere(-1));
  const visible = virtual.getVirtualItems();
  const lastVisible = virtual.range?.endIndex ?? 0;

  useEffect(() => {
    if (hasMore && !isLoadingMore && !isOutdated && lastVisible >= items.length - loadAhead) loadMore();
  }, [hasMore, isLoadingMore, isOutdated, lastVisible, items.length, loadMore]);

  if (rows.error !== null && rows.error !== undefined)
    return <ErrorState error={rows.error} onRetry={rows.retry} />;
  if (!rows.isLoading && items.length === 0) return <div className={classes.empty}>{empty}</div>;
  return (
    <section
      ref={scroller}
      className={classes.scroller}
      aria-label={label}
      aria-busy={rows.isLoading || isOutdated}
      // A region that scrolls must be reachable by keyboard.
      tabIndex={0}
      onKeyDown={keys.onKeyDown}
    >
      {rows.isLoading && <SkeletonRows height={rowHeight} />}
      <ul className={classes.list} style={{ height: virtual.getTotalSize() }}>
        {visible.map(({ index, start }) => {
          const row = items[index];
          if (row === undefined) return null;
          const id = rowId(row);
          return (
            <li
              key={id}
              className={classes.row}
              data-active={keys.active === index || undefined}
              data-open={id === openId || undefined}
              onFocus={() => setFocusedId(id)}
              style={{ height: rowHeight, transform: `translateY(${start}px)` }}
            >
              {render(row)}
            </li>
          );
        })}
      </ul>
      {isLoadingMore && (
        <div className={classes.more}>
          <Loader role="progressbar" size="xs" aria-label="Loading more" />
        </div>
      )}
    </section>
  );
}

/** The rows around the screen, and one that may be elsewhere. */
function withPlace(range: Range, place: number): number[] {
  const places = defaultRangeExtractor(range);
  if (place === -1 || places.includes(place)) return places;
  return [...places, place].sort((a, b) => a - b);
}

function SkeletonRows({ height }: { readonly height: number }) {
  return skeletonWidths.map((width) => (
    <div key={width} className={classes.skeleton} style={{ height }} aria-hidden>
      <Skeleton height={10} width={width} radius="xl" />
      <Skeleton height={8} width="88%" radius="xl" />
    </div>
  ));
}
