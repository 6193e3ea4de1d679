import { createAgent, listAgents } from "../../../api/generated/agents/agents";
import { createChannel, listChannels } from "../../../api/generated/channels/channels";
import { createContact, listContacts } from "../../../api/generated/contacts/contacts";
import type { Agent, Channel, Contact, Task } from "../../../api/generated/model";
import {
  createModelProvider,
  listModelProviders,
} from "../../../api/generated/model-providers/model-providers";
import { createTask, triggerTask } from "../../../api/generated/tasks/tasks";
import { chooseAgent } from "./example-rules.ts";

/** So that a second example writes to the same contact as the first. */
const exampleContactId = "errand-example";

/**
 * Makes a task that works, with what it needs and is not there: an agent on the sandbox model, a web channel, and a
 * contact that is nobody. No real contact is written to. It has run once when this answers.
 */
export async function createExampleTask(timezone: string): Promise<Task> {
  const agent = await findAgent();
  const [channel, contact] = await Promise.all([findChannel(agent), findContact(timezone)]);
  const task = await createTask({
    name: "Example: morning check-in",
    description: "Say good morning, ask how the first days with the product went, and offer help.",
    agentId: agent.id,
    contactId: contact.id,
    channelId: channel.id,
    schedule: { kind: "daily", time: "09:00", timezone },
    sessionDurationSeconds: 3_600,
  });
  await triggerTask(task.id, {});
  return task;
}

async function findAgent(): Promise<Agent> {
  const { items } = await listAgents({ enabled: "true", limit: 100 });
  const chosen = chooseAgent(items);
  if (chosen !== undefined) return chosen;
  const providers = await listModelProviders({ limit: 100 });
  const sandbox =
    providers.items.find(({ kind }) => kind === "sandbox") ??
    (await createModelProvider({ name: "Sandbox", kind: "sandbox" }));
  return await createAgent({
    name: "Example agent",
    instructions: "You look after our customers. Be short and friendly.",
    modelProviderId: sandbox.id,
    model: "sandbox",
  });
}

async function findChannel(agent: Agent): Promise<Channel> {
  const { items } = await listChannels({ platform: "web", status: "connected", limit: 1 });
  const [channel] = items;
  if (channel !== undefined) return channel;
  return await createChannel({ platform: "web", kind: "page", name: "Web page", defaultAgentId: agent.id });
}

async function findContact(timezone: string): Promise<Pick<Contact, "id">> {
  const { items } = await listContacts({ externalId: exampleContactId, limit: 1 });
  const [contact] = items;
  if (contact !== undefined) return contact;
  return await createContact({ name: "Example contact", externalId: exampleContactId, timezone });
}
