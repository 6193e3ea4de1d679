import type { ContactImportRow } from "../../../../api/generated/model";
import classes from "../import.module.css";
import type { MappedRow } from "./rows.ts";
import { plainFields, targetWords } from "./rules.ts";

interface PreviewProps {
  readonly rows: readonly MappedRow[];
  /** Names of attributes, in the order of the columns. */
  readonly attributes: readonly string[];
}

/** The first rows as they would be stored. */
export function Preview({ rows, attributes }: PreviewProps) {
  const fields = [...plainFields, "tags" as const].filter((field) =>
    rows.some(({ row }) => row[field] !== undefined),
  );
  return (
    <section className={classes.preview} aria-label="First rows as they will be stored" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Line</th>
            {fields.map((field) => (
              <th key={field} scope="col">
                {targetWords[field]}
              </th>
            ))}
            {attributes.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ line, row, faults }) => (
            <tr key={line}>
              <td>{line}</td>
              {fields.map((field) => (
                <td key={field}>{textOf(row, field)}</td>
              ))}
              {attributes.map((name) => (
                <AttributeCell
                  key={name}
                  value={row.attributes?.[name]}
                  fault={faults.find(({ path }) => path === `attributes.${name}`)?.message}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function textOf(row: ContactImportRow, field: (typeof plainFields)[number] | "tags"): string {
  const value = row[field];
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
}

function AttributeCell({ value, fault }: { readonly value: unknown; readonly fault: string | undefined }) {
  if (fault !== undefined)
    return (
      <td className={classes.fault} title={fault}>
        {fault}
      </td>
    );
  return <td>{value === undefined ? "" : JSON.stringify(value)}</td>;
}
