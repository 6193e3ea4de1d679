import { unparse } from "papaparse";
import type { CsvTable } from "../csv/rules.ts";
import type { RowFault } from "../mapping/rows.ts";
import { fieldWord, importError, importLine, type Target } from "../mapping/rules.ts";
import type { RowResult } from "./import-run.ts";

/** The fault with the name of its column, as people know it: "E-mail must be an e-mail address". */
export function faultWords(
  { path, message }: RowFault,
  header: readonly string[],
  targets: readonly Target[],
): string {
  const column = columnOf(path, targets);
  const title = column === undefined ? "" : (header[column] ?? "").trim();
  if (title !== "") return `${title}: ${message}`;
  return path === "" ? message : `${fieldWord(path)}: ${message}`;
}

/** The column that a path of the API is about. */
export function columnOf(path: string, targets: readonly Target[]): number | undefined {
  if (path === "") return undefined;
  const at = targets.findIndex((target) => {
    if (target.kind === "attribute") return isWithin(path, `attributes.${target.name.trim()}`);
    if (target.kind === "firstName" || target.kind === "lastName") return path === "name";
    return isWithin(path, target.kind);
  });
  return at === -1 ? undefined : at;
}

function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

/**
 * The rows that failed as a file like the one that was chosen, with the line and the reason before them: mended, it can
 * be imported as it is. With a mark at its start, by which spreadsheets know UTF-8.
 */
export function failedRowsFile(
  { rows, delimiter }: CsvTable,
  header: readonly string[],
  targets: readonly Target[],
  results: readonly RowResult[],
): string {
  const failed = new Map(
    results.filter(({ outcome }) => outcome === "failed").map((result) => [result.line, result]),
  );
  const kept = rows.flatMap(({ line, cells }) => {
    const result = failed.get(line);
    if (result === undefined) return [];
    const why = result.faults.map((fault) => faultWords(fault, header, targets)).join("; ");
    return [[String(line), why, ...cells]];
  });
  const text = unparse([[importLine, importError, ...header], ...kept], { delimiter, newline: "\r\n" });
  return `\uFEFF${text}\r\n`;
}
