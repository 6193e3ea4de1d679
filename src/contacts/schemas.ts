import { z } from "zod";
import {
  booleanInQuery,
  externalId,
  idOut,
  idsInQuery,
  instantOut,
  isReadableTime,
  languageTag,
  meta,
  metaOut,
  searchInQuery,
  tagList,
  tagText,
  text,
  timezone,
  unreadableTime,
} from "../base/schemas.ts";
import { isStorableJson } from "../base/text.ts";
import { memorySources } from "./contact.ts";

const valueMost = 4_000;

const moment = z.iso.datetime({ offset: true }).refine(isReadableTime, unreadableTime);

const fields = {
  name: text({ min: 1, max: 200 }).nullish().meta({ example: "Anna Keller" }),
  email: z
    .email({ error: "must be an e-mail address such as anna@example.com" })
    .max(320)
    .nullish()
    .meta({ example: "anna@example.com" }),
  phone: z
    .string()
    .regex(/^\+[1-9]\d{1,14}$/, {
      error: "must be in E.164 form: + and up to 15 digits, such as +4930123456",
    })
    .nullish()
    .meta({ example: "+4930123456" }),
  timezone: timezone.nullish(),
  language: languageTag(100).nullish().meta({ example: "de" }),
  tags: tagList.optional().meta({ description: "Labels; the whole list is replaced", example: ["trial"] }),
  meta: meta.optional(),
};

export const createBody = z.strictObject({
  ...fields,
  externalId: externalId.nullish(),
  attributes: meta.optional().meta({
    description: "Facts of your systems, at most 16 kB of JSON",
    example: { plan: "pro", seats: 12 },
  }),
});

const mergedAttributes = meta.optional().meta({
  description: "Merged into what is there: keys named are replaced, null removes a key, the others stay",
  example: { plan: "team", coupon: null },
});

export const updateBody = z.strictObject({
  ...fields,
  externalId: externalId.nullish(),
  attributes: mergedAttributes,
});

export const putBody = z.strictObject({ ...fields, externalId, attributes: mergedAttributes });

/** What a list can be asked for. */
export const listFilters = {
  ids: idsInQuery("contact").optional(),
  q: searchInQuery("Part of the name, e-mail address, phone number or externalId, in any case"),
  tag: tagText.optional().meta({ description: "Only contacts with this tag" }),
  email: text({ max: 320 }).optional().meta({ description: "Only with this address, in any case" }),
  phone: text({ max: 16 })
    .optional()
    .meta({ description: "Only with this number in E.164 form; write the + as %2B" }),
  language: text({ max: 100 }).optional().meta({ description: "Only with exactly this language tag" }),
  externalId: text({ max: 200 }).optional().meta({ description: "Only with this id of yours" }),
  optedOut: booleanInQuery
    .optional()
    .meta({ description: "Only contacts that want no messages, or only those that do not mind" }),
  createdAfter: moment.optional().meta({ description: "Only those made later than this instant" }),
  createdBefore: moment.optional().meta({ description: "Only those made before this instant" }),
};

const factFields = {
  text: text({ min: 1, max: 2_000 }).meta({ example: "Is at home after 17:00." }),
  value: z
    .json()
    .refine((value) => JSON.stringify(value).length <= valueMost && isStorableJson(value), {
      error: `must be at most ${valueMost} characters of JSON without NUL characters or unpaired surrogates`,
      params: { code: "value_invalid" },
    })
    .optional()
    .meta({ description: "The fact as JSON, for programs", example: "after 17:00" }),
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((at) => new Date(at))
    .nullish()
    .meta({ description: "When it stops being true; it is then left out everywhere" }),
};

export const factBody = z.strictObject({
  ...factFields,
  key: text({ min: 1, max: 200 }).optional().meta({
    description: "What the fact is about; a fact with the same key is replaced",
    example: "delivery_time",
  }),
});

export const factChangeBody = z.strictObject({ ...factFields, text: factFields.text.optional() });

export const contactOut = z
  .object({
    id: idOut("contact"),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    timezone: z.string().nullable(),
    language: z.string().nullable(),
    attributes: metaOut,
    tags: z.array(z.string()),
    externalId: z.string().nullable(),
    meta: metaOut,
    optedOutAt: instantOut.nullable().meta({ description: "Since when the contact wants no messages" }),
    optedOutReason: z.string().nullable().meta({ example: "keyword" }),
    lastActivityAt: instantOut
      .nullable()
      .meta({ description: "The last message from the contact or to it; null if there never was one" }),
    identities: z
      .array(z.object({ platform: z.string(), address: z.string() }))
      .meta({ description: "The contact's addresses on platforms" }),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Contact" });

export const factOut = z
  .object({
    id: idOut("memory"),
    key: z.string().nullable(),
    value: z.json(),
    text: z.string(),
    source: z.enum(memorySources),
    executionId: idOut("execution").nullable(),
    expiresAt: instantOut.nullable(),
    createdAt: instantOut,
  })
  .meta({ id: "ContactMemory" });

export const contactExample = {
  id: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "Anna Keller",
  email: "anna@example.com",
  phone: "+4930123456",
  timezone: "Europe/Berlin",
  language: "de",
  attributes: { plan: "pro" },
  tags: ["trial"],
  externalId: "crm-4711",
  meta: {},
  optedOutAt: null,
  optedOutReason: null,
  lastActivityAt: "2027-03-01T14:00:00.000Z",
  identities: [{ platform: "web", address: "crm-4711" }],
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

export const factExample = {
  id: "fact_01k3v8q5x8e7arf4s2m6t9c0wd",
  key: "delivery_time",
  value: "after 17:00",
  text: "Is at home after 17:00.",
  source: "agent",
  executionId: "exec_01k3v8q5x8e7arf4s2m6t9c0wd",
  expiresAt: null,
  createdAt: "2027-03-01T09:00:00.000Z",
};
