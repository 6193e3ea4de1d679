import { expect, test } from "vitest";
import { notFoundAt } from "./errors.ts";

test.each([
  ["agent", "must be the id of an agent of this workspace"],
  ["contact", "must be the id of a contact of this workspace"],
])("an id of nothing is told in good English: %s", (what, message) => {
  expect(notFoundAt("id", what)).toEqual({ path: "id", code: "not_found", message });
});
