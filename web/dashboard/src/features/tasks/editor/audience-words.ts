import { toSeconds } from "../../../components/form/duration.ts";
import { spell } from "../../../components/time-words.ts";
import { type Comparison, type Condition, type ConditionKind, filterFields } from "./audience-rules.ts";

/** Conditions in words. Pure. */

export const kindWords: Readonly<Record<ConditionKind, string>> = {
  tag: "Tag",
  field: "Field",
  attribute: "Attribute",
  memory: "Memory",
  lastActivity: "Last message",
};

export const comparisonWords: Readonly<Record<Comparison, string>> = {
  has: "is there",
  notHas: "is not there",
  equals: "is",
  notEquals: "is not",
  in: "is one of",
  notIn: "is none of",
  contains: "contains",
  notContains: "does not contain",
  greaterThan: "is more than",
  lessThan: "is less than",
  before: "is before",
  after: "is after",
  isSet: "is set",
  isNotSet: "is not set",
  within: "was in the last",
  notWithin: "was not in the last",
};

type Field = (typeof filterFields)[number];

export const fieldWords: Readonly<Record<Field, string>> = {
  language: "Language",
  timezone: "Time zone",
  externalId: "External id",
  email: "E-mail",
  phone: "Phone",
};

/** What one run takes where nothing is said. */
const usualMost = 1_000;

/** "Attribute plan is one of pro, team". */
export function sayCondition({ kind, name, comparison, value, values, duration }: Condition): string {
  const compared = comparisonWords[comparison];
  if (kind === "tag") return `Tag ${name} ${compared}`;
  const what = subjectOf(kind, name);
  switch (comparison) {
    case "isSet":
    case "isNotSet":
      return `${what} ${compared}`;
    case "in":
    case "notIn":
      return `${what} ${compared} ${values.join(", ")}`;
    case "within":
    case "notWithin":
      return `${what} ${compared} ${spell(toSeconds(duration) ?? 0)}`;
    default:
      return `${what} ${compared} ${value}`;
  }
}

/**
 * Whom a run leaves out since more match than it takes; undefined where it takes all, or where the field for the most
 * holds no such number.
 */
export function sayBeyond(count: number, maxContactsPerRun: number | string): string | undefined {
  const most = maxContactsPerRun === "" ? usualMost : Number(maxContactsPerRun);
  if (!Number.isInteger(most) || most < 1 || count <= most) return undefined;
  const taken = most === 1 ? "the first one" : `the first ${most.toLocaleString("en")}`;
  const beyond = count - most;
  const rest = beyond === 1 ? "1 is" : `${beyond.toLocaleString("en")} are`;
  return `One run takes ${taken} of them, oldest first: ${rest} left out.`;
}

function subjectOf(kind: Exclude<ConditionKind, "tag">, name: string): string {
  if (kind === "lastActivity") return kindWords.lastActivity;
  if (kind === "field")
    return filterFields.some((field) => field === name) ? fieldWords[name as Field] : name;
  return `${kindWords[kind]} ${name}`;
}
