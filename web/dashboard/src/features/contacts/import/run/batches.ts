import type { ContactImportRow } from "../../../../api/generated/model";
import type { MappedRow } from "../mapping/rows.ts";

/** What one request of the API takes; the second leaves room for what stands around the rows. */
const mostRows = 500;
const mostBytes = 900_000;

export type Batch = readonly MappedRow[];

/** The rows in the order of the file, as many together as one request takes. A row larger than that is sent alone. */
export function toBatches(rows: readonly MappedRow[]): readonly Batch[] {
  const batches: MappedRow[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = bytesOf(row.row);
    const last = batches.at(-1);
    if (last === undefined || last.length >= mostRows || bytes + size > mostBytes) {
      batches.push([row]);
      bytes = size;
    } else {
      last.push(row);
      bytes += size;
    }
  }
  return batches;
}

const encoder = new TextEncoder();

function bytesOf(row: ContactImportRow): number {
  return encoder.encode(JSON.stringify(row)).length + 1;
}

interface Claim {
  readonly line: number;
  readonly externalId: string | undefined;
}

const claimedBy = ["externalId", "email", "phone"] as const;
const names = { externalId: "external id", email: "e-mail address", phone: "phone number" } as const;

/** Remembers what rows of earlier requests mean, since the API compares only the rows of one request. */
export class Claims {
  readonly #claims = new Map<string, Claim[]>();
  readonly #contacts = new Map<string, number>();

  /** Why the row repeats one of an earlier request, if so. The rule is the API's. */
  findEarlier({ row }: MappedRow): { readonly path: string; readonly message: string } | undefined {
    for (const by of claimedBy) {
      const claims = this.#claims.get(keyOf(by, row) ?? "") ?? [];
      const claim = claims.find((other) => !areDifferent(row.externalId ?? undefined, other.externalId));
      if (claim !== undefined)
        return { path: by, message: `line ${claim.line} has the same ${names[by]} already` };
    }
    return undefined;
  }

  /** The line that means this contact already. */
  lineOf(contactId: string | null): number | undefined {
    return contactId === null ? undefined : this.#contacts.get(contactId);
  }

  /** The row will be done. */
  add({ row, line }: MappedRow, contactId: string | null): void {
    if (contactId !== null) this.#contacts.set(contactId, line);
    const claim = { line, externalId: row.externalId ?? undefined };
    for (const by of claimedBy) {
      const key = keyOf(by, row);
      if (key === undefined) continue;
      const claims = this.#claims.get(key);
      if (claims === undefined) this.#claims.set(key, [claim]);
      else claims.push(claim);
    }
  }
}

/** Two who each have an id of the company's own are two people. */
function areDifferent(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function keyOf(by: (typeof claimedBy)[number], row: ContactImportRow): string | undefined {
  const text = row[by] ?? undefined;
  return text && `${by} ${by === "email" ? text.toLowerCase() : text}`;
}

/** The API counts the rows of a request and has its own names of fields; people count the lines of their file. */
export function inLines(message: string, batch: Batch): string {
  const counted = message.replaceAll(/\brow (\d+)\b/g, (words, index) => {
    const line = batch[Number(index)]?.line;
    return line === undefined ? words : `line ${line}`;
  });
  return counted.replaceAll(/\bexternalId\b/g, names.externalId);
}
