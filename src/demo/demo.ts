import {
  adoptAgent,
  createAgent,
  createModelProvider,
  deleteAgent,
  deleteModelProvider,
  getModelProvider,
  listAgents,
} from "../agents/index.ts";
import type { Page } from "../base/page.ts";
import { adoptChannel, createChannel, deleteChannel, listChannels } from "../channels/index.ts";
import { adoptContact, createContact, deleteContact, listContacts } from "../contacts/index.ts";
import { hasConversationsOfOthers } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { createTask, deleteTask, hasOwnTasks, listTasks, triggerTask } from "../tasks/index.ts";
import { firstWorkspaceId, type Origin, takeDemoWish } from "../workspaces/index.ts";

/** A demo has one or two objects of each kind. */
const few: Page = { limit: 100 };

const labelled = { demo: true } as const;

/** What of the demo something of one's own uses: a task, others' conversations, or a channel that stays. */
export interface Kept {
  readonly kind: "agent" | "contact" | "channel";
  readonly id: string;
  readonly reason: "task" | "conversations" | "channel";
}

/** What the removal deletes, and what it leaves. */
export interface Demo {
  readonly agentIds: readonly string[];
  readonly contactIds: readonly string[];
  readonly channelIds: readonly string[];
  readonly taskIds: readonly string[];
  readonly kept: readonly Kept[];
}

/** The program itself, at the first start. */
const nobody: Origin = { caller: null, requestId: null };

/**
 * Makes the demo in the first workspace if its first start wanted one and it is not there yet; a start that died in the
 * middle leaves it to the next. With `wanted` false the wish is dropped, so that no demo appears at some later start.
 */
export async function settleDemo(core: Core, wanted: boolean): Promise<void> {
  const workspaceId = await firstWorkspaceId(core);
  if (workspaceId === undefined) return;
  await core.db.tenant(workspaceId, async (tx) => {
    if ((await takeDemoWish(tx)) && wanted) await fillDemo(core, tx);
  });
}

/**
 * Makes the demo in a workspace: an agent on the sandbox model, a contact, a web channel, and a task every two minutes
 * that writes to the contact. All are marked as demo. The task runs once right away.
 */
export async function createDemo(core: Core, workspaceId: string): Promise<void> {
  await core.db.tenant(workspaceId, (tx) => fillDemo(core, tx));
}

async function fillDemo(core: Core, tx: TenantTx): Promise<void> {
  const provider = await createModelProvider(core, tx, { name: "Sandbox", kind: "sandbox" }, nobody);
  const agent = await createAgent(
    tx,
    {
      name: "Demo agent",
      instructions: "You look after the customers of a demo company. Be short and friendly.",
      modelProviderId: provider.id,
      model: "sandbox",
      isDefault: true,
      demo: true,
    },
    nobody,
  );
  const channel = await createChannel(
    core,
    tx,
    {
      platform: "web",
      kind: "page",
      name: "Demo web page",
      defaultAgentId: agent.id,
      demo: true,
    },
    nobody,
  );
  const contact = await createContact(
    core,
    tx,
    {
      name: "Demo contact",
      timezone: "Europe/Berlin",
      language: "en",
      attributes: { plan: "trial" },
      tags: ["demo"],
      demo: true,
    },
    nobody,
  );
  const task = await createTask(
    core,
    tx,
    {
      name: "Demo: ask how it is going",
      description: "Ask how the first days with the product went and offer help.",
      agentId: agent.id,
      contactId: contact.id,
      channelId: channel.id,
      schedule: { kind: "cron", cron: "*/2 * * * *", timezone: "UTC" },
      sessionDurationSeconds: 3600,
      demo: true,
    },
    nobody,
  );
  await triggerTask(core, tx, task.id, nobody);
}

/** The demo's contacts, for whoever plays them. */
export async function listDemoContacts(tx: TenantTx): Promise<readonly string[]> {
  return ids(await listContacts(tx, labelled, few));
}

/**
 * What removing the demo would delete, and what it would leave: a contact that a task of one's own is about, a channel
 * on which others have conversations or a task writes, an agent that does tasks or answers on a channel that stays.
 */
export async function findDemo(tx: TenantTx): Promise<Demo> {
  const kept: Kept[] = [];
  const contactIds: string[] = [];
  for (const { id } of (await listContacts(tx, labelled, few)).items)
    if (await hasOwnTasks(tx, { contactId: id })) kept.push({ kind: "contact", id, reason: "task" });
    else contactIds.push(id);

  const channelIds: string[] = [];
  for (const { id } of (await listChannels(tx, labelled, few)).items)
    if (await hasOwnTasks(tx, { channelId: id })) kept.push({ kind: "channel", id, reason: "task" });
    else if (await hasConversationsOfOthers(tx, id, contactIds))
      kept.push({ kind: "channel", id, reason: "conversations" });
    else channelIds.push(id);

  const agentIds: string[] = [];
  for (const { id, isDefault } of (await listAgents(tx, labelled, few)).items) {
    const channels = ids(await listChannels(tx, { defaultAgentId: id }, few));
    if (await hasOwnTasks(tx, { agentId: id, isDefault })) kept.push({ kind: "agent", id, reason: "task" });
    else if (channels.some((channelId) => !channelIds.includes(channelId)))
      kept.push({ kind: "agent", id, reason: "channel" });
    else agentIds.push(id);
  }
  return { taskIds: ids(await listTasks(tx, labelled, few)), agentIds, contactIds, channelIds, kept };
}

/**
 * Removes what is marked as demo, with its conversations and executions; a model provider that then no agent uses goes
 * too if it is the sandbox. What something of one's own uses stays and is no longer marked. Answers both.
 */
export async function removeDemo(core: Core, tx: TenantTx, origin: Origin): Promise<Demo> {
  const demo = await findDemo(tx);
  const providers = new Set<string>();
  for (const agent of (await listAgents(tx, labelled, few)).items) providers.add(agent.modelProviderId);
  for (const id of demo.taskIds) await deleteTask(core, tx, id, origin);
  for (const id of demo.contactIds) await deleteContact(core, tx, id, origin);
  // Whoever opened a conversation on it in this moment keeps it: the removal is refused.
  for (const id of demo.channelIds) await deleteChannel(core, tx, id, { withConversations: false }, origin);
  for (const id of demo.agentIds) await deleteAgent(core, tx, id, origin);
  for (const { kind, id } of demo.kept) await adopt[kind](tx, id, origin);
  for (const modelProviderId of providers) {
    const isSandbox = (await getModelProvider(tx, modelProviderId))?.kind === "sandbox";
    const stillUsed = await listAgents(tx, { modelProviderId }, { limit: 1 });
    if (isSandbox && stillUsed.items.length === 0) await deleteModelProvider(tx, modelProviderId, origin);
  }
  return demo;
}

const adopt = { agent: adoptAgent, channel: adoptChannel, contact: adoptContact } as const;

function ids(page: { readonly items: readonly { readonly id: string }[] }): readonly string[] {
  return page.items.map(({ id }) => id);
}
