import { randomToken } from "../base/crypto.ts";
import { AppError, invalidField, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import type { TenantTx } from "../db/index.ts";
import { announce, type Core } from "../engine/index.ts";
import { type Origin, recordChange, recordDifference } from "../workspaces/index.ts";
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
export async function createChannel(
  core: Core,
  tx: TenantTx,
  channel: NewChannel,
  origin: Origin,
): Promise<Channel> {
  const { platform, kind, name, defaultAgentId = null, meta = {}, demo = false } = channel;
  checkKind(platform, kind);
  await checkAgent(core, tx, defaultAgentId);
  const id = newId();
  const secretSealed = sealSecret(core, id, randomToken());
  const created = await insertChannel(tx, {
    id,
    platform,
    kind,
    name,
    defaultAgentId,
    meta,
    demo,
    secretSealed,
  });
  await record(tx, origin, "channel.create", undefined, created);
  return created;
}

/** Undefined if there is no such channel in the workspace. */
export function getChannel(tx: TenantTx, id: string): Promise<Channel | undefined> {
  return selectChannel(tx, id);
}

/** Channels, newest first. */
export function listChannels(tx: TenantTx, filter: ChannelFilter, page: Page): Promise<PageOf<Channel>> {
  return selectChannels(tx, filter, page);
}

/** Changes the fields given. Throws 404, and 422 as `createChannel` does. */
export async function updateChannel(
  core: Core,
  tx: TenantTx,
  id: string,
  change: ChannelChange,
  origin: Origin,
): Promise<Channel> {
  const before = requireFound(await selectChannel(tx, id, "for update"), "channel");
  if (change.kind !== undefined) checkKind(before.platform, change.kind);
  await checkAgent(core, tx, change.defaultAgentId ?? null);
  const after = requireFound(await updateChannelRow(tx, id, change), "channel");
  for (const handle of core.extensions.of(channelChanged)) await handle(tx, before, after);
  await record(tx, origin, "channel.update", before, after);
  return after;
}

/** Makes a demo's channel one's own: it is no longer labelled as demo. Throws 404. */
export async function adoptChannel(tx: TenantTx, id: string, origin: Origin): Promise<void> {
  const before = requireFound(await selectChannel(tx, id, "for update"), "channel");
  const after = requireFound(await updateChannelRow(tx, id, { demo: false }), "channel");
  const fields = ["demo"] as const;
  await recordDifference(tx, { ...origin, action: "channel.update", kind: "channel", before, after, fields });
}

/** Deletes a channel. Throws 409 `channel_in_use` while it has conversations, unless these are to go as well; 404. */
export async function deleteChannel(
  core: Core,
  tx: TenantTx,
  id: string,
  options: { readonly withConversations: boolean },
  origin: Origin,
): Promise<void> {
  const channel = requireFound(await selectChannel(tx, id, "for update"), "channel");
  if (!options.withConversations) {
    for (const inUse of core.extensions.of(channelInUse))
      if (await inUse(tx, id)) throw new AppError(channelErrors.channel_in_use);
  }
  for (const end of core.extensions.of(channelDeleted)) await end(tx, id);
  await deleteChannelRow(tx, id);
  await record(tx, origin, "channel.delete", channel, undefined);
}

/** Leaves the channels of a deleted agent without a default agent. */
export function clearDefaultAgent(tx: TenantTx, agentId: string): Promise<void> {
  announce(tx, { kind: "channel", id: null });
  return clearDefaultAgentRows(tx, agentId);
}

/** The secret under which a website proves who its visitors are. Throws 404. */
export async function readSecret(core: Core, tx: TenantTx, id: string): Promise<string> {
  const sealed = requireFound(await selectSecret(tx, id), "channel");
  return core.cipher.open(sealed, secretContext(id));
}

/** The secret for somebody's eyes, which the audit log keeps. Throws 404. */
export async function showSecret(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<string> {
  const secret = await readSecret(core, tx, id);
  await recordChange(tx, { ...origin, action: "channel.read_secret", target: { kind: "channel", id } });
  return secret;
}

/** A new secret; proofs made with the old one are refused from now on. Throws 404. */
export async function rotateSecret(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<string> {
  const secret = randomToken();
  requireFound(await updateChannelRow(tx, id, { secretSealed: sealSecret(core, id, secret) }), "channel");
  await recordChange(tx, { ...origin, action: "channel.rotate_secret", target: { kind: "channel", id } });
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

const audited = [
  "platform",
  "kind",
  "name",
  "status",
  "defaultAgentId",
  "meta",
] as const satisfies readonly (keyof Channel)[];

function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Channel | undefined,
  after: Channel | undefined,
): Promise<void> {
  return recordDifference(tx, { ...origin, action, kind: "channel", before, after, fields: audited });
}
