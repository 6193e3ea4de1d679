import { describe, expect, test } from "vitest";
import type { ContactFilter } from "../../../api/generated/model";
import {
  audienceFieldOf,
  comparisonsOf,
  conditionKinds,
  isFilterFilledIn,
  newCondition,
  toFilter,
  toFilterForm,
  toRows,
} from "./audience-rules.ts";

const every: readonly ContactFilter[] = [
  { tag: "trial" },
  { not: { tag: "trial" } },
  { field: { name: "language", equals: "de" } },
  { not: { field: { name: "email", equals: "anna@example.com" } } },
  { field: { name: "phone", exists: true } },
  { field: { name: "externalId", exists: false } },
  { attribute: { name: "plan", equals: "pro" } },
  { attribute: { name: "seats", equals: 5 } },
  { attribute: { name: "active", equals: true } },
  { attribute: { name: "active", equals: false } },
  { not: { attribute: { name: "plan", equals: "pro" } } },
  { attribute: { name: "plan", in: ["pro", "team"] } },
  { not: { attribute: { name: "plan", in: ["pro"] } } },
  { attribute: { name: "notes", contains: "refund" } },
  { not: { attribute: { name: "notes", contains: "refund" } } },
  { attribute: { name: "seats", greaterThan: 5 } },
  { attribute: { name: "seats", lessThan: 0.5 } },
  { attribute: { name: "renewal", before: "2027-03-01" } },
  { attribute: { name: "renewal", after: "2027-03-01T09:00:00Z" } },
  { attribute: { name: "plan", exists: true } },
  { attribute: { name: "plan", exists: false } },
  { memory: { key: "size", equals: "42" } },
  { not: { memory: { key: "size", equals: 42 } } },
  { memory: { key: "size", exists: false } },
  { memory: { key: "size", exists: true } },
  { lastActivity: { withinSeconds: 2_592_000 } },
  { not: { lastActivity: { withinSeconds: 90 } } },
  { lastActivity: { before: "2027-03-01" } },
  { lastActivity: { after: "2027-03-01" } },
];

describe("a filter as rows", () => {
  test.each(every)("%o is a row and comes back", (filter) => {
    const form = toRows(filter);
    expect(form?.conditions).toHaveLength(1);
    expect(toFilterForm(filter)).toEqual(form);
    expect(form && toFilter(form)).toEqual({ all: [filter] });
  });

  test("every comparison that the rows offer is among those", () => {
    const shown = new Set(
      every
        .flatMap((filter) => toRows(filter)?.conditions ?? [])
        .map(({ kind, comparison }) => `${kind} ${comparison}`),
    );
    const offered = conditionKinds.flatMap((kind) => comparisonsOf[kind].map((name) => `${kind} ${name}`));
    expect([...shown].sort()).toEqual([...offered].sort());
  });

  test("lists of all and any keep their order", () => {
    expect(toFilter(toFilterForm({ all: [...every].slice(0, 20) }))).toEqual({ all: every.slice(0, 20) });
    expect(toFilter(toFilterForm({ any: every.slice(0, 3) }))).toEqual({ any: every.slice(0, 3) });
    expect(toFilter(toFilterForm({ all: [] }))).toEqual({ all: [] });
  });

  test("conditions beside each other are all meant", () => {
    const filter = { tag: "trial", field: { name: "language", equals: "de" }, not: { tag: "vip" } } as const;
    expect(toFilter(toFilterForm(filter))).toEqual({
      all: [{ tag: "trial" }, { field: { name: "language", equals: "de" } }, { not: { tag: "vip" } }],
    });
  });

  test.each<ContactFilter>([
    { all: [{ any: [{ tag: "a" }, { tag: "b" }] }] },
    { all: [{ tag: "a" }], any: [{ tag: "b" }] },
    { tag: "a", all: [{ tag: "b" }] },
    { not: { all: [{ tag: "a" }] } },
    { not: { not: { tag: "a" } } },
    { not: { attribute: { name: "seats", greaterThan: 5 } } },
    { attribute: { name: "seats", greaterThan: 5, lessThan: 9 } },
    { attribute: { name: "seats", in: [1, 2] } },
    { lastActivity: { before: "2027-03-01", after: "2027-01-01" } },
    { all: [{ tag: "a", field: { name: "language", exists: true } }] },
    {},
  ])("%o has no rows and is kept as JSON", (filter) => {
    expect(toRows(filter)).toBeUndefined();
    expect(toFilter(toFilterForm(filter))).toEqual(filter);
  });

  test("what is no number goes to the API as it was typed", () => {
    const row = { ...newCondition("a", "attribute"), name: "seats", value: "many" } as const;
    const filterOf = (change: object) =>
      toFilter({ match: "all", conditions: [{ ...row, ...change }], json: null });
    expect(filterOf({ comparison: "greaterThan" })).toEqual({
      all: [{ attribute: { name: "seats", greaterThan: "many" } }],
    });
    expect(filterOf({ type: "number" })).toEqual({ all: [{ attribute: { name: "seats", equals: "many" } }] });
    expect(filterOf({ type: "number", value: " " })).toEqual({
      all: [{ attribute: { name: "seats", equals: " " } }],
    });
  });

  test("any of no conditions cannot be said, so it is all of none", () => {
    expect(toFilter({ match: "any", conditions: [], json: null })).toEqual({ all: [] });
  });
});

describe("what there is to count", () => {
  const filled = (change: object, kind: (typeof conditionKinds)[number] = "attribute") =>
    isFilterFilledIn({ match: "all", conditions: [{ ...newCondition("a", kind), ...change }], json: null });

  test("a row is filled in when name and value are", () => {
    expect(filled({})).toBe(false);
    expect(filled({ name: "plan" })).toBe(false);
    expect(filled({ name: "plan", value: "pro" })).toBe(true);
    expect(filled({ name: "plan", comparison: "isSet" })).toBe(true);
    expect(filled({ name: "plan", comparison: "in" })).toBe(false);
    expect(filled({ name: "plan", comparison: "notIn", values: ["pro"] })).toBe(true);
    expect(filled({}, "tag")).toBe(false);
    expect(filled({ name: "trial" }, "tag")).toBe(true);
    expect(filled({}, "lastActivity")).toBe(true);
    expect(filled({ duration: { amount: "", unit: "days" } }, "lastActivity")).toBe(false);
  });

  test("no rows mean every contact, and JSON is for the API to judge", () => {
    expect(isFilterFilledIn({ match: "all", conditions: [], json: null })).toBe(true);
    expect(isFilterFilledIn({ match: "all", conditions: [], json: {} })).toBe(true);
  });
});

test.each([
  ["audience.filter.all.2.not.attribute.name", "audience.filter.conditions.2"],
  ["filter.any.0.tag", "audience.filter.conditions.0"],
  ["filter", "audience.filter.conditions"],
  ["audience.maxContactsPerRun", "audience.maxContactsPerRun"],
  ["audience", "audience"],
])("a fault at %s is shown at %s", (path, field) => {
  expect(audienceFieldOf(path, false)).toBe(field);
});

test("while JSON is edited every fault of the filter is at it", () => {
  expect(audienceFieldOf("audience.filter.all.2.tag", true)).toBe("audience.filter.json");
});
