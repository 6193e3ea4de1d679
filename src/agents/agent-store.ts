import type { Selectable, Updateable } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { Meta } from "../base/schemas.ts";
import { toStorableJson } from "../base/text.ts";
import type { DB, TenantTx } from "../db/index.ts";

type AgentRow = Selectable<DB["agents"]>;

/** An AI agent. Ids are UUIDs. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly instructions: string;
  readonly modelProviderId: string;
  /** The model's name at the provider. */
  readonly model: string;
  /** While false, nothing it wants to send passes the gate, and no reply is made. */
  readonly enabled: boolean;
  /** At most one agent of a workspace is. */
  readonly isDefault: boolean;
  readonly demo: boolean;
  readonly meta: Meta;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface AgentFilter {
  readonly enabled?: boolean | undefined;
  readonly modelProviderId?: string | undefined;
  readonly demo?: boolean | undefined;
}

/** What an agent is made of in the database, without what the database fills in. */
type AgentValues = Omit<Agent, "createdAt" | "updatedAt">;

/** Inserts the agent. The provider must exist: a foreign key says so otherwise. */
export async function insertAgent(tx: TenantTx, values: AgentValues): Promise<Agent> {
  const row = await tx.db
    .insertInto("agents")
    .values({ ...values, workspaceId: tx.workspaceId, meta: toStorableJson(values.meta) })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toAgent(row);
}

export async function selectAgent(tx: TenantTx, id: string): Promise<Agent | undefined> {
  const row = await tx.db
    .selectFrom("agents")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : toAgent(row);
}

/** As `selectAgent`, and nobody else changes or deletes the agent until this transaction ends. */
export async function selectAgentForUpdate(tx: TenantTx, id: string): Promise<Agent | undefined> {
  const row = await tx.db
    .selectFrom("agents")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : toAgent(row);
}

export async function selectDefaultAgent(tx: TenantTx): Promise<Agent | undefined> {
  const row = await tx.db
    .selectFrom("agents")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("isDefault", "=", true)
    .executeTakeFirst();
  return row === undefined ? undefined : toAgent(row);
}

/** Agents, newest first. */
export async function selectAgents(tx: TenantTx, filter: AgentFilter, page: Page): Promise<PageOf<Agent>> {
  const before = pageStart(page);
  let query = tx.db
    .selectFrom("agents")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  if (before !== undefined) query = query.where("id", "<", before);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", filter.enabled);
  if (filter.demo !== undefined) query = query.where("demo", "=", filter.demo);
  if (filter.modelProviderId !== undefined)
    query = query.where("modelProviderId", "=", filter.modelProviderId);
  return pageFrom((await query.execute()).map(toAgent), page.limit);
}

/** Names of agents that use the provider, at most `limit`. */
export async function selectAgentNamesOfProvider(
  tx: TenantTx,
  modelProviderId: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.db
    .selectFrom("agents")
    .select("name")
    .where("workspaceId", "=", tx.workspaceId)
    .where("modelProviderId", "=", modelProviderId)
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ name }) => name);
}

export async function updateAgentRow(
  tx: TenantTx,
  id: string,
  changes: Partial<Omit<AgentValues, "id" | "demo">>,
): Promise<Agent> {
  const { meta, ...columns } = changes;
  const values: Updateable<DB["agents"]> =
    meta === undefined ? columns : { ...columns, meta: toStorableJson(meta) };
  const row = await tx.db
    .updateTable("agents")
    .set((eb) => ({ ...values, updatedAt: eb.fn("now") }))
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toAgent(row);
}

/**
 * Makes whoever changes the default agent wait for each other until their transactions end. Without it two requests
 * that each name another agent would meet in the unique index, and one would fail for no fault of its own.
 */
export async function lockDefaultAgent(tx: TenantTx): Promise<void> {
  await tx.query({
    text: "select pg_advisory_xact_lock(hashtextextended('agents.default:' || $1, 0))",
    values: [tx.workspaceId],
  });
}

/** Answers the agent that was the default until now, as it is after that. */
export async function clearDefaultAgent(tx: TenantTx): Promise<Agent | undefined> {
  const row = await tx.db
    .updateTable("agents")
    .set((eb) => ({ isDefault: false, updatedAt: eb.fn("now") }))
    .where("workspaceId", "=", tx.workspaceId)
    .where("isDefault", "=", true)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? undefined : toAgent(row);
}

export async function deleteAgentRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom("agents")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
}

function toAgent(row: AgentRow): Agent {
  const { workspaceId: _, meta, ...agent } = row;
  // The column's check in the API lets nothing but objects in.
  return { ...agent, meta: meta as Meta };
}
