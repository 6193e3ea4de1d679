import { invalidField, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { withoutUndefined } from "../base/objects.ts";
import type { Page, PageOf } from "../base/page.ts";
import type { Meta } from "../base/schemas.ts";
import { clearDefaultAgent as clearDefaultAgentOfChannels } from "../channels/index.ts";
import { answerWaiting } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { changedFields, type Origin, recordChange } from "../workspaces/index.ts";
import {
  type Agent,
  type AgentFilter,
  clearDefaultAgent,
  deleteAgentRow,
  insertAgent,
  lockDefaultAgent,
  selectAgent,
  selectAgentForUpdate,
  selectAgents,
  selectDefaultAgent,
  updateAgentRow,
} from "./agent-store.ts";
import { agentDeleted } from "./extension-points.ts";
import { keepProvider } from "./provider-store.ts";

export interface NewAgent {
  readonly name: string;
  readonly instructions: string;
  readonly modelProviderId: string;
  readonly model: string;
  readonly enabled?: boolean | undefined;
  readonly isDefault?: boolean | undefined;
  readonly meta?: Meta | undefined;
  readonly demo?: boolean | undefined;
}

export type AgentChanges = { readonly [K in Exclude<keyof NewAgent, "demo">]?: NewAgent[K] | undefined };

/**
 * What an agent's work runs on, fixed at its start and kept in the journal. The provider's address and API key are
 * not in it: they are read at each model call, so that a key is never stored in the open and can be replaced.
 */
export interface AgentSnapshot {
  readonly id: string;
  readonly name: string;
  readonly instructions: string;
  readonly modelProviderId: string;
  readonly model: string;
}

/** Creates an agent. It becomes the default only if it says so. Throws 422 at `modelProviderId`. */
export async function createAgent(tx: TenantTx, agent: NewAgent, origin: Origin): Promise<Agent> {
  await checkProvider(tx, agent.modelProviderId);
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
    enabled: agent.enabled ?? true,
    isDefault: agent.isDefault ?? false,
    demo: agent.demo ?? false,
    meta: agent.meta ?? {},
  });
  await record(tx, origin, "agent.create", undefined, created);
  return created;
}

/**
 * Changes the fields given. Making it the default takes that from the agent that was; enabling it has it answer what
 * waits for it. Throws 404, 422.
 */
export async function updateAgent(
  core: Core,
  tx: TenantTx,
  id: string,
  changes: AgentChanges,
  origin: Origin,
): Promise<Agent> {
  if (changes.modelProviderId !== undefined) await checkProvider(tx, changes.modelProviderId);
  if (changes.isDefault) await lockDefaultAgent(tx);
  const before = requireFound(await selectAgentForUpdate(tx, id), "agent");
  if (changes.isDefault && !before.isDefault) await clearDefault(tx, origin);
  const after = await updateAgentRow(tx, id, withoutUndefined(changes));
  if (after.enabled && !before.enabled) await answerWaiting(core, tx);
  await record(tx, origin, "agent.update", before, after);
  return after;
}

/** Deletes an agent after everybody who refers to it has dealt with that. Throws 404, and what they throw. */
export async function deleteAgent(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<void> {
  const agent = requireFound(await selectAgentForUpdate(tx, id), "agent");
  for (const handle of core.extensions.of(agentDeleted)) await handle(tx, id);
  await clearDefaultAgentOfChannels(tx, id);
  await deleteAgentRow(tx, id);
  await record(tx, origin, "agent.delete", agent, undefined);
}

/** The agent, or undefined if the workspace has none with this id. */
export function loadAgent(tx: TenantTx, id: string): Promise<Agent | undefined> {
  return selectAgent(tx, id);
}

/** The agent that works where none is named, or undefined. */
export function findDefaultAgent(tx: TenantTx): Promise<Agent | undefined> {
  return selectDefaultAgent(tx);
}

export function listAgents(tx: TenantTx, filter: AgentFilter, page: Page): Promise<PageOf<Agent>> {
  return selectAgents(tx, filter, page);
}

/** The agent as its executions see it. */
export function snapshotAgent(agent: Agent): AgentSnapshot {
  const { id, name, instructions, modelProviderId, model } = agent;
  return { id, name, instructions, modelProviderId, model };
}

const audited = [
  "name",
  "instructions",
  "modelProviderId",
  "model",
  "enabled",
  "isDefault",
  "meta",
] as const satisfies readonly (keyof Agent)[];

async function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Agent | undefined,
  after: Agent | undefined,
): Promise<void> {
  const changes = changedFields(before, after, audited);
  if (Object.keys(changes).length === 0) return;
  const id = (after ?? before)?.id ?? null;
  await recordChange(tx, { ...origin, action, target: { kind: "agent", id }, changes });
}

/** Takes the default from the agent that has it, if one has. */
async function clearDefault(tx: TenantTx, origin: Origin): Promise<void> {
  const former = await clearDefaultAgent(tx);
  if (former !== undefined) await record(tx, origin, "agent.update", { ...former, isDefault: true }, former);
}

async function checkProvider(tx: TenantTx, id: string): Promise<void> {
  if (await keepProvider(tx, id)) return;
  throw invalidField("modelProviderId", "not_found", "must be the id of a model provider of this workspace");
}
