import type { TenantTx } from "../db/index.ts";
import type { ContactFilter } from "./filter.ts";
import { countMatching, selectMatching } from "./matching-store.ts";

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
