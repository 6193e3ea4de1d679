import type { TenantTx } from "../../db/index.ts";
import type { Candidate } from "./rules.ts";

interface FoundCandidate extends Candidate {
  /** What it was looked for by. */
  readonly text: string;
}

/** The contacts with these externalIds. */
export async function selectByExternalIds(
  tx: TenantTx,
  externalIds: readonly string[],
): Promise<readonly FoundCandidate[]> {
  const { rows } = await tx.query<FoundCandidate>({
    text: `select external_id as text, id as "contactId", external_id as "externalId"
      from contacts where workspace_id = $1 and external_id = any ($2::text[])`,
    values: [tx.workspaceId, externalIds],
  });
  return rows;
}

const addressColumns = { email: "email_key", phone: "phone" } as const;

/**
 * Contacts with these addresses (those of e-mail in lower case), of each at most two with any externalId and two without
 * one: however many share an address, that suffices to know whether one is meant.
 */
export async function selectByAddresses(
  tx: TenantTx,
  kind: keyof typeof addressColumns,
  addresses: readonly string[],
): Promise<readonly FoundCandidate[]> {
  const column = addressColumns[kind];
  const { rows } = await tx.query<FoundCandidate>({
    text: `select a.text, c.id as "contactId", c.external_id as "externalId"
      from unnest($2::text[]) as a (text) cross join lateral (
        (select id, external_id from contacts where workspace_id = $1 and ${column} = a.text limit 2)
        union
        (select id, external_id from contacts
          where workspace_id = $1 and ${column} = a.text and external_id is null limit 2)
      ) c order by a.text, c.id`,
    values: [tx.workspaceId, addresses],
  });
  return rows;
}
