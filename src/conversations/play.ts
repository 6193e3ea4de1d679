import { sha256 } from "../base/crypto.ts";
import { AppError, invalidField, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { getChannel, platformOf } from "../channels/index.ts";
import { getContact } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type Origin, recordChange } from "../workspaces/index.ts";
import { conversationErrors } from "./errors.ts";
import { mayBePlayed } from "./rules.ts";
import { deleteExpiredVisitors, insertVisitor } from "./visitor-store.ts";
import { type NewVisitor, newVisitorToken } from "./visitors.ts";

export interface PlayedContact extends NewVisitor {
  readonly expiresAt: Date;
}

/** A trial is over in a day; whoever goes on takes another token. */
const playMs = 86_400_000;

/**
 * Lets somebody of the company speak as a contact on a web channel, to try its agent out. Does not count as a visit of
 * the contact's: where tasks write to it stays as it is until something is written. Throws 404, 409 `channel_disabled`,
 * 422 `channel_not_web` and at `contactId`.
 */
export async function playContact(
  core: Core,
  tx: TenantTx,
  play: { readonly channelId: string; readonly contactId: string },
  origin: Origin,
): Promise<PlayedContact> {
  const { channelId, contactId } = play;
  const channel = requireFound(await getChannel(tx, channelId), "channel");
  if (!mayBePlayed(platformOf(channel).platform)) throw new AppError(conversationErrors.channel_not_web);
  if (channel.status !== "connected") throw new AppError(conversationErrors.channel_disabled);
  if ((await getContact(tx, contactId)) === undefined)
    throw invalidField("contactId", "not_found", "there is no contact with this id in the workspace");
  const token = newVisitorToken();
  const expiresAt = new Date(core.clock.now().getTime() + playMs);
  await deleteExpiredVisitors(tx, play);
  await insertVisitor(tx, {
    id: newId(),
    channelId,
    contactId,
    tokenHash: sha256(token),
    verified: false,
    expiresAt,
  });
  await recordChange(tx, {
    ...origin,
    action: "channel.play_contact",
    target: { kind: "channel", id: channelId },
    changes: { contactId: [null, contactId] },
  });
  return { token, contactId, expiresAt };
}
