import { z } from "zod";
import { isReadableTime, tagText, text, unreadableTime } from "../base/schemas.ts";

/*
 * Which contacts are meant, as data: an audience, a list, a search. A filter names conditions that must all hold;
 * `all`, `any` and `not` combine further filters. `find_contacts` in the database carries it out.
 */

const scalar = z.union([text({ max: 1_000 }), z.number(), z.boolean()]);
const name = text({ min: 1, max: 200 });
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: "must be an instant such as 2027-03-01T09:00:00Z or a date such as 2027-03-01",
  })
  .refine(isReadableTime, unreadableTime);
const inMost = 100;

const attribute = z
  .strictObject({
    name: name.meta({ example: "plan" }),
    equals: scalar.optional(),
    in: z.array(scalar).min(1).max(inMost).optional().meta({ description: "Equal to one of these" }),
    exists: z.boolean().optional(),
    before: moment.optional().meta({ description: "For dates and instants in text; a date is midnight UTC" }),
    after: moment.optional(),
    greaterThan: z.number().optional(),
    lessThan: z.number().optional(),
    contains: text({ min: 1, max: 1_000 })
      .optional()
      .meta({ description: "Part of a text in any case, or an element of a list" }),
  })
  .refine((it) => Object.keys(it).length > 1, comparisonMissing("equals, in, exists, before, after, …"));

const memory = z
  .strictObject({
    key: name.meta({ description: "Facts that have expired do not count" }),
    exists: z.boolean().optional(),
    equals: scalar.optional(),
  })
  .refine((it) => Object.keys(it).length > 1, comparisonMissing("equals or exists"));

/** Fields of a contact that a filter can ask about. */
const filterFields = ["language", "timezone", "externalId", "email", "phone"] as const;

const field = z
  .strictObject({
    name: z.enum(filterFields),
    equals: text({ min: 1, max: 320 })
      .optional()
      .meta({ description: "Compared exactly; email in any case" }),
    exists: z.boolean().optional(),
  })
  .refine((it) => Object.keys(it).length > 1, comparisonMissing("equals or exists"));

const lastActivity = z
  .strictObject({
    before: moment.optional(),
    after: moment.optional(),
    withinSeconds: z.int().min(1).max(315_360_000).optional(),
  })
  .refine((it) => Object.keys(it).length > 0, comparisonMissing("before, after or withinSeconds"));

function comparisonMissing(accepted: string) {
  return { error: `must also name ${accepted}`, params: { code: "comparison_missing" } };
}

const conditions = {
  tag: tagText.optional().meta({ example: "trial" }),
  attribute: attribute.optional(),
  memory: memory.optional(),
  field: field.optional(),
  lastActivity: lastActivity.optional().meta({
    description: "The last message from or to the contact; who never had one matches none of these",
  }),
};

/** Conditions that must all hold; a condition that a contact has no value for does not hold. */
export interface ContactFilter {
  readonly all?: readonly ContactFilter[] | undefined;
  readonly any?: readonly ContactFilter[] | undefined;
  readonly not?: ContactFilter | undefined;
  readonly tag?: string | undefined;
  readonly attribute?: z.output<typeof attribute> | undefined;
  readonly memory?: z.output<typeof memory> | undefined;
  readonly field?: z.output<typeof field> | undefined;
  readonly lastActivity?: z.output<typeof lastActivity> | undefined;
}

const combinedMost = 20;
const deepest = 5;
const conditionsMost = 100;

const filter: z.ZodType<ContactFilter, ContactFilter> = z
  .strictObject({
    ...conditions,
    get all() {
      return z.array(filter).max(combinedMost).optional();
    },
    get any() {
      return z.array(filter).min(1).max(combinedMost).optional();
    },
    get not() {
      return filter.optional();
    },
  })
  .refine((it) => Object.keys(it).length > 0, {
    error: 'must name a condition; {"all": []} means every contact',
    params: { code: "condition_missing" },
  })
  .meta({ id: "ContactFilter" });

/** A filter as it comes in. Refuses one that is deeper than 5 levels or has more than 100 conditions. */
export const contactFilterSchema: z.ZodType<ContactFilter, ContactFilter> = filter
  .refine((it) => depthOf(it) <= deepest, {
    error: `must be at most ${deepest} levels deep`,
    params: { code: "too_deep" },
  })
  .refine((it) => countConditions(it) <= conditionsMost, {
    error: `must have at most ${conditionsMost} conditions`,
    params: { code: "too_large" },
  });

function partsOf({ all = [], any = [], not }: ContactFilter): readonly ContactFilter[] {
  return [...all, ...any, ...(not === undefined ? [] : [not])];
}

function depthOf(it: ContactFilter): number {
  return 1 + Math.max(0, ...partsOf(it).map(depthOf));
}

function countConditions(it: ContactFilter): number {
  const own = Object.keys(conditions).filter((key) => key in it).length;
  return partsOf(it).reduce((sum, part) => sum + countConditions(part), own);
}
