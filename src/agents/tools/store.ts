import { type Selectable, sql, type Updateable } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../../base/page.ts";
import type { Meta } from "../../base/schemas.ts";
import { toStorableJson } from "../../base/text.ts";
import type { DB, TenantTx } from "../../db/index.ts";
import type { JsonSchemaObject } from "../models/index.ts";
import type { AuthKind, Tool, ToolMethod, ToolPolicy } from "./tool-definition.ts";

type ToolRow = Selectable<DB["tools"]>;

/** A tool with its sealed secret, which leaves this folder only inside a request. */
export type StoredTool = Tool & { readonly secretSealed: Buffer | null };

/** What a tool is made of in the database, without what the database fills in. */
export type ToolValues = Omit<StoredTool, "id" | "kind" | "hasSecret" | "createdAt" | "updatedAt">;

export interface ToolFilter {
  /** Part of the name or the description, in any case. */
  readonly q?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly externalId?: string | undefined;
}

/** Throws the unique violations `tools_name` and `tools_external_id`. */
export async function insertTool(tx: TenantTx, id: string, values: ToolValues): Promise<StoredTool> {
  const row = await tx.db
    .insertInto("tools")
    .values({
      ...toColumns(values),
      authKind: values.auth.kind,
      inputSchema: toStorableJson(values.inputSchema),
      workspaceId: tx.workspaceId,
      id,
      kind: "http",
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTool(row);
}

/** With a lock nobody else changes or deletes the tool until this transaction ends. */
export async function selectTool(
  tx: TenantTx,
  id: string,
  lock?: "for update",
): Promise<StoredTool | undefined> {
  const query = tx.db
    .selectFrom("tools")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id);
  const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
  return row === undefined ? undefined : toTool(row);
}

/** Those of the ids that are tools and enabled, in any order. */
export async function selectEnabledTools(
  tx: TenantTx,
  ids: readonly string[],
): Promise<readonly StoredTool[]> {
  const rows = await tx.db
    .selectFrom("tools")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "in", ids)
    .where("enabled", "=", true)
    .execute();
  return rows.map(toTool);
}

/** Those of the ids that are tools; they then stay until this transaction ends. */
export async function keepTools(tx: TenantTx, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await tx.db
    .selectFrom("tools")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "in", ids)
    .orderBy("id")
    .forKeyShare()
    .execute();
  return rows.map(({ id }) => id);
}

/** Tools, newest first. A workspace has few, so that looking through the texts needs no index. */
export async function selectTools(tx: TenantTx, filter: ToolFilter, page: Page): Promise<PageOf<StoredTool>> {
  const before = pageStart(page);
  let query = tx.db
    .selectFrom("tools")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  const { q, enabled, externalId } = filter;
  if (before !== undefined) query = query.where("id", "<", before);
  if (enabled !== undefined) query = query.where("enabled", "=", enabled);
  if (externalId !== undefined) query = query.where("externalId", "=", externalId);
  if (q !== undefined)
    query = query.where(sql<boolean>`strpos(lower(name || ' ' || description), lower(${q})) > 0`);
  return pageFrom((await query.execute()).map(toTool), page.limit);
}

export async function updateToolRow(
  tx: TenantTx,
  id: string,
  changes: Partial<ToolValues>,
): Promise<StoredTool> {
  const values: Updateable<DB["tools"]> = toColumns(changes);
  const row = await tx.db
    .updateTable("tools")
    .set((eb) => ({ ...values, updatedAt: eb.fn("now") }))
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTool(row);
}

export async function deleteToolRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom("tools")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
}

function toColumns<V extends Partial<ToolValues>>(values: V) {
  const { auth, query, headers, body, inputSchema, meta, ...plain } = values;
  return {
    ...plain,
    ...(auth === undefined
      ? {}
      : { authKind: auth.kind, authUsername: auth.username, authHeaderName: auth.headerName }),
    ...(query === undefined ? {} : { query: toStorableJson(query) }),
    ...(headers === undefined ? {} : { headers: toStorableJson(headers) }),
    ...(body === undefined ? {} : { body: body === null ? null : toStorableJson(body) }),
    ...(inputSchema === undefined ? {} : { inputSchema: toStorableJson(inputSchema) }),
    ...(meta === undefined ? {} : { meta: toStorableJson(meta) }),
  };
}

function toTool(row: ToolRow): StoredTool {
  return {
    id: row.id,
    kind: "http",
    name: row.name,
    description: row.description,
    // The columns' checks let no other values in, and the API nothing but objects.
    method: row.method as ToolMethod,
    url: row.url,
    query: row.query as Readonly<Record<string, string>>,
    headers: row.headers as Readonly<Record<string, string>>,
    body: row.body,
    auth: {
      kind: row.authKind as AuthKind,
      username: row.authUsername,
      headerName: row.authHeaderName,
    },
    secretSealed: row.secretSealed,
    hasSecret: row.secretSealed !== null,
    inputSchema: row.inputSchema as JsonSchemaObject,
    timeoutSeconds: row.timeoutSeconds,
    idempotent: row.idempotent,
    policy: row.policy as ToolPolicy,
    enabled: row.enabled,
    externalId: row.externalId,
    meta: row.meta as Meta,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
