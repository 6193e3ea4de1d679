import { z } from "zod";
import { externalId, idOut, instantOut, meta, metaOut, text, timezone } from "../base/schemas.ts";
import { memorySources } from "./contact.ts";
import { isLanguage } from "./rules.ts";

const tag = text({ min: 1, max: 50 });
const tagsAtMost = 50;

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
  language: z
    .string()
    .refine(isLanguage, {
      error: "must be a BCP 47 language tag, such as en or pt-BR",
      params: { code: "language_invalid" },
    })
    .nullish()
    .meta({ example: "de" }),
  tags: z
    .array(tag)
    .max(tagsAtMost, { error: `must be at most ${tagsAtMost} tags` })
    .refine((tags) => new Set(tags).size === tags.length, {
      error: "must not name a tag twice",
      params: { code: "duplicate" },
    })
    .optional()
    .meta({ description: "Labels; the whole list is replaced", example: ["trial"] }),
  externalId: externalId.nullish(),
  meta: meta.optional(),
};

export const createBody = z.strictObject({
  ...fields,
  attributes: meta.optional().meta({
    description: "Facts of your systems, at most 16 kB of JSON",
    example: { plan: "pro", seats: 12 },
  }),
});

export const updateBody = z.strictObject({
  ...fields,
  attributes: meta.optional().meta({
    description: "Merged into what is there: keys named are replaced, null removes a key, the others stay",
    example: { plan: "team", coupon: null },
  }),
});

export const contactOut = z.object({
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
  identities: z
    .array(z.object({ platform: z.string(), address: z.string() }))
    .meta({ description: "The contact's addresses on platforms" }),
  createdAt: instantOut,
  updatedAt: instantOut,
});

export const factOut = z.object({
  id: idOut("memory"),
  key: z.string().nullable(),
  value: z.json(),
  text: z.string(),
  source: z.enum(memorySources),
  executionId: idOut("execution").nullable(),
  expiresAt: instantOut.nullable(),
  createdAt: instantOut,
});

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
