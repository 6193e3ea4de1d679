import type { z } from "zod";
import { toId, toIdOrNull } from "../base/ids.ts";
import { instant } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import type { Contact, Fact, Identity } from "./contact.ts";
import { listIdentities } from "./contacts.ts";
import type { contactOut, factOut } from "./schemas.ts";

export async function presentOneContact(tx: TenantTx, contact: Contact): Promise<z.input<typeof contactOut>> {
  return presentContact(contact, await listIdentities(tx, [contact.id]));
}

/** `identities` may be those of several contacts. */
export function presentContact(
  contact: Contact,
  identities: readonly Identity[],
): z.input<typeof contactOut> {
  return {
    id: toId("contact", contact.id),
    name: contact.name,
    email: contact.email,
    phone: contact.phone,
    timezone: contact.timezone,
    language: contact.language,
    attributes: contact.attributes,
    tags: [...contact.tags],
    externalId: contact.externalId,
    meta: contact.meta,
    optedOutAt: instant(contact.optedOutAt),
    optedOutReason: contact.optedOutReason,
    lastActivityAt: instant(contact.lastActivityAt),
    identities: identities
      .filter(({ contactId }) => contactId === contact.id)
      .map(({ platform, address }) => ({ platform, address })),
    createdAt: instant(contact.createdAt),
    updatedAt: instant(contact.updatedAt),
  };
}

export function presentFact(fact: Fact): z.input<typeof factOut> {
  return {
    id: toId("memory", fact.id),
    key: fact.key,
    value: fact.value,
    text: fact.text,
    source: fact.source,
    executionId: toIdOrNull("execution", fact.executionId),
    expiresAt: instant(fact.expiresAt),
    createdAt: instant(fact.createdAt),
  };
}
