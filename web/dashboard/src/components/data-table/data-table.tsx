import { Checkbox, Loader, Table } from "@mantine/core";
import { type LinkProps, useRouter } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { ErrorState } from "../error-state.tsx";
import { hrefOf } from "../light-link.tsx";
import { usePageKey } from "../page-keys.ts";
import { BulkBar } from "./bulk-bar.tsx";
import classes from "./data-table.module.css";
import { SkeletonRows } from "./skeleton-rows.tsx";
import { cellProps, TableRow } from "./table-row.tsx";
import type { BulkAction, Column, RowAction, Rows } from "./types.ts";
import { useRowClicks } from "./use-row-clicks.ts";
import { useRowKeys } from "./use-row-keys.ts";
import { useSelection } from "./use-selection.ts";

const rowHeight = 36;
/** Rows beyond the screen that are there already, so that fast scrolling shows no gaps. */
const overscan = 12;
/** The next page is asked for when this many rows are left below. */
const loadAhead = 20;

/** One array for all tables without: another one at each drawing would draw every row again. */
const noActions: readonly never[] = [];

interface DataTableProps<T> {
  /** What the table is a list of, for assistive technology: "Tasks". */
  readonly label: string;
  readonly rows: Rows<T>;
  readonly columns: readonly Column<T>[];
  rowId(row: T): string;
  /** The row's page: Enter or a click goes there, with a key or the middle button in a new tab. */
  linkOf?(row: T): LinkProps;
  /** Enter or a click on the row where it has no page. */
  onOpen?(row: T): void;
  /** The name of a row for assistive technology: "Select Morning check-in". */
  rowLabel(row: T): string;
  readonly rowActions?: readonly RowAction<T>[];
  readonly bulkActions?: readonly BulkAction<T>[];
  /** Instead of the rows when there are none. */
  readonly empty: ReactNode;
  /** False: another table of the page has the keys that are pressed elsewhere on it. */
  readonly hasPageKeys?: boolean;
}

/**
 * The one list of the dashboard: sticky head, rows of 36 px of which only those on the screen exist, pages by cursor,
 * keys from anywhere on the page (j and k move, Enter opens, x selects, Escape lets go), selection with a bar for all
 * selected rows.
 */
export function DataTable<T>(props: DataTableProps<T>) {
  const {
    label,
    rows,
    columns,
    rowId,
    linkOf,
    onOpen,
    rowLabel,
    rowActions = noActions,
    bulkActions = [],
    empty,
    hasPageKeys = true,
  } = props;
  const router = useRouter();
  const scroller = useRef<HTMLDivElement>(null);
  const { items, hasMore, isLoadingMore, loadMore, isOutdated = false } = rows;
  const ids = useMemo(() => items.map(rowId), [items, rowId]);
  const selection = useSelection(ids);
  const isSelectable = bulkActions.length > 0;
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
  });
  const open = (row: T) => {
    if (linkOf !== undefined) void router.navigate(linkOf(row));
    else onOpen?.(row);
  };
  const clicks = useRowClicks({
    items,
    onOpen: open,
    openTab:
      linkOf === undefined
        ? undefined
        : (row) => void window.open(hrefOf(router, linkOf(row)), "_blank", "noopener"),
  });
  const keys = useRowKeys({
    ids,
    open: (at) => withRow(items[at], open),
    toggle: (at) => isSelectable && withRow(items[at], (row) => selection.toggle(rowId(row))),
    clear: selection.clear,
    show: (at) => virtual.scrollToIndex(at, { align: "auto" }),
  });
  const moveFromElsewhere = (by: number) => {
    scroller.current?.focus({ preventScroll: true });
    keys.move(by);
  };
  const isAsked = hasPageKeys && items.length > 0;
  const isActive = isAsked && keys.active >= 0;
  // The list of keys names them for all lists.
  usePageKey("j", null, () => moveFromElsewhere(1), isAsked);
  usePageKey("k", null, () => moveFromElsewhere(-1), isAsked);
  usePageKey("Enter", null, keys.openActive, isActive);
  usePageKey("x", null, keys.toggleActive, isActive && isSelectable);
  usePageKey("Escape", null, keys.letGo, isActive || (isAsked && selection.selected.length > 0));
  const visible = virtual.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasMore && !isLoadingMore && !isOutdated && lastVisible >= items.length - loadAhead) loadMore();
  }, [hasMore, isLoadingMore, isOutdated, lastVisible, items.length, loadMore]);

  if (rows.error !== null && rows.error !== undefined)
    return <ErrorState error={rows.error} onRetry={rows.retry} />;
  if (!rows.isLoading && items.length === 0) return <div className={classes.empty}>{empty}</div>;

  const before = visible[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (visible.at(-1)?.end ?? 0);
  return (
    <div className={classes.frame}>
      <section
        ref={scroller}
        className={classes.scroller}
        aria-label={label}
        // A region that scrolls must be reachable by keyboard.
        aria-busy={rows.isLoading || isOutdated}
        tabIndex={0}
        onKeyDown={keys.onKeyDown}
      >
        <Table className={classes.table} aria-label={label} aria-rowcount={hasMore ? -1 : items.length + 1}>
          <Table.Thead className={classes.head}>
            <Table.Tr>
              {isSelectable && (
                <Table.Th className={classes.check}>
                  <Checkbox
                    size="xs"
                    aria-label="Select all loaded rows"
                    checked={selection.isAll}
                    indeterminate={selection.selected.length > 0 && !selection.isAll}
                    onChange={selection.toggleAll}
                  />
                </Table.Th>
              )}
              {columns.map((column) => (
                <Table.Th key={column.key} {...cellProps(column)} style={{ width: column.width }} scope="col">
                  {column.header}
                </Table.Th>
              ))}
              {rowActions.length > 0 && (
                <Table.Th className={classes.menu}>
                  <span className={classes.hiddenText}>Actions</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody {...clicks}>
            {rows.isLoading && (
              <SkeletonRows columns={columns} isSelectable={isSelectable} hasMenu={rowActions.length > 0} />
            )}
            {before > 0 && <Spacer height={before} />}
            {visible.map(({ index }) => {
              const row = items[index];
              if (row === undefined) return null;
              const id = rowId(row);
              return (
                <TableRow
                  key={id}
                  row={row}
                  id={id}
                  index={index}
                  label={rowLabel(row)}
                  columns={columns}
                  actions={rowActions}
                  isActive={keys.active === index}
                  isSelected={isSelectable ? selection.has(id) : null}
                  onToggle={selection.toggle}
                  linkOf={linkOf}
                  opens={linkOf !== undefined || onOpen !== undefined}
                />
              );
            })}
            {after > 0 && <Spacer height={after} />}
          </Table.Tbody>
        </Table>
        {isLoadingMore && (
          <div className={classes.more}>
            <Loader role="progressbar" size="xs" aria-label="Loading more" />
          </div>
        )}
      </section>
      {isSelectable && <BulkBar selection={selection} items={items} rowId={rowId} actions={bulkActions} />}
    </div>
  );
}

/** One cell: with more than there are columns in sight, those would share their width with columns of nothing. */
function Spacer({ height }: { readonly height: number }) {
  return (
    <Table.Tr aria-hidden className={classes.spacer} style={{ height }}>
      <Table.Td />
    </Table.Tr>
  );
}

function withRow<T>(row: T | undefined, run: ((row: T) => void) | undefined): void {
  if (row !== undefined) run?.(row);
}
