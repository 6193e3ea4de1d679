import { externalIdTaken, requireFound } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { withoutUndefined } from "../../base/objects.ts";
import type { Page, PageOf } from "../../base/page.ts";
import { type TenantTx, uniqueViolation } from "../../db/index.ts";
import { changedFields, type Origin, recordChange } from "../../workspaces/index.ts";
import { agentErrors } from "../errors.ts";
import { releaseFromAgents } from "../using-agents.ts";
import {
  deleteKnowledgeRow,
  insertKnowledge,
  type Knowledge,
  type KnowledgeFilter,
  type KnowledgeValues,
  keepKnowledge,
  selectKnowledge,
  selectKnowledgePage,
  selectTitles,
  updateKnowledgeRow,
} from "./store.ts";

export type KnowledgeChanges = { readonly [K in keyof KnowledgeValues]?: KnowledgeValues[K] | undefined };

/** Creates a text to look things up in. Throws 409 for an externalId that is taken. */
export async function createKnowledge(
  tx: TenantTx,
  values: KnowledgeValues,
  origin: Origin,
): Promise<Knowledge> {
  const created = await insertKnowledge(tx, newId(), values).catch(throwIfTaken);
  await record(tx, origin, "knowledge.create", undefined, created);
  return created;
}

/** Changes the fields given; searches find the new text at once. Throws 404, 409. */
export async function updateKnowledge(
  tx: TenantTx,
  id: string,
  changes: KnowledgeChanges,
  origin: Origin,
): Promise<Knowledge> {
  const before = requireFound(await selectKnowledge(tx, id, "for update"), "knowledge");
  const after = await updateKnowledgeRow(tx, id, withoutUndefined(changes)).catch(throwIfTaken);
  await record(tx, origin, "knowledge.update", before, after);
  return after;
}

/** Deletes it. Throws 404, and 409 `knowledge_in_use` naming the agents that have it unless `force` takes it from them. */
export async function deleteKnowledge(
  tx: TenantTx,
  id: string,
  { force }: { readonly force: boolean },
  origin: Origin,
): Promise<void> {
  const inUse = agentErrors.knowledge_in_use;
  const given = { what: "knowledgeIds", id, called: "knowledge", inUse, force } as const;
  if (force) await releaseFromAgents(tx, given, origin);
  // The lock keeps agents from being given this between the look and the deletion.
  const knowledge = requireFound(await selectKnowledge(tx, id, "for update"), "knowledge");
  await releaseFromAgents(tx, given, origin);
  await deleteKnowledgeRow(tx, id);
  await record(tx, origin, "knowledge.delete", knowledge, undefined);
}

/** The text, or undefined if the workspace has none with this id. */
export function getKnowledge(tx: TenantTx, id: string): Promise<Knowledge | undefined> {
  return selectKnowledge(tx, id);
}

/** Knowledge, newest first. */
export function listKnowledge(tx: TenantTx, filter: KnowledgeFilter, page: Page): Promise<PageOf<Knowledge>> {
  return selectKnowledgePage(tx, filter, page);
}

/** Those of the ids that no knowledge of the workspace has. What exists stays until this transaction ends. */
export async function findMissingKnowledge(tx: TenantTx, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const kept = new Set(await keepKnowledge(tx, ids));
  return ids.filter((id) => !kept.has(id));
}

function throwIfTaken(error: unknown): never {
  throw uniqueViolation(error) === "knowledge_external_id" ? externalIdTaken("knowledge") : error;
}

const audited = [
  "title",
  "language",
  "tags",
  "enabled",
  "externalId",
  "meta",
] as const satisfies readonly (keyof Knowledge)[];

async function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Knowledge | undefined,
  after: Knowledge | undefined,
): Promise<void> {
  const changed = changedFields(before, after, audited);
  // Texts are long, and what stood in them before is not what an audit asks for: their lengths say that one changed.
  const isChanged = before?.text !== after?.text;
  const lengths = [before?.text.length ?? null, after?.text.length ?? null] as const;
  const changes = isChanged ? { ...changed, textLength: lengths } : changed;
  if (Object.keys(changes).length === 0) return;
  const id = (after ?? before)?.id ?? null;
  await recordChange(tx, { ...origin, action, target: { kind: "knowledge", id }, changes });
}

/** The titles of these texts, for the agent to know what it can search, in this order. Deleted and disabled ones are left out. */
export async function listKnowledgeTitles(tx: TenantTx, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const titles = new Map((await selectTitles(tx, ids)).map(({ id, title }) => [id, title]));
  return ids.flatMap((id) => titles.get(id) ?? []);
}
