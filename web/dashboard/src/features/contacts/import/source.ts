import type { CsvRow, CsvTable } from "./csv/rules.ts";

/** The file that is imported, as it was read. */
export interface Source {
  readonly file: File;
  readonly table: CsvTable;
  readonly hasHeader: boolean;
  /** As many as the widest of the first rows has cells; empty texts where there is no header. */
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}

/** With its first row as names or as the first contact. */
export function toSource(file: File, table: CsvTable, hasHeader: boolean): Source {
  const [first, ...others] = table.rows;
  const cells = first?.cells ?? [];
  return hasHeader
    ? { file, table, hasHeader, header: cells, rows: others }
    : { file, table, hasHeader, header: cells.map(() => ""), rows: table.rows };
}
