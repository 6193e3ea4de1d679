import type { TenantTx } from "../db/index.ts";
import type { ContactFilter } from "./filter.ts";

/** What `find_contacts` looks for. */
export interface ContactSearch {
  readonly filter: ContactFilter;
  readonly optedOut?: boolean | undefined;
}

/** Ids in order, beyond `after`. */
export async function selectMatching(
  tx: TenantTx,
  search: ContactSearch & { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>({
    text: "select id from find_contacts($1::jsonb, $2, false, $3) as id",
    values: [searchConditions(search), search.after ?? null, search.limit],
  });
  return rows.map(({ id }) => id);
}

export async function countMatching(tx: TenantTx, search: ContactSearch): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    text: "select count_contacts($1::jsonb)::float8 as count",
    values: [searchConditions(search)],
  });
  return rows[0]?.count ?? 0;
}

/** Which of the filters a contact matches now, by their places in the list. */
export async function selectMatches(
  tx: TenantTx,
  contactId: string,
  filters: readonly ContactFilter[],
): Promise<ReadonlySet<number>> {
  const { rows } = await tx.query<{ position: number }>({
    text: "select position from match_filters($1, $2::jsonb[]) as position",
    values: [contactId, filters.map((filter) => JSON.stringify(filter))],
  });
  return new Set(rows.map(({ position }) => position - 1));
}

function searchConditions({ filter, optedOut }: ContactSearch): string {
  return JSON.stringify({ all: [filter], optedOut });
}
