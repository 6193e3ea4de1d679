import { sql } from "kysely";
import type { TenantTx } from "../db/index.ts";

/** What agents are given by lists of ids in their own rows. */
export type GivenToAgents = "toolIds" | "knowledgeIds";

export interface UsingAgent {
  readonly id: string;
  readonly name: string;
  readonly ids: readonly string[];
}

/** Agents that were given this tool or knowledge, oldest first. With a lock nobody else changes them meanwhile. */
export async function selectUsingAgents(
  tx: TenantTx,
  what: GivenToAgents,
  id: string,
  lock?: "for update",
): Promise<readonly UsingAgent[]> {
  const ids = sql.ref<readonly string[]>(what);
  const query = tx.db
    .selectFrom("agents")
    .select(["id", "name", ids.as("ids")])
    .where("workspaceId", "=", tx.workspaceId)
    .where(sql<boolean>`${id}::uuid = any(${ids})`)
    .orderBy("id");
  return await (lock === undefined ? query : query.forNoKeyUpdate()).execute();
}
