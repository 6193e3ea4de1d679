import { isDeepStrictEqual } from "node:util";
import type { FieldError } from "../../base/errors.ts";
import { describeIssue, toFieldErrors } from "../../base/field-errors.ts";
import { isSmallEnough, tagsAtMost } from "../../base/schemas.ts";
import type { Contact, ContactFields } from "../contact.ts";
import { mergeAttributes } from "../rules.ts";
import { createBody } from "../schemas.ts";

/** A row whose fields are right; `index` is its place in the request. */
export interface ImportRow {
  readonly index: number;
  readonly fields: ContactFields;
}

/** A row from which nothing comes. */
export interface FailedRow {
  readonly index: number;
  /** The contact that it meant, as far as that is known. */
  readonly contactId: string | null;
  readonly errors: readonly FieldError[];
}

/** What a row comes to: the contact that it changes, or null for a new one. */
export interface PlannedRow extends ImportRow {
  readonly contactId: string | null;
}

/** More faults of one row than anyone reads; a request may have hundreds of rows. */
const mostErrors = 10;

/** The rows as those that are fit to be contacts, by the rules of a single one, and those that are not. */
export function readRows(rows: readonly unknown[]): {
  readonly fit: readonly ImportRow[];
  readonly failed: readonly FailedRow[];
} {
  const fit: ImportRow[] = [];
  const failed: FailedRow[] = [];
  for (const [index, row] of rows.entries()) {
    const read = createBody.safeParse(row, { error: describeIssue, reportInput: true });
    if (read.success) fit.push({ index, fields: read.data });
    else failed.push({ index, contactId: null, errors: toFieldErrors(read.error).slice(0, mostErrors) });
  }
  return { fit, failed };
}

/** What a contact is found by, in this order: the first that finds one decides. */
const matchedBy = ["externalId", "email", "phone"] as const;
type MatchedBy = (typeof matchedBy)[number];

/** The text by which rows and contacts are compared; undefined if the row does not have it. */
export function matchText(fields: ContactFields, by: MatchedBy): string | undefined {
  const text = fields[by] ?? undefined;
  return by === "email" ? text?.toLowerCase() : text;
}

/**
 * Contacts that a row may mean, by `matchText`. Of those who share an address two are enough to know that there are
 * several.
 */
export type Candidates = Readonly<Record<MatchedBy, ReadonlyMap<string, readonly Candidate[]>>>;

export interface Candidate {
  readonly contactId: string;
  readonly externalId: string | null;
}

/**
 * Decides for each row whether it changes a contact or makes one. A row fails if several contacts share what it is
 * matched by, and if an earlier row has the same externalId, e-mail address or phone number or means the same contact.
 * Who has another externalId is somebody else, whatever they share.
 */
export function planImport(
  rows: readonly ImportRow[],
  candidates: Candidates,
): { readonly planned: readonly PlannedRow[]; readonly failed: readonly FailedRow[] } {
  const planned: PlannedRow[] = [];
  const failed: FailedRow[] = [];
  const taken = new Map<string, ImportRow[]>();
  const meant = new Map<string, number>();
  for (const row of rows) {
    const match = findMatch(row.fields, candidates);
    const earlier = findEarlier(row, taken) ?? findSameContact(match, meant);
    const error = earlier === undefined ? match.error : describeDuplicate(earlier);
    if (error !== undefined) {
      failed.push({ index: row.index, contactId: match.contactId, errors: [error] });
      continue;
    }
    planned.push({ ...row, contactId: match.contactId });
    if (match.contactId !== null) meant.set(match.contactId, row.index);
    for (const key of keysOf(row)) taken.set(key, [...(taken.get(key) ?? []), row]);
  }
  return { planned, failed };
}

interface Match {
  readonly by: MatchedBy;
  readonly contactId: string | null;
  readonly error?: FieldError;
}

function findMatch(fields: ContactFields, candidates: Candidates): Match {
  const externalId = fields.externalId ?? null;
  for (const by of matchedBy) {
    const text = matchText(fields, by);
    const sharing = text === undefined ? [] : (candidates[by].get(text) ?? []);
    const found = sharing.filter((other) => !areDifferent(externalId, other.externalId));
    if (found.length > 1) {
      const message = `several contacts have this ${names[by]}; give the externalId of the one that is meant`;
      return { by, contactId: null, error: { path: by, code: "contact_ambiguous", message } };
    }
    if (found[0] !== undefined) return { by, contactId: found[0].contactId };
  }
  return { by: "externalId", contactId: null };
}

/** Two who each have an id of the company's own are two people. */
function areDifferent(one: string | null | undefined, other: string | null | undefined): boolean {
  return (one ?? null) !== null && (other ?? null) !== null && one !== other;
}

interface Earlier {
  readonly by: MatchedBy;
  readonly index: number;
  /** Rows that differ in everything but mean one contact. */
  readonly sameContact?: true;
}

function findEarlier(
  { fields }: ImportRow,
  taken: ReadonlyMap<string, readonly ImportRow[]>,
): Earlier | undefined {
  for (const by of matchedBy) {
    const sharing = taken.get(keyOf(by, matchText(fields, by))) ?? [];
    const first = sharing.find((row) => !areDifferent(fields.externalId, row.fields.externalId));
    if (first !== undefined) return { by, index: first.index };
  }
  return undefined;
}

function findSameContact({ by, contactId }: Match, meant: ReadonlyMap<string, number>): Earlier | undefined {
  const index = contactId === null ? undefined : meant.get(contactId);
  return index === undefined ? undefined : { by, index, sameContact: true };
}

function describeDuplicate({ by, index, sameContact }: Earlier): FieldError {
  const message = sameContact
    ? `is that of the contact which row ${index} means already`
    : `row ${index} has the same ${names[by]} already`;
  return { path: by, code: "duplicate_row", message };
}

const names = { externalId: "externalId", email: "e-mail address", phone: "phone number" } as const;

function keysOf({ fields }: ImportRow): readonly string[] {
  return matchedBy.flatMap((by) => {
    const text = matchText(fields, by);
    return text === undefined ? [] : [keyOf(by, text)];
  });
}

function keyOf(by: MatchedBy, text: string | undefined): string {
  return `${by}:${text}`;
}

/** What changes of a contact, or why it cannot be changed so. */
export type ContactChange =
  | { readonly change: ContactFields; readonly errors?: undefined }
  | { readonly change?: undefined; readonly errors: readonly FieldError[] };

/**
 * What a row changes of a contact: attributes and tags are added to those that are there, other fields are replaced.
 * No field if all is as the row says.
 */
export function decideChange(before: Contact, row: ContactFields): ContactChange {
  const { attributes = {}, tags = [], ...replaced } = row;
  const merged = mergeAttributes(before.attributes, attributes);
  const allTags = [...new Set([...before.tags, ...tags])];
  const errors = [
    ...(isSmallEnough(merged) ? [] : [tooLarge]),
    ...(allTags.length <= tagsAtMost ? [] : [tooMany]),
  ];
  if (errors.length > 0) return { errors };
  const current: Readonly<Record<string, unknown>> = { ...before };
  const differing = Object.entries(replaced).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, current[name]),
  );
  return {
    change: {
      ...Object.fromEntries(differing),
      // As they were given: whoever writes them merges them again.
      ...(isDeepStrictEqual(merged, before.attributes) ? {} : { attributes }),
      ...(allTags.length === before.tags.length ? {} : { tags: allTags }),
    },
  };
}

const tooLarge: FieldError = {
  path: "attributes",
  code: "too_large",
  message: "must be at most 16 kB of JSON together with the attributes that are there; null removes one",
};

const tooMany: FieldError = {
  path: "tags",
  code: "too_many",
  message: `must be at most ${tagsAtMost} tags together with those that are there`,
};
