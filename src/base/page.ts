import { invalidField } from "./errors.ts";
import { uuidPattern } from "./ids.ts";

/** A page of a list, newest first. */
export interface Page {
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The opaque text of a position in a list. */
export function encodeCursor(position: string): string {
  return Buffer.from(position, "utf8").toString("base64url");
}

/** The position inside a cursor. Throws 422 at `path` if it was not made by `encodeCursor` with such a position. */
export function decodeCursor(cursor: string, pattern: RegExp, path = "cursor"): string {
  const position = Buffer.from(cursor, "base64url").toString("utf8");
  if (!pattern.test(position))
    throw invalidField(path, "cursor_invalid", "must be the nextCursor of an earlier page");
  return position;
}

/** The UUID before which the next page begins, or undefined for the first page. */
export function pageStart(page: Page): string | undefined {
  return page.cursor === undefined ? undefined : decodeCursor(page.cursor, uuidPattern);
}

/** Cuts the rows of a query that asked for `limit + 1`, newest first by id. */
export function pageFrom<T extends { readonly id: string }>(rows: readonly T[], limit: number): PageOf<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last.id) : null };
}
