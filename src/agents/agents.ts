import { type FieldError, invalidFields, notFoundAt, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { withoutUndefined } from "../base/objects.ts";
import type { Page, PageOf } from "../base/page.ts";
import type { Meta } from "../base/schemas.ts";
import { clearDefaultAgent as clearDefaultAgentOfChannels } from "../channels/index.ts";
import { answerWaiting } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { forgetAgent, forgetRefusal } from "../usage/index.ts";
import { type Origin, recordDifference } from "../workspaces/index.ts";
import {
  type Agent,
  type AgentFilter,
  clearDefaultAgent,
  deleteAgentRow,
  insertAgent,
  lockDefaultAgent,
  selectAgent,
  selectAgents,
  selectDefaultAgent,
  updateAgentRow,
} from "./agent-store.ts";
import { agentDeleted } from "./extension-points.ts";
import { findMissingKnowledge } from "./knowledge/index.ts";
import { keepProvider } from "./provider-store.ts";
import { type LimitChanges, mergeLimits } from "./rules.ts";
import { findMissingTools } from "./tools/index.ts";

export interface NewAgent {
  readonly name: string;
  readonly instructions: string;
  readonly modelProviderId: string;
  readonly model: string;
  readonly temperature?: number | null | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  readonly language?: string | null | undefined;
  readonly guidance?: string | undefined;
  readonly toolIds?: readonly string[] | undefined;
  readonly knowledgeIds?: readonly string[] | undefined;
  /** What is absent stays, null goes back to the default. */
  readonly limits?: LimitChanges | undefined;
  readonly dailyCostUsd?: string | null | undefined;
  readonly monthlyCostUsd?: string | null | undefined;
  readonly enabled?: boolean | undefined;
  readonly isDefault?: boolean | undefined;
  readonly meta?: Meta | undefined;
  readonly demo?: boolean | undefined;
}

export type AgentChanges = { readonly [K in Exclude<keyof NewAgent, "demo">]?: NewAgent[K] | undefined };

/**
 * Creates an agent. It becomes the default only if it says so. Throws 422 at what it refers to that the workspace does
 * not have.
 */
export async function createAgent(tx: TenantTx, agent: NewAgent, origin: Origin): Promise<Agent> {
  await checkReferences(tx, agent);
  if (agent.isDefault) {
    await lockDefaultAgent(tx);
    await clearDefault(tx, origin);
  }
  const created = await insertAgent(tx, {
    id: newId(),
    name: agent.name,
    instructions: agent.instructions,
    modelProviderId: agent.modelProviderId,
    model: agent.model,
    temperature: agent.temperature ?? null,
    maxOutputTokens: agent.maxOutputTokens ?? null,
    language: agent.language ?? null,
    guidance: agent.guidance ?? "",
    toolIds: agent.toolIds ?? [],
    knowledgeIds: agent.knowledgeIds ?? [],
    limits: mergeLimits({}, agent.limits ?? {}),
    dailyCostUsd: agent.dailyCostUsd ?? null,
    monthlyCostUsd: agent.monthlyCostUsd ?? null,
    enabled: agent.enabled ?? true,
    isDefault: agent.isDefault ?? false,
    demo: agent.demo ?? false,
    meta: agent.meta ?? {},
  });
  await record(tx, origin, "agent.create", undefined, created);
  return created;
}

/**
 * Changes the fields given. Making it the default takes that from the agent that was; enabling it, or changing what its
 * calls may cost, has it answer what waits for it. Throws 404, 422.
 */
export async function updateAgent(
  core: Core,
  tx: TenantTx,
  id: string,
  changes: AgentChanges,
  origin: Origin,
): Promise<Agent> {
  await checkReferences(tx, changes);
  if (changes.isDefault) await lockDefaultAgent(tx);
  const before = requireFound(await selectAgent(tx, id, "for update"), "agent");
  if (changes.isDefault && !before.isDefault) await clearDefault(tx, origin);
  const { limits, ...fields } = changes;
  const after = await updateAgentRow(tx, id, {
    ...withoutUndefined(fields),
    ...(limits === undefined ? {} : { limits: mergeLimits(before.limits, limits) }),
  });
  const isAffordable = costFields.some((field) => before[field] !== after[field]);
  if (isAffordable) await forgetRefusal(tx, id);
  if (after.enabled && (!before.enabled || isAffordable)) await answerWaiting(core, tx);
  await record(tx, origin, "agent.update", before, after);
  return after;
}

/** Makes a demo's agent one's own: it is no longer labelled as demo. Throws 404. */
export async function adoptAgent(tx: TenantTx, id: string, origin: Origin): Promise<void> {
  const before = requireFound(await selectAgent(tx, id, "for update"), "agent");
  const after = await updateAgentRow(tx, id, { demo: false });
  const fields = ["demo"] as const;
  await recordDifference(tx, { ...origin, action: "agent.update", kind: "agent", before, after, fields });
}

/** Deletes an agent after everybody who refers to it has dealt with that. Throws 404, and what they throw. */
export async function deleteAgent(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<void> {
  const agent = requireFound(await selectAgent(tx, id, "for update"), "agent");
  for (const handle of core.extensions.of(agentDeleted)) await handle(tx, id);
  await clearDefaultAgentOfChannels(tx, id);
  await forgetAgent(tx, id);
  await deleteAgentRow(tx, id);
  // What it wrote and is held will never go out.
  await answerWaiting(core, tx);
  await record(tx, origin, "agent.delete", agent, undefined);
}

/** The agent, or undefined if the workspace has none with this id. */
export function getAgent(tx: TenantTx, id: string): Promise<Agent | undefined> {
  return selectAgent(tx, id);
}

/** The agent that works where none is named, or undefined. */
export function findDefaultAgent(tx: TenantTx): Promise<Agent | undefined> {
  return selectDefaultAgent(tx);
}

/** Agents, newest first. */
export function listAgents(tx: TenantTx, filter: AgentFilter, page: Page): Promise<PageOf<Agent>> {
  return selectAgents(tx, filter, page);
}

const audited = [
  "name",
  "instructions",
  "modelProviderId",
  "model",
  "temperature",
  "maxOutputTokens",
  "language",
  "guidance",
  "toolIds",
  "knowledgeIds",
  "limits",
  "dailyCostUsd",
  "monthlyCostUsd",
  "enabled",
  "isDefault",
  "meta",
] as const satisfies readonly (keyof Agent)[];

function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Agent | undefined,
  after: Agent | undefined,
): Promise<void> {
  return recordDifference(tx, { ...origin, action, kind: "agent", before, after, fields: audited });
}

/** Takes the default from the agent that has it, if one has. */
async function clearDefault(tx: TenantTx, origin: Origin): Promise<void> {
  const former = await clearDefaultAgent(tx);
  if (former !== undefined) await record(tx, origin, "agent.update", { ...former, isDefault: true }, former);
}

/** What decides whether a budget has room for the agent's calls. */
const costFields = [
  "modelProviderId",
  "model",
  "maxOutputTokens",
  "dailyCostUsd",
  "monthlyCostUsd",
] as const satisfies readonly (keyof Agent)[];

/** Throws 422 with every id that the workspace does not have, at its place. */
async function checkReferences(tx: TenantTx, agent: AgentChanges): Promise<void> {
  const faults = await listReferenceFaults(tx, agent);
  if (faults.length > 0) throw invalidFields(...faults);
}

/** A fault for every id that the workspace does not have, at its place. What exists stays until the transaction ends. */
export async function listReferenceFaults(
  tx: TenantTx,
  agent: Pick<AgentChanges, "modelProviderId" | "toolIds" | "knowledgeIds">,
): Promise<readonly FieldError[]> {
  const { modelProviderId, toolIds = [], knowledgeIds = [] } = agent;
  const [isKept, missingTools, missingKnowledge] = await Promise.all([
    modelProviderId === undefined || keepProvider(tx, modelProviderId),
    toolIds.length === 0 ? [] : findMissingTools(tx, toolIds),
    knowledgeIds.length === 0 ? [] : findMissingKnowledge(tx, knowledgeIds),
  ]);
  return [
    ...(isKept ? [] : [notFoundAt("modelProviderId", "model provider")]),
    ...listMissing("toolIds", "tool", toolIds, missingTools),
    ...listMissing("knowledgeIds", "knowledge text", knowledgeIds, missingKnowledge),
  ];
}

function listMissing(
  field: string,
  what: string,
  ids: readonly string[],
  missing: readonly string[],
): readonly FieldError[] {
  return ids.flatMap((id, index) => (missing.includes(id) ? [notFoundAt(`${field}.${index}`, what)] : []));
}
