import { z } from "zod";
import { invalidField } from "./errors.ts";
import { fromId, type IdKind, idPrefixes } from "./ids.ts";
import { isLanguage } from "./language.ts";
import { isStorable, isStorableJson } from "./text.ts";
import { checkTimezoneName } from "./timezone.ts";

/** Building blocks of request and answer schemas, so that every route says the same thing the same way. */

/** Text a person wrote: trimmed length within bounds, no NUL, no half surrogate pairs. Never changed. */
export function text(limits: { readonly min?: number; readonly max: number }) {
  const { min = 0, max } = limits;
  return z
    .string()
    .refine(isStorable, {
      error: "must not contain NUL characters or unpaired surrogates",
      params: { code: "text_invalid" },
    })
    .refine((value) => value.trim().length >= min, {
      error: min === 1 ? "must not be empty" : `must have at least ${min} characters`,
      params: { code: "too_short" },
    })
    .max(max, { error: `must have at most ${max} characters` })
    .meta({ minLength: min });
}

/** The `q` of a list: a text to look for, without the spaces around it. The description says in what. */
export function searchInQuery(description: string) {
  return text({ min: 1, max: 200 })
    .transform((value) => value.trim())
    .optional()
    .meta({ description });
}

/** An id of an object in a body or query: an API id in, a UUID out. Another kind's id is a field error. */
export function idOf(kind: IdKind) {
  return z
    .string()
    .transform((value, context) => {
      const uuid = fromId(kind, value);
      if (uuid !== undefined) return uuid;
      context.addIssue({
        code: "custom",
        message: `must be an id that starts with "${idPrefixes[kind]}_"`,
        params: { code: "id_invalid" },
      });
      return z.NEVER;
    })
    .meta({ description: `Id of the ${kind}`, example: `${idPrefixes[kind]}_01k3v8q5x8e7arf4s2m6t9c0wd` });
}

const idsAtMost = 100;

/** Several ids in a query, with commas between them: API ids in, UUIDs out. The error names the one that is none. */
export function idsInQuery(kind: IdKind) {
  const prefix = idPrefixes[kind];
  return z
    .string()
    .transform((value, context) => {
      const words = value.split(",");
      const refuse = (code: string, message: string) => {
        context.addIssue({ code: "custom", message, params: { code } });
        return z.NEVER;
      };
      if (words.length > idsAtMost) return refuse("too_big", `must be at most ${idsAtMost} ids`);
      const wrong = words.find((word) => fromId(kind, word) === undefined);
      if (wrong !== undefined)
        return refuse(
          "id_invalid",
          `must be ids that start with "${prefix}_", with commas between them; ${JSON.stringify(wrong.slice(0, 50))} is none`,
        );
      if (new Set(words).size < words.length) return refuse("duplicate", "must not name an id twice");
      return words.flatMap((word) => fromId(kind, word) ?? []);
    })
    .meta({
      description: `Only those with these ids, 1 to ${idsAtMost}, with commas between them; unknown ones are left out. No other filter goes with it`,
      example: `${prefix}_01k3v8q5x8e7arf4s2m6t9c0wd`,
    });
}

/** Throws 422 at `ids` if something else is asked of a list as well: what is named is wanted whatever it is like. */
export function requireIdsAlone(query: Readonly<Record<string, unknown>>): void {
  const { ids, ...others } = query;
  const other = Object.keys(others).find((name) => others[name] !== undefined);
  if (ids !== undefined && other !== undefined)
    throw invalidField("ids", "not_allowed", `must stand without other filters; ${other} is one`);
}

/** An id in an answer: presenters make it with `toId`. */
export function idOut(kind: IdKind) {
  return z.string().meta({ example: `${idPrefixes[kind]}_01k3v8q5x8e7arf4s2m6t9c0wd` });
}

/** An instant in an answer; presenters pass Dates through `instant`. */
export const instantOut = z.iso.datetime().meta({ example: "2027-03-01T09:00:00.000Z" });

/** True for an ISO 8601 instant or date that PostgreSQL reads too: it knows no year 0 and no offset of 16 hours. */
export function isReadableTime(value: string): boolean {
  const year = new Date(value).getUTCFullYear();
  const offsetHours = Number(/[+-](\d\d):\d\d$/.exec(value)?.[1] ?? 0);
  return year >= 1 && year <= 9_999 && offsetHours < 16;
}

/** What is said of a time for which `isReadableTime` is false. */
export const unreadableTime = {
  error: "must be in the years 1 to 9999, with an offset of less than 16 hours",
  params: { code: "out_of_range" },
};

/** A Date as the API shows it. */
export function instant(date: Date): string;
export function instant(date: Date | null): string | null;
export function instant(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

/** A language as BCP 47 writes it. */
export function languageTag(longest: number) {
  return z
    .string()
    .max(longest)
    .refine(isLanguage, {
      error: "must be a BCP 47 language tag, such as en or pt-BR",
      params: { code: "language_invalid" },
    });
}

/** One label. */
export const tagText = text({ min: 1, max: 50 });

/** How many labels one thing may have. */
export const tagsAtMost = 50;

/** Labels, each once. */
export const tagList = z
  .array(tagText)
  .max(tagsAtMost, { error: `must be at most ${tagsAtMost} tags` })
  .refine((values) => new Set(values).size === values.length, {
    error: "must not name a tag twice",
    params: { code: "duplicate" },
  });

/** What is said of JSON for which `isStorableJson` is false. */
export const unstorableJson = {
  error: "must not contain NUL characters or unpaired surrogates",
  params: { code: "text_invalid" },
};

const metaBytes = 16 * 1024;

/** True if JSON of a customer's own is no larger than we keep. */
export function isSmallEnough(value: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= metaBytes;
}

/** Free JSON of the customer's own, at most 16 kB. */
export const meta = z
  .record(z.string(), z.json())
  .refine(isSmallEnough, {
    error: "must be at most 16 kB of JSON",
    params: { code: "too_large" },
  })
  .refine(isStorableJson, unstorableJson)
  .meta({ description: "JSON object of your own, at most 16 kB", example: { orderId: "A-1041" } });

/** A customer's own JSON object. */
export type Meta = z.output<typeof meta>;

/** Such an object in an answer. */
export const metaOut = z.record(z.string(), z.json());

export const externalId = text({ min: 1, max: 200 }).meta({
  description: "Your own id for it; unique within the workspace",
  example: "crm-4711",
});

/** The name of an IANA time zone, exactly as it is written. */
export const timezone = z
  .string()
  .max(64)
  .refine((name) => checkTimezoneName(name).known, {
    error: "must be the exact name of an IANA time zone, such as Europe/Berlin",
    params: { code: "timezone_unknown" },
  })
  .meta({ description: "IANA name", example: "Europe/Berlin" });

const usdForm =
  'must be more than 0 and at most 99999999.999999 US dollars, as a decimal string such as "0.50"';

/** An amount of US dollars as a decimal string, more than 0. */
export const usd = z
  .string({ error: usdForm })
  .refine((value) => /^\d{1,8}(\.\d{1,6})?$/.test(value) && Number(value) > 0, {
    error: usdForm,
    params: { code: "out_of_range" },
  })
  .meta({ description: "US dollars", example: "0.50" });

/** A whole number within bounds, which the error names. */
export function wholeNumber(least: number, most: number) {
  const error = `must be a whole number between ${least} and ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/**
 * Digits only: as numbers, JavaScript would also read "0x10", "1e2", " 5" and the empty text. Defaults are for
 * `prefault`: with `default` zod leaves them out of the JSON schema where something stands before the number.
 */
export function digitsInQuery(least: number, most: number) {
  const error = `must be a whole number between ${least} and ${most}, in digits`;
  const number = z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
  return z.preprocess((value) => (/^-?\d{1,9}$/.test(String(value)) ? value : Number.NaN), number);
}

/** True or false in a query. */
export const booleanInQuery = z.enum(["true", "false"]).transform((value) => value === "true");

/** The `seq` after which a reading begins; what PostgreSQL can hold as such a number. */
export const seqInQuery = digitsInQuery(0, 999_999_999);

/** `limit` and `cursor` of every list. */
export const pageQuery = {
  limit: digitsInQuery(1, 100).prefault(25).meta({ description: "How many at most, 1 to 100" }),
  cursor: z.string().max(500).optional().meta({ description: "`nextCursor` of the page before" }),
};

/** A list's answer. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
