import { contribute, Extensions } from "../src/base/extensions.ts";
import { newId } from "../src/base/ids.ts";
import { agentExists, channelsModule, createChannel } from "../src/channels/index.ts";
import { contactsModule, createContact } from "../src/contacts/index.ts";
import { conversationsModule, gateFacts, receiveMessage } from "../src/conversations/index.ts";
import type { TenantTx } from "../src/db/index.ts";
import type { Module } from "../src/engine/index.ts";
import type { Origin } from "../src/workspaces/index.ts";
import { createTestCore, type TestCore } from "./core.ts";

export interface ConversationFixture {
  readonly core: TestCore;
  readonly modules: readonly Module[];
  readonly workspaceId: string;
  /** Exists and is enabled; has no row. */
  readonly agentId: string;
  /** Agents that exist but are disabled. */
  readonly disabledAgents: Set<string>;
  tenant<T>(work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** A contact on a web channel, in a workspace of its own or shared. */
  newContact(options?: {
    readonly channelId?: string;
    readonly defaultAgentId?: string | null;
  }): Promise<Place>;
  /** Writes as the contact. */
  write(place: Place, text: string, clientMessageId?: string): ReturnType<typeof receiveMessage>;
}

export interface Place {
  readonly contactId: string;
  readonly channelId: string;
}

/** The program itself. */
export const origin: Origin = { caller: null, requestId: null };

/** Contacts, channels and conversations on a database of their own, with agents that need no row. */
export async function createConversationFixture(): Promise<ConversationFixture> {
  const extensions = new Extensions();
  const core = await createTestCore({ extensions });
  const workspaceId = await core.newWorkspace();
  const agentId = newId();
  const disabledAgents = new Set<string>();
  const modules = [contactsModule(core), channelsModule(core), conversationsModule(core)];
  extensions.add([
    ...modules.flatMap((module) => module.contributions ?? []),
    contribute(agentExists, async () => true),
    contribute(gateFacts, async (_tx, question) => ({
      agentEnabled: question.agentId !== null && !disabledAgents.has(question.agentId),
    })),
  ]);
  const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => core.db.tenant(workspaceId, work);
  return {
    core,
    modules,
    workspaceId,
    agentId,
    disabledAgents,
    tenant,
    newContact: (options = {}) =>
      tenant(async (tx) => {
        const { defaultAgentId = agentId } = options;
        const contact = await createContact(core, tx, { name: "Anna" }, origin);
        const web = { platform: "web", kind: "widget", name: "Website", defaultAgentId };
        return {
          contactId: contact.id,
          channelId: options.channelId ?? (await createChannel(core, tx, web, origin)).id,
        };
      }),
    write: (place, text, clientMessageId = newId()) =>
      tenant((tx) => receiveMessage(core, tx, { ...place, text, clientMessageId })),
  };
}
