import { AppError, commonErrors, type FieldError } from "../../base/errors.ts";
import { type TenantTx, withSavepoint } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import { type Origin, recordChange } from "../../workspaces/index.ts";
import type { Contact } from "../contact.ts";
import { changeLocked, createContact } from "../contacts.ts";
import { selectContactsById } from "../store.ts";
import {
  type Candidate,
  type Candidates,
  decideChange,
  type FailedRow,
  type ImportRow,
  matchText,
  type PlannedRow,
  planImport,
  readRows,
} from "./rules.ts";
import { selectByAddresses, selectByExternalIds } from "./store.ts";

export const importResults = ["created", "updated", "unchanged", "failed"] as const;
type ImportResult = (typeof importResults)[number];

/** What became of a row, or would become of it. */
export interface ImportedRow {
  /** Its place in the request. */
  readonly index: number;
  readonly result: ImportResult;
  /** Null where no one contact was found, and for one that would be made. */
  readonly contactId: string | null;
  /** Paths are within the row. */
  readonly errors: readonly FieldError[];
}

export type ContactImport = Readonly<Record<ImportResult, number>> & {
  readonly items: readonly ImportedRow[];
};

/** Rows that are committed together: each may wait for others' locks, and other work waits for these. */
const rowsAtOnce = 50;

/**
 * Makes and changes contacts by rows, as `planImport` and `decideChange` say. A row that fails refuses no other. With
 * `dryRun` nothing is changed, and the answer is what would become of the rows. Failing on the way leaves what was done
 * by then; the same rows again do the rest.
 */
export async function importContacts(
  core: Core,
  workspaceId: string,
  order: { readonly rows: readonly unknown[]; readonly dryRun: boolean },
  origin: Origin,
): Promise<ContactImport> {
  const { fit, failed: unfit } = readRows(order.rows);
  const plan = await core.db.tenant(workspaceId, async (tx) =>
    planImport(fit, await loadCandidates(tx, fit)),
  );
  const done: ImportedRow[] = [...unfit, ...plan.failed].map(toFailed);
  if (order.dryRun) {
    done.push(...(await core.db.tenant(workspaceId, (tx) => previewRows(tx, plan.planned))));
    return summarize(done);
  }
  try {
    for (let from = 0; from < plan.planned.length; from += rowsAtOnce) {
      const rows = plan.planned.slice(from, from + rowsAtOnce);
      done.push(...(await core.db.tenant(workspaceId, (tx) => writeRows(core, tx, rows))));
    }
  } finally {
    const { created, updated, unchanged, failed } = summarize(done);
    await core.db.tenant(workspaceId, (tx) =>
      recordChange(tx, {
        ...origin,
        action: "contact.import",
        target: { kind: "contact", id: null },
        changes: {
          created: [null, created],
          updated: [null, updated],
          unchanged: [null, unchanged],
          failed: [null, failed],
        },
      }),
    );
  }
  return summarize(done);
}

async function loadCandidates(tx: TenantTx, rows: readonly ImportRow[]): Promise<Candidates> {
  const textsOf = (by: keyof Candidates) => {
    const texts = rows.map(({ fields }) => matchText(fields, by)).filter((text) => text !== undefined);
    return [...new Set(texts)];
  };
  return {
    externalId: byText(await selectByExternalIds(tx, textsOf("externalId"))),
    email: byText(await selectByAddresses(tx, "email", textsOf("email"))),
    phone: byText(await selectByAddresses(tx, "phone", textsOf("phone"))),
  };
}

function byText(found: readonly (Candidate & { readonly text: string })[]): Map<string, Candidate[]> {
  return Map.groupBy(found, ({ text }) => text);
}

async function previewRows(tx: TenantTx, rows: readonly PlannedRow[]): Promise<readonly ImportedRow[]> {
  const contacts = await loadContacts(tx, rows);
  return rows.map((row) => {
    if (row.contactId === null) return toDone(row, "created", null);
    const before = contacts.get(row.contactId);
    if (before === undefined) return toFailed(gone(row));
    const { change, errors } = decideChange(before, row.fields);
    if (errors !== undefined) return toFailed({ ...row, errors });
    return toDone(row, isEmpty(change) ? "unchanged" : "updated", before.id);
  });
}

async function writeRows(
  core: Core,
  tx: TenantTx,
  rows: readonly PlannedRow[],
): Promise<readonly ImportedRow[]> {
  const contacts = await loadContacts(tx, rows, "for update");
  const done: ImportedRow[] = [];
  for (const row of rows) {
    const before = row.contactId === null ? undefined : contacts.get(row.contactId);
    done.push(
      row.contactId !== null && before === undefined
        ? toFailed(gone(row))
        : await writeRow(core, tx, row, before).catch((error: unknown) => toRefused(row, error)),
    );
  }
  return done;
}

async function writeRow(
  core: Core,
  tx: TenantTx,
  row: PlannedRow,
  before: Contact | undefined,
): Promise<ImportedRow> {
  if (before === undefined) {
    const made = await withSavepoint(tx, (part) => createContact(core, part, row.fields, "import"));
    return toDone(row, "created", made.id);
  }
  const { change, errors } = decideChange(before, row.fields);
  if (errors !== undefined) return toFailed({ ...row, errors });
  if (isEmpty(change)) return toDone(row, "unchanged", before.id);
  await withSavepoint(tx, (part) => changeLocked(core, part, before, change, "import"));
  return toDone(row, "updated", before.id);
}

/** The contacts that rows mean, by id. */
async function loadContacts(
  tx: TenantTx,
  rows: readonly PlannedRow[],
  lock?: "for update",
): Promise<ReadonlyMap<string, Contact>> {
  const ids = rows.map(({ contactId }) => contactId).filter((id) => id !== null);
  const contacts = await selectContactsById(tx, ids, lock);
  return new Map(contacts.map((contact) => [contact.id, contact]));
}

function toDone(
  { index }: ImportRow,
  result: Exclude<ImportResult, "failed">,
  contactId: string | null,
): ImportedRow {
  return { index, result, contactId, errors: [] };
}

function toFailed({ index, contactId, errors }: FailedRow): ImportedRow {
  return { index, result: "failed", contactId, errors };
}

/** A row that met what nobody could know when it was planned, such as an externalId that somebody else gave just now. */
function toRefused(row: PlannedRow, error: unknown): ImportedRow {
  if (!(error instanceof AppError)) throw error;
  const { code, message, errors } = error;
  return toFailed({ ...row, errors: errors.length > 0 ? errors : [{ path: "", code, message }] });
}

function gone({ index }: ImportRow): FailedRow {
  const { code } = commonErrors.not_found;
  const message = "its contact was deleted while the import ran; send the row again to make another";
  return { index, contactId: null, errors: [{ path: "", code, message }] };
}

function isEmpty(change: object): boolean {
  return Object.keys(change).length === 0;
}

function summarize(rows: readonly ImportedRow[]): ContactImport {
  const count = (wanted: ImportResult) => rows.filter(({ result }) => result === wanted).length;
  return {
    items: rows.toSorted((left, right) => left.index - right.index),
    created: count("created"),
    updated: count("updated"),
    unchanged: count("unchanged"),
    failed: count("failed"),
  };
}
