import {
  createAgent,
  createModelProvider,
  deleteAgent,
  deleteModelProvider,
  listAgents,
} from "../agents/index.ts";
import type { Page } from "../base/page.ts";
import { createChannel, deleteChannel, listChannels } from "../channels/index.ts";
import { createContact, deleteContact, listContacts } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { createTask, deleteTask, listTasks, triggerTask } from "../tasks/index.ts";
import { firstWorkspaceId, type Origin, takeDemoWish } from "../workspaces/index.ts";

/** A demo has one or two objects of each kind. */
const few: Page = { limit: 100 };

export interface Demo {
  readonly agentIds: readonly string[];
  readonly contactIds: readonly string[];
  readonly channelIds: readonly string[];
  readonly taskIds: readonly string[];
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

/** What of the demo is still there. */
export async function findDemo(tx: TenantTx): Promise<Demo> {
  const demo = { demo: true } as const;
  const ids = (page: { readonly items: readonly { readonly id: string }[] }) =>
    page.items.map(({ id }) => id);
  return {
    taskIds: ids(await listTasks(tx, demo, few)),
    agentIds: ids(await listAgents(tx, demo, few)),
    channelIds: ids(await listChannels(tx, demo, few)),
    contactIds: ids(await listContacts(tx, demo, few)),
  };
}

/**
 * Removes everything that is marked as demo, with its conversations and executions; a model provider that then no
 * agent uses goes too if it is the sandbox. Answers what was removed. What people made themselves stays.
 */
export async function removeDemo(core: Core, tx: TenantTx, origin: Origin): Promise<Demo> {
  const demo = await findDemo(tx);
  const providers = new Set<string>();
  for (const agent of (await listAgents(tx, { demo: true }, few)).items) providers.add(agent.modelProviderId);
  for (const id of demo.taskIds) await deleteTask(core, tx, id, origin);
  for (const id of demo.channelIds) await deleteChannel(core, tx, id, { withConversations: true }, origin);
  for (const id of demo.contactIds) await deleteContact(core, tx, id, origin);
  for (const id of demo.agentIds) await deleteAgent(core, tx, id, origin);
  for (const modelProviderId of providers) {
    const stillUsed = await listAgents(tx, { modelProviderId }, { limit: 1 });
    if (stillUsed.items.length === 0) await deleteModelProvider(tx, modelProviderId, origin);
  }
  return demo;
}
