import { type Selectable, sql, type Updateable } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { Meta } from "../base/schemas.ts";
import { toStorableJson } from "../base/text.ts";
import type { DB, TenantTx } from "../db/index.ts";

type AgentRow = Selectable<DB["agents"]>;

/** How far one execution of the agent may go where its task says nothing. What is left out takes the default. */
export interface AgentLimits {
  /** Model calls, 10 to 100 000. */
  readonly maxIterations?: number | undefined;
  /** Seconds of running time, 900 to 86 400. */
  readonly maxTimeSeconds?: number | undefined;
  /** 1 to 100 000. */
  readonly maxToolCalls?: number | undefined;
  /** US dollars as a decimal string. */
  readonly maxCostUsd?: string | undefined;
}

/** An AI agent. Ids are UUIDs. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly instructions: string;
  readonly modelProviderId: string;
  /** The model's name at the provider. */
  readonly model: string;
  /** 0 to 2; null: the provider's default. */
  readonly temperature: number | null;
  /** Null: the provider's default. */
  readonly maxOutputTokens: number | null;
  /** BCP 47, the language to answer in; null: the contact's. */
  readonly language: string | null;
  /** Rules of style and conduct, beside the instructions. May be empty. */
  readonly guidance: string;
  readonly toolIds: readonly string[];
  readonly knowledgeIds: readonly string[];
  readonly limits: AgentLimits;
  /** What it may spend in a day and a month of the workspace's zone, in US dollars; null: no budget. */
  readonly dailyCostUsd: string | null;
  readonly monthlyCostUsd: string | null;
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
  readonly ids?: readonly string[] | undefined;
  /** Part of the name or the instructions, in any case. */
  readonly q?: string | undefined;
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
    .values({ ...toRow(values), workspaceId: tx.workspaceId })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toAgent(row);
}

/** With a lock nobody else changes or deletes it until this transaction ends. */
export async function selectAgent(tx: TenantTx, id: string, lock?: "for update"): Promise<Agent | undefined> {
  const query = tx.db
    .selectFrom("agents")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id);
  const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
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

/** Agents, newest first. A workspace has few, so that looking through the texts needs no index. */
export async function selectAgents(tx: TenantTx, filter: AgentFilter, page: Page): Promise<PageOf<Agent>> {
  const before = pageStart(page);
  let query = tx.db
    .selectFrom("agents")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  if (before !== undefined) query = query.where("id", "<", before);
  if (filter.ids !== undefined) query = query.where("id", "=", sql<string>`any (${filter.ids}::uuid[])`);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", filter.enabled);
  if (filter.demo !== undefined) query = query.where("demo", "=", filter.demo);
  if (filter.modelProviderId !== undefined)
    query = query.where("modelProviderId", "=", filter.modelProviderId);
  if (filter.q !== undefined)
    query = query.where(sql<boolean>`strpos(lower(name || E'\\n' || instructions), lower(${filter.q})) > 0`);
  return pageFrom((await query.execute()).map(toAgent), page.limit);
}

/** Those that have a budget: the one with this id, or all. */
export async function selectAgentBudgets(
  tx: TenantTx,
  id: string | undefined,
): Promise<readonly Pick<Agent, "id" | "dailyCostUsd" | "monthlyCostUsd">[]> {
  let query = tx.db
    .selectFrom("agents")
    .select(["id", "dailyCostUsd", "monthlyCostUsd"])
    .where("workspaceId", "=", tx.workspaceId)
    .where((eb) => eb.or([eb("dailyCostUsd", "is not", null), eb("monthlyCostUsd", "is not", null)]))
    .orderBy("id");
  if (id !== undefined) query = query.where("id", "=", id);
  return query.execute();
}

/** Takes a deleted tool or knowledge text from every agent that had it. */
export async function withdrawFromAgents(
  tx: TenantTx,
  field: "toolIds" | "knowledgeIds",
  id: string,
): Promise<void> {
  await tx.db
    .updateTable("agents")
    .set((eb) => ({ [field]: eb.fn("array_remove", [field, eb.val(id)]), updatedAt: eb.fn("now") }))
    .where("workspaceId", "=", tx.workspaceId)
    .where((eb) => eb(eb.val(id), "=", eb.fn.any(field)))
    .execute();
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
  changes: Partial<Omit<AgentValues, "id" | "demo">> & { readonly demo?: false },
): Promise<Agent> {
  const values: Updateable<DB["agents"]> = toRow(changes);
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

/** Values as the columns take them. */
function toRow<
  T extends {
    readonly meta?: Meta;
    readonly limits?: AgentLimits;
    readonly toolIds?: readonly string[];
    readonly knowledgeIds?: readonly string[];
  },
>(values: T) {
  const { meta, limits, toolIds, knowledgeIds, ...columns } = values;
  return {
    ...columns,
    ...(meta === undefined ? {} : { meta: toStorableJson(meta) }),
    ...(limits === undefined ? {} : { limits: toStorableJson(limits) }),
    ...(toolIds === undefined ? {} : { toolIds: [...toolIds] }),
    ...(knowledgeIds === undefined ? {} : { knowledgeIds: [...knowledgeIds] }),
  };
}

function toAgent(row: AgentRow): Agent {
  const { workspaceId: _, meta, limits, ...agent } = row;
  // The API lets nothing but objects of these shapes in.
  return { ...agent, meta: meta as Meta, limits: limits as AgentLimits };
}
