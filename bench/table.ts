import type { Row } from "./row.ts";

/** One aligned text table per scenario, columns in the order of the rows' keys. */
export function formatTables(rows: readonly Row[]): string {
  const scenarios = [...new Set(rows.map((row) => row.scenario))];
  return scenarios
    .map((scenario) => `${scenario}\n${formatTable(rows.filter((row) => row.scenario === scenario))}`)
    .join("\n\n");
}

function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ scenario: _, ...columns }) => columns as Record<string, string | number | null>);
  const names = Object.keys(cells[0] ?? {});
  const lines = [
    names.map(formatHeading),
    ...cells.map((row) => names.map((name) => formatCell(row[name] ?? null))),
  ];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isNumber = names.map((name) => cells.every((row) => typeof row[name] !== "string"));
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return isNumber[column] ? cell.padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function formatHeading(name: string): string {
  return name.replace(/PerSecond$/, "/s").replace(/Ms$/, " ms");
}

function formatCell(value: string | number | null): string {
  if (value === null) return "-";
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(value < 20 ? 2 : 0);
}
