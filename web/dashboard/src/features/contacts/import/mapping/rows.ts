import type { ContactImportRow } from "../../../../api/generated/model";
import type { CsvRow } from "../csv/rules.ts";
import { bareNumber, readCell, type Target } from "./rules.ts";

/** One thing that is wrong with a row, at a field in the API's words. */
export interface RowFault {
  readonly path: string;
  readonly message: string;
}

/** A row of the file as the API takes it, or why it is not sent at all. */
export interface MappedRow {
  readonly line: number;
  readonly row: ContactImportRow;
  readonly faults: readonly RowFault[];
}

/**
 * A row of the file as a contact. Space around a value is left out, and an empty cell names nothing, so that it changes
 * nothing either. Pure.
 */
export function toMappedRow({ line, cells }: CsvRow, targets: readonly Target[]): MappedRow {
  const row: Record<string, unknown> = {};
  const attributes: Record<string, unknown> = {};
  const nameParts: Partial<Record<"firstName" | "lastName", string>> = {};
  const faults: RowFault[] = [];
  for (const [column, target] of targets.entries()) {
    const cell = cells[column]?.trim() ?? "";
    if (cell === "" || target.kind === "ignore") continue;
    if (target.kind === "attribute") {
      const name = target.name.trim();
      const { value, fault } = readCell(target.type, cell);
      if (fault === undefined) attributes[name] = value;
      else faults.push({ path: `attributes.${name}`, message: fault });
    } else if (target.kind === "tags") row.tags = splitTags(cell);
    else if (target.kind === "phone") row.phone = target.isBare ? bareNumber(cell) : cell;
    else if (target.kind === "firstName" || target.kind === "lastName") nameParts[target.kind] = cell;
    else row[target.kind] = cell;
  }
  const name = [nameParts.firstName, nameParts.lastName].filter((part) => part !== undefined).join(" ");
  if (name !== "") row.name = name;
  if (Object.keys(attributes).length > 0) row.attributes = attributes;
  if (cells.slice(targets.length).some((cell) => cell.trim() !== ""))
    faults.push({ path: "", message: `has ${cells.length} cells, the first row ${targets.length}` });
  if (faults.length === 0 && Object.keys(row).length === 0)
    faults.push({ path: "", message: "is empty in every column that is taken" });
  return { line, row, faults };
}

/** Tags stand in one cell, with commas, semicolons or bars between them. */
function splitTags(cell: string): readonly string[] {
  return cell
    .split(/[,;|]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
