import { bearerToken } from "../base/credentials.ts";
import { equalSecret, hmacHex, randomToken, sha256 } from "../base/crypto.ts";
import { AppError, invalidField, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Credentials } from "../base/route.ts";
import { findWorkspaceOfChannel, getChannel, readSecret } from "../channels/index.ts";
import { addIdentity, type Contact, createContact, ensureContact } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { createSourceLimit } from "../workspaces/index.ts";
import { announceConversation } from "./announce.ts";
import type { Message } from "./conversation.ts";
import { conversationErrors } from "./errors.ts";
import { markDelivered, type ScrollPosition, selectScroll } from "./message-store.ts";
import { insertVisitor, selectVisitorByToken, type Visitor } from "./visitor-store.ts";

/** Who a visitor says to be; `hash` is the hex HMAC-SHA256 of the externalId under the channel's secret. */
export interface ClaimedIdentity {
  readonly externalId: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly hash: string;
}

export interface NewVisitor {
  /** Shown to the contact's side once; only its hash is stored. */
  readonly token: string;
  readonly contactId: string;
}

/** By it the token is told from an API key, and found where it leaked into a log. */
const tokenPrefix = "vis_";

/** A token by which somebody speaks as a contact. */
export function newVisitorToken(): string {
  return `${tokenPrefix}${randomToken()}`;
}

/**
 * Lets somebody speak on a web channel: as a new contact, or as the contact with a proved externalId. Name and e-mail
 * are not covered by the proof, so they only fill what the contact does not have yet. Throws 404, 409
 * `channel_disabled`, 422 at `identity.hash`.
 */
export async function createVisitor(
  core: Core,
  channelId: string,
  identity: ClaimedIdentity | undefined,
): Promise<NewVisitor> {
  const workspaceId = requireFound(await findWorkspaceOfChannel(core, channelId), "channel");
  const token = newVisitorToken();
  return core.db.tenant(workspaceId, async (tx) => {
    const channel = requireFound(await getChannel(tx, channelId), "channel");
    if (channel.status !== "connected") throw new AppError(conversationErrors.channel_disabled);
    const contact =
      identity === undefined
        ? await createContact(core, tx, {}, "contact")
        : await proveContact(core, tx, channelId, identity);
    await addIdentity(tx, {
      contactId: contact.id,
      platform: channel.platform,
      address: identity?.externalId ?? `visitor:${contact.id}`,
    });
    await insertVisitor(tx, {
      id: newId(),
      channelId,
      contactId: contact.id,
      tokenHash: sha256(token),
      verified: identity !== undefined,
      expiresAt: null,
    });
    return { token, contactId: contact.id };
  });
}

async function proveContact(
  core: Core,
  tx: TenantTx,
  channelId: string,
  identity: ClaimedIdentity,
): Promise<Contact> {
  const { hash, ...known } = identity;
  const expected = hmacHex(await readSecret(core, tx, channelId), known.externalId);
  if (!equalSecret(hash.toLowerCase(), expected))
    throw invalidField(
      "identity.hash",
      "hash_invalid",
      "must be the hex HMAC-SHA256 of the externalId under the channel's secret",
    );
  return ensureContact(core, tx, known);
}

/** Who a request's `Authorization: Bearer <token>` belongs to. Throws 401 if it belongs to nobody. */
export async function authenticateVisitor(core: Core, credentials: Credentials): Promise<Visitor> {
  const token = bearerToken(credentials.headers);
  const visitor = token?.startsWith(tokenPrefix)
    ? await selectVisitorByToken(core.db, sha256(token))
    : undefined;
  if (visitor === undefined) throw new AppError(conversationErrors.visitor_token_invalid);
  return visitor;
}

/** A message with its place in the contact's scroll. */
export interface ScrollItem {
  readonly message: Message;
  readonly position: ScrollPosition;
}

/**
 * The next messages of the contact's one scroll over all conversations of the channel, oldest first, and where they
 * end. What is answered counts as delivered.
 */
export async function fetchMessages(
  tx: TenantTx,
  visitor: Pick<Visitor, "contactId" | "channelId">,
  range: { readonly after: ScrollPosition; readonly limit: number },
): Promise<{ readonly items: readonly ScrollItem[]; readonly end: ScrollPosition }> {
  const found = await selectScroll(tx, visitor, range.after, range.limit);
  const waiting = found.filter(({ message }) => message.status === "sent").map(({ message }) => message.id);
  const delivered = await markDelivered(tx, waiting);
  for (const conversationId of new Set(delivered.map((message) => message.conversationId)))
    announceConversation(tx, conversationId);
  const changed = new Set(delivered.map(({ id }) => id));
  return {
    items: found.map((item) =>
      changed.has(item.message.id)
        ? { ...item, message: { ...item.message, status: "delivered" as const } }
        : item,
    ),
    end: found.at(-1)?.position ?? range.after,
  };
}

export interface VisitorLimit {
  /** Throws 429 with the time to wait if this source has made too many visitors. */
  count(who: "anonymous" | "verified", ip: string): Promise<void>;
}

/** A server that speaks for its own customers makes them all from one address, and proves each. */
const visitorsPerMinute = { anonymous: 60, verified: 1_200 } as const;

/**
 * Bounds the visitors that one source can make in a minute, so that a script cannot fill the contact list; what fails to
 * prove an identity counts as anonymous, so that hashes cannot be tried out. All processes count together.
 */
export function createVisitorLimit(
  core: Pick<Core, "db">,
  perMinute: Readonly<Record<"anonymous" | "verified", number>> = visitorsPerMinute,
): VisitorLimit {
  const error = conversationErrors.too_many_visitors;
  const limit = (name: string, points: number) =>
    createSourceLimit(core, { name, points, seconds: 60, error });
  const limits = {
    anonymous: limit("anonymousVisitors", perMinute.anonymous),
    verified: limit("verifiedVisitors", perMinute.verified),
  };
  return { count: (who, ip) => limits[who].count(ip) };
}
