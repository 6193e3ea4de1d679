import type { z } from "zod";
import type { Meta } from "../base/schemas.ts";

/** Any JSON value. */
export type Json = z.infer<ReturnType<typeof z.json>>;

/** A customer, as stored. Ids are UUIDs. */
export interface Contact {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  /** E.164 */
  readonly phone: string | null;
  /** IANA */
  readonly timezone: string | null;
  /** BCP 47 */
  readonly language: string | null;
  readonly attributes: Attributes;
  readonly tags: readonly string[];
  readonly externalId: string | null;
  readonly meta: Meta;
  readonly optedOutAt: Date | null;
  readonly optedOutReason: string | null;
  /** The last message from the contact or to it that went out; null if there never was one. */
  readonly lastActivityAt: Date | null;
  readonly demo: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type Attributes = Readonly<Record<string, Json>>;

/** What can be set on a contact; null clears. */
export interface ContactFields {
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly attributes?: Attributes | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly externalId?: string | null | undefined;
  readonly meta?: Meta | undefined;
}

/** One address of a contact on one platform. */
export interface Identity {
  readonly contactId: string;
  readonly platform: string;
  readonly address: string;
}

/** Who put a fact into a contact's memory. */
export const memorySources = ["agent", "member", "api"] as const;
export type MemorySource = (typeof memorySources)[number];

/** One fact about a contact that was learned rather than passed in. */
export interface Fact {
  readonly id: string;
  readonly key: string | null;
  readonly value: Json;
  readonly text: string;
  readonly source: MemorySource;
  readonly executionId: string | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}
