import type { TenantTx } from "../db/index.ts";
import type { ContactFilter } from "./filter.ts";
import { countMatching, selectMatches, selectMatching } from "./matching-store.ts";

/** `optedOut` false leaves out contacts that want no messages, true takes only those; undefined takes both. */
interface Choice {
  readonly optedOut?: boolean | undefined;
}

/** The ids of contacts that a filter means, in order of id, beyond `after`. */
export function matchContacts(
  tx: TenantTx,
  filter: ContactFilter,
  page: Choice & { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  return selectMatching(tx, { filter, ...page });
}

/** How many contacts a filter means. */
export function countContacts(tx: TenantTx, filter: ContactFilter, choice: Choice = {}): Promise<number> {
  return countMatching(tx, { filter, ...choice });
}

/** Of things that each have a filter, those whose filter means a contact now. */
export async function filterByContact<T extends { readonly filter: ContactFilter }>(
  tx: TenantTx,
  contactId: string,
  things: readonly T[],
): Promise<readonly T[]> {
  if (things.length === 0) return [];
  const filters = things.map(({ filter }) => filter);
  const matches = await selectMatches(tx, contactId, filters);
  return things.filter((_, place) => matches.has(place));
}
