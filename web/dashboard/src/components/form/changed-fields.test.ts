import { expect, test } from "vitest";
import { changedFields, mergeValues } from "./changed-fields.ts";

test("only what differs is left, values inside values included", () => {
  const before = { name: "order_status", headers: { "X-Shop": "blume" }, auth: { kind: "none" }, body: null };
  const after = { name: "order_status", headers: { "X-Shop": "roses" }, auth: { kind: "none" }, body: {} };
  expect(changedFields<object>(before, after)).toEqual({ headers: { "X-Shop": "roses" }, body: {} });
});

test("what is emptied is sent", () => {
  expect(changedFields<object>({ externalId: "a-1" }, { externalId: null })).toEqual({ externalId: null });
});

test("what was typed stays when the stored object changes elsewhere, and the rest follows", () => {
  const base = { name: "Website", kind: "page", meta: { a: 1 } };
  const next = { name: "Website renamed", kind: "widget", meta: { a: 2 } };
  expect(mergeValues(base, { ...base, name: "Typed here" }, next)).toEqual({ ...next, name: "Typed here" });
  expect(mergeValues(base, base, next)).toEqual(next);
});
