import { expect, test } from "vitest";
import { changedFields } from "./changed-fields.ts";

test("only what differs is left, values inside values included", () => {
  const before = { name: "order_status", headers: { "X-Shop": "blume" }, auth: { kind: "none" }, body: null };
  const after = { name: "order_status", headers: { "X-Shop": "roses" }, auth: { kind: "none" }, body: {} };
  expect(changedFields<object>(before, after)).toEqual({ headers: { "X-Shop": "roses" }, body: {} });
});

test("what is emptied is sent", () => {
  expect(changedFields<object>({ externalId: "a-1" }, { externalId: null })).toEqual({ externalId: null });
});
