import type { ContactFilter, ContactFilterAttribute } from "../../../api/generated/model";
import { type DurationValue, toDuration, toSeconds } from "../../../components/form/duration.ts";

/** A contact filter as rows of conditions and back. Pure. What the rows cannot say is edited as JSON. */

export const conditionKinds = ["tag", "field", "attribute", "memory", "lastActivity"] as const;
export type ConditionKind = (typeof conditionKinds)[number];

export const valueTypes = ["text", "number", "boolean"] as const;
export type ValueType = (typeof valueTypes)[number];

export const filterFields = ["language", "timezone", "externalId", "email", "phone"] as const;

/** How a condition compares; `not…` is the same under `not`, which contacts without a value match too. */
export const comparisonsOf = {
  tag: ["has", "notHas"],
  field: ["equals", "notEquals", "isSet", "isNotSet"],
  attribute: [
    "equals",
    "notEquals",
    "in",
    "notIn",
    "contains",
    "notContains",
    "greaterThan",
    "lessThan",
    "before",
    "after",
    "isSet",
    "isNotSet",
  ],
  memory: ["equals", "notEquals", "isSet", "isNotSet"],
  lastActivity: ["within", "notWithin", "before", "after"],
} as const satisfies Readonly<Record<ConditionKind, readonly string[]>>;
export type Comparison = (typeof comparisonsOf)[ConditionKind][number];

export interface Condition {
  /** Tells rows apart while they are added and removed. */
  readonly id: string;
  readonly kind: ConditionKind;
  /** The tag, or the name of the attribute, memory key or field. */
  readonly name: string;
  readonly comparison: Comparison;
  readonly type: ValueType;
  readonly value: string;
  /** For `in` and `notIn`. */
  readonly values: readonly string[];
  /** For `within` and `notWithin`. */
  readonly duration: DurationValue;
}

export interface FilterForm {
  readonly match: "all" | "any";
  readonly conditions: readonly Condition[];
  /** What is edited as JSON; null while the rows are. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

export function newCondition(id: string, kind: ConditionKind): Condition {
  return {
    id,
    kind,
    name: kind === "field" ? "language" : "",
    comparison: comparisonsOf[kind][0],
    type: "text",
    value: "",
    values: [],
    duration: { amount: 30, unit: "days" },
  };
}

/** A filter as rows if they can say the same, else as JSON. */
export function toFilterForm(filter: ContactFilter): FilterForm {
  return toRows(filter) ?? { match: "all", conditions: [], json: { ...filter } };
}

/** Rows that mean the same as the filter; undefined if there are none. */
export function toRows(filter: ContactFilter): FilterForm | undefined {
  const { all, any, not, ...plain } = filter;
  const groups = [all, any, Object.keys(plain).length === 0 && not === undefined ? undefined : filter];
  if (groups.filter((group) => group !== undefined).length !== 1) return undefined;
  const parts = all ?? any ?? splitConditions(filter);
  const conditions = parts.map((part, place) => toCondition(part, `c${place}`));
  if (!conditions.every((condition) => condition !== undefined)) return undefined;
  return { match: any === undefined ? "all" : "any", conditions, json: null };
}

/** `{tag, field}` means both. */
function splitConditions({ not, ...plain }: ContactFilter): readonly ContactFilter[] {
  const parts: ContactFilter[] = Object.entries(plain).map(([key, value]) => ({ [key]: value }));
  return not === undefined ? parts : [...parts, { not }];
}

function toCondition(filter: ContactFilter, id: string): Condition | undefined {
  const keys = Object.keys(filter);
  if (keys.length !== 1) return undefined;
  if (filter.not !== undefined) {
    const inner = toCondition(filter.not, id);
    const negated = inner === undefined ? undefined : negations.get(inner.comparison);
    return inner === undefined || negated === undefined ? undefined : { ...inner, comparison: negated };
  }
  if (filter.tag !== undefined) return { ...newCondition(id, "tag"), name: filter.tag };
  if (filter.field !== undefined) {
    const { name, ...rest } = filter.field;
    return compared({ ...newCondition(id, "field"), name }, rest);
  }
  if (filter.memory !== undefined) {
    const { key, ...rest } = filter.memory;
    return compared({ ...newCondition(id, "memory"), name: key }, rest);
  }
  if (filter.attribute !== undefined) {
    const { name, ...rest } = filter.attribute;
    return compared({ ...newCondition(id, "attribute"), name }, rest);
  }
  if (filter.lastActivity !== undefined)
    return compared(newCondition(id, "lastActivity"), filter.lastActivity);
  return undefined;
}

const negations = new Map<Comparison, Comparison>([
  ["has", "notHas"],
  ["equals", "notEquals"],
  ["in", "notIn"],
  ["contains", "notContains"],
  ["within", "notWithin"],
]);
const plains = new Map([...negations].map(([plain, negated]) => [negated, plain]));

type Comparisons = Partial<Omit<ContactFilterAttribute, "name">> & { readonly withinSeconds?: number };

/** The row with the one comparison of a condition; more than one has no row. */
function compared(row: Condition, comparisons: Comparisons): Condition | undefined {
  const [entry, ...more] = Object.entries(comparisons);
  if (entry === undefined || more.length > 0) return undefined;
  const [comparison, value] = entry;
  if (comparison === "withinSeconds")
    return { ...row, comparison: "within", duration: toDuration(Number(value), "days") };
  if (comparison === "exists") return { ...row, comparison: value === true ? "isSet" : "isNotSet" };
  if (comparison === "in") {
    const texts = Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
    if (!Array.isArray(value) || texts.length !== value.length) return undefined;
    return { ...row, comparison: "in", values: texts };
  }
  const known = comparisonsOf[row.kind].find((candidate) => candidate === comparison);
  if (known === undefined) return undefined;
  return { ...row, comparison: known, value: String(value), type: typeOf(value) };
}

function typeOf(value: unknown): ValueType {
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "text";
}

/** The filter that the API is sent. Rows are always in a list, so that a fault's path names its row. */
export function toFilter({ match, conditions, json }: FilterForm): ContactFilter {
  if (json !== null) return json;
  const parts = conditions.map(toPart);
  return match === "any" && parts.length > 0 ? { any: parts } : { all: parts };
}

function toPart(row: Condition): ContactFilter {
  const plain = plains.get(row.comparison);
  if (plain !== undefined) return { not: toPart({ ...row, comparison: plain }) };
  switch (row.kind) {
    case "tag":
      return { tag: row.name };
    case "field":
      return { field: { name: row.name as (typeof filterFields)[number], ...comparisonOf(row) } };
    case "attribute":
      return { attribute: { name: row.name, ...comparisonOf(row) } };
    case "memory":
      return { memory: { key: row.name, ...comparisonOf(row) } };
    case "lastActivity":
      return { lastActivity: comparisonOf(row) };
  }
}

function comparisonOf(row: Condition): Readonly<Record<string, never>> {
  return comparisonFields(row) as Readonly<Record<string, never>>;
}

function comparisonFields({ comparison, type, value, values, duration }: Condition) {
  switch (comparison) {
    case "isSet":
      return { exists: true };
    case "isNotSet":
      return { exists: false };
    case "in":
      return { in: [...values] };
    case "within":
      return { withinSeconds: toSeconds(duration) };
    case "greaterThan":
    case "lessThan":
      return { [comparison]: numberIn(value) };
    case "equals":
      return { equals: typed(value, type) };
    default:
      return { [comparison]: value };
  }
}

function typed(value: string, type: ValueType): string | number | boolean {
  if (type === "number") return numberIn(value);
  return type === "boolean" ? value === "true" : value;
}

/** What is no number goes as it is, for the API to refuse. */
function numberIn(text: string): number {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? (text as unknown as number) : value;
}

/** True if no row waits for something to be typed. */
export function isFilterFilledIn({ conditions, json }: FilterForm): boolean {
  if (json !== null) return true;
  return conditions.every((row) => {
    if (row.kind !== "lastActivity" && row.name.trim() === "") return false;
    if (row.kind === "tag" || row.comparison === "isSet" || row.comparison === "isNotSet") return true;
    if (row.comparison === "in" || row.comparison === "notIn") return row.values.length > 0;
    if (row.comparison === "within" || row.comparison === "notWithin") return row.duration.amount !== "";
    return row.value.trim() !== "";
  });
}

/** The form's field for a path below `audience` or, in the preview, below `filter`. */
export function audienceFieldOf(path: string, isJson: boolean): string {
  const inAudience = path.replace(/^filter(?=\.|$)/, "audience.filter");
  if (!inAudience.startsWith("audience.filter")) return inAudience;
  if (isJson) return "audience.filter.json";
  const place = /^audience\.filter\.(?:all|any)\.(\d+)/.exec(inAudience)?.[1];
  return place === undefined ? "audience.filter.conditions" : `audience.filter.conditions.${place}`;
}
