import { type Selectable, sql, type Updateable } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../../base/page.ts";
import type { Meta } from "../../base/schemas.ts";
import { toStorableJson } from "../../base/text.ts";
import type { DB, TenantTx } from "../../db/index.ts";

/** Every column but `search`, which is large and only for the database. */
const columns = [
  "id",
  "title",
  "text",
  "language",
  "tags",
  "enabled",
  "externalId",
  "meta",
  "createdAt",
  "updatedAt",
] as const;

type KnowledgeRow = Pick<Selectable<DB["knowledge"]>, (typeof columns)[number]>;

/** A text that agents can look things up in. Ids are UUIDs. */
export interface Knowledge {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** BCP 47; decides how words are reduced to their stems. Null: they are compared as they are. */
  readonly language: string | null;
  readonly tags: readonly string[];
  /** While false no agent finds it. */
  readonly enabled: boolean;
  readonly externalId: string | null;
  readonly meta: Meta;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What it is made of in the database, without what the database fills in. */
export type KnowledgeValues = Omit<Knowledge, "id" | "createdAt" | "updatedAt">;

export interface KnowledgeFilter {
  /** Words of the title or text, or a part of the title in any case. */
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  readonly language?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly externalId?: string | undefined;
}

/** One text that a search found. */
export interface FoundKnowledge {
  readonly id: string;
  readonly title: string;
  /** The whole text where it is short, else the parts around the words looked for. */
  readonly excerpt: string;
}

/** Throws the unique violation `knowledge_external_id`. */
export async function insertKnowledge(tx: TenantTx, id: string, values: KnowledgeValues): Promise<Knowledge> {
  const { tags, meta, ...plain } = values;
  const row = await tx.db
    .insertInto("knowledge")
    .values({ ...plain, tags: [...tags], meta: toStorableJson(meta), workspaceId: tx.workspaceId, id })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toKnowledge(row);
}

/** With a lock nobody else changes or deletes it until this transaction ends. */
export async function selectKnowledge(
  tx: TenantTx,
  id: string,
  lock?: "for update",
): Promise<Knowledge | undefined> {
  const query = tx.db
    .selectFrom("knowledge")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id);
  const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
  return row === undefined ? undefined : toKnowledge(row);
}

/** Those of the ids that are knowledge; it then stays until this transaction ends. */
export async function keepKnowledge(tx: TenantTx, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await tx.db
    .selectFrom("knowledge")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "in", ids)
    .orderBy("id")
    .forKeyShare()
    .execute();
  return rows.map(({ id }) => id);
}

/** Titles of the enabled texts among these ids, in any order. */
export async function selectTitles(
  tx: TenantTx,
  ids: readonly string[],
): Promise<readonly Pick<Knowledge, "id" | "title">[]> {
  return await tx.db
    .selectFrom("knowledge")
    .select(["id", "title"])
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "in", ids)
    .where("enabled", "=", true)
    .execute();
}

/** Knowledge, newest first. */
export async function selectKnowledgePage(
  tx: TenantTx,
  filter: KnowledgeFilter,
  page: Page,
): Promise<PageOf<Knowledge>> {
  const before = pageStart(page);
  let query = tx.db
    .selectFrom("knowledge")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  const { q, tag, language, enabled, externalId } = filter;
  if (before !== undefined) query = query.where("id", "<", before);
  if (tag !== undefined) query = query.where(sql<boolean>`${tag} = any(tags)`);
  if (language !== undefined) query = query.where("language", "=", language);
  if (enabled !== undefined) query = query.where("enabled", "=", enabled);
  if (externalId !== undefined) query = query.where("externalId", "=", externalId);
  if (q !== undefined)
    query = query.where(
      sql<boolean>`(id in (select knowledge_with_words(${q})) or strpos(lower(title), lower(${q})) > 0)`,
    );
  return pageFrom((await query.execute()).map(toKnowledge), page.limit);
}

/** The enabled texts among these ids that fit a question best, best first. */
export async function selectMatchingKnowledge(
  tx: TenantTx,
  question: string,
  ids: readonly string[],
  limit: number,
): Promise<readonly FoundKnowledge[]> {
  const { rows } = await tx.query<{ id: string; title: string; excerpt: string }>({
    text: "select id, title, excerpt from search_knowledge($1, $2::uuid[], $3)",
    values: [question, [...ids], limit],
  });
  return rows;
}

export async function updateKnowledgeRow(
  tx: TenantTx,
  id: string,
  changes: Partial<KnowledgeValues>,
): Promise<Knowledge> {
  const { tags, meta, ...plain } = changes;
  const values: Updateable<DB["knowledge"]> = {
    ...plain,
    ...(tags === undefined ? {} : { tags: [...tags] }),
    ...(meta === undefined ? {} : { meta: toStorableJson(meta) }),
  };
  const row = await tx.db
    .updateTable("knowledge")
    .set((eb) => ({ ...values, updatedAt: eb.fn("now") }))
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toKnowledge(row);
}

export async function deleteKnowledgeRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom("knowledge")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
}

function toKnowledge({ meta, ...row }: KnowledgeRow): Knowledge {
  // The API lets nothing but objects in.
  return { ...row, meta: meta as Meta };
}
