import { useMemo } from "react";
import { type Column, DataTable, type Rows } from "../../../components/data-table/index.ts";
import classes from "./import.module.css";
import { titleOf } from "./mapping/column-list.tsx";
import { fieldWord, type Target } from "./mapping/rules.ts";
import { columnOf } from "./run/failed-rows.ts";
import type { RowResult } from "./run/import-run.ts";

interface Failure {
  readonly id: string;
  readonly line: number;
  readonly where: string;
  readonly message: string;
}

interface FailuresProps {
  readonly results: readonly RowResult[];
  readonly header: readonly string[];
  readonly targets: readonly Target[];
}

const rowHeight = 36;
const headHeight = 34;
const mostShown = 10;

const columns: readonly Column<Failure>[] = [
  { key: "line", header: "Line", width: 72, align: "right", render: ({ line }) => line.toLocaleString("en") },
  {
    key: "where",
    header: "Column",
    width: "26%",
    from: 600,
    render: ({ where }) => <span title={where}>{where}</span>,
  },
  {
    key: "why",
    header: "Why it failed",
    render: ({ where, message }) => (
      <span className={classes.why} title={message}>
        <span className={classes.where}>{where}: </span>
        {message}
      </span>
    ),
  },
];

/** The rows that failed, each fault with its line and column. */
export function Failures({ results, header, targets }: FailuresProps) {
  const rows = useMemo(
    () => toRows(results.flatMap((result) => toFailures(result, header, targets))),
    [results, header, targets],
  );
  if (rows.items.length === 0) return null;
  const height = headHeight + rowHeight * Math.min(rows.items.length, mostShown);
  return (
    <div className={classes.failures} style={{ height }}>
      <DataTable
        label="Rows that failed"
        rows={rows}
        columns={columns}
        rowId={idOf}
        rowLabel={labelOf}
        empty={null}
      />
    </div>
  );
}

const idOf = ({ id }: Failure) => id;
const labelOf = ({ line }: Failure) => `line ${line}`;

function toFailures(
  { line, faults }: RowResult,
  header: readonly string[],
  targets: readonly Target[],
): readonly Failure[] {
  return faults.map(({ path, message }, index) => {
    const column = columnOf(path, targets);
    const where = column === undefined ? fieldWord(path) : titleOf(header, column);
    return { id: `${line} ${index}`, line, where: where === "" ? "The row" : where, message };
  });
}

function toRows(items: readonly Failure[]): Rows<Failure> {
  return {
    items,
    isLoading: false,
    error: null,
    hasMore: false,
    isLoadingMore: false,
    loadMore: () => undefined,
    retry: () => undefined,
  };
}
