import { randomToken } from "../base/crypto.ts";
import { AppError, invalidField, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import type { Channel } from "./channel.ts";
import { channelErrors } from "./errors.ts";
import { agentExists, channelChanged, channelDeleted, channelInUse } from "./extension-points.ts";
import { platforms } from "./platforms/index.ts";
import {
  type ChannelChange,
  type ChannelFilter,
  clearDefaultAgentRows,
  deleteChannelRow,
  insertChannel,
  selectChannel,
  selectChannels,
  selectSecret,
  selectWorkspaceOfChannel,
  updateChannelRow,
} from "./store.ts";

export interface NewChannel {
  readonly platform: string;
  readonly kind: string;
  readonly name: string;
  readonly defaultAgentId?: string | null | undefined;
  readonly meta?: Channel["meta"] | undefined;
  readonly demo?: boolean;
}

/** Connects a channel, with a new secret. Throws 422 for a kind that its platform does not have or an unknown agent. */
export async function createChannel(core: Core, tx: TenantTx, channel: NewChannel): Promise<Channel> {
  const { platform, kind, name, defaultAgentId = null, meta = {}, demo = false } = channel;
  checkKind(platform, kind);
  await checkAgent(core, tx, defaultAgentId);
  const id = newId();
  const secretSealed = sealSecret(core, id, randomToken());
  return insertChannel(tx, { id, platform, kind, name, defaultAgentId, meta, demo, secretSealed });
}

/** Undefined if there is no such channel in the workspace. */
export function getChannel(tx: TenantTx, id: string): Promise<Channel | undefined> {
  return selectChannel(tx, id);
}

export function listChannels(tx: TenantTx, filter: ChannelFilter, page: Page): Promise<PageOf<Channel>> {
  return selectChannels(tx, filter, page);
}

/** Channel before and after the change. Throws 404, and 422 as `createChannel` does. */
export async function updateChannel(
  core: Core,
  tx: TenantTx,
  id: string,
  change: ChannelChange,
): Promise<{ readonly before: Channel; readonly after: Channel }> {
  const before = requireFound(await selectChannel(tx, id, "for update"), "channel");
  if (change.kind !== undefined) checkKind(before.platform, change.kind);
  await checkAgent(core, tx, change.defaultAgentId ?? null);
  const after = requireFound(await updateChannelRow(tx, id, change), "channel");
  for (const handle of core.extensions.of(channelChanged)) await handle(tx, before, after);
  return { before, after };
}

/** Deletes a channel. Throws 409 `channel_in_use` while it has conversations, unless these are to go as well; 404. */
export async function deleteChannel(
  core: Core,
  tx: TenantTx,
  id: string,
  options: { readonly withConversations: boolean },
): Promise<void> {
  requireFound(await selectChannel(tx, id, "for update"), "channel");
  if (!options.withConversations) {
    for (const inUse of core.extensions.of(channelInUse))
      if (await inUse(tx, id)) throw new AppError(channelErrors.channel_in_use);
  }
  for (const end of core.extensions.of(channelDeleted)) await end(tx, id);
  await deleteChannelRow(tx, id);
}

/** Leaves the channels of a deleted agent without a default agent. */
export function clearDefaultAgent(tx: TenantTx, agentId: string): Promise<void> {
  return clearDefaultAgentRows(tx, agentId);
}

/** The secret under which a website proves who its visitors are. Throws 404. */
export async function readSecret(core: Core, tx: TenantTx, id: string): Promise<string> {
  const sealed = requireFound(await selectSecret(tx, id), "channel");
  return core.cipher.open(sealed, secretContext(id));
}

/** A new secret; proofs made with the old one are refused from now on. Throws 404. */
export async function rotateSecret(core: Core, tx: TenantTx, id: string): Promise<string> {
  const secret = randomToken();
  requireFound(await updateChannelRow(tx, id, { secretSealed: sealSecret(core, id, secret) }), "channel");
  return secret;
}

/** The workspace of a channel, for the routes of the contact's side; undefined if there is no such channel. */
export function findWorkspaceOfChannel(core: Core, id: string): Promise<string | undefined> {
  return selectWorkspaceOfChannel(core.db, id);
}

function secretContext(id: string): string {
  return `channel-secret:${id}`;
}

function sealSecret(core: Core, id: string, secret: string): Buffer {
  return core.cipher.seal(secret, secretContext(id));
}

function checkKind(platform: string, kind: string): void {
  const kinds = platforms.find(({ name }) => name === platform)?.kinds.map(({ name }) => name) ?? [];
  if (!kinds.includes(kind))
    throw invalidField("kind", "kind_unknown", `must be one of ${kinds.join(", ")} on ${platform}`);
}

async function checkAgent(core: Core, tx: TenantTx, agentId: string | null): Promise<void> {
  if (agentId === null) return;
  for (const exists of core.extensions.of(agentExists)) if (await exists(tx, agentId)) return;
  throw invalidField("defaultAgentId", "not_found", "there is no agent with this id in the workspace");
}
