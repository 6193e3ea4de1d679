import { expect, test } from "vitest";
import type { ContactFilter } from "../../../api/generated/model";
import { toRows } from "./audience-rules.ts";
import { sayBeyond, sayCondition } from "./audience-words.ts";

test.each<[ContactFilter, string]>([
  [{ tag: "trial" }, "Tag trial is there"],
  [{ not: { tag: "trial" } }, "Tag trial is not there"],
  [{ field: { name: "email", exists: false } }, "E-mail is not set"],
  [{ field: { name: "language", equals: "de" } }, "Language is de"],
  [{ attribute: { name: "plan", in: ["pro", "team"] } }, "Attribute plan is one of pro, team"],
  [{ attribute: { name: "seats", greaterThan: 5 } }, "Attribute seats is more than 5"],
  [{ memory: { key: "size", equals: 42 } }, "Memory size is 42"],
  [{ lastActivity: { withinSeconds: 2_592_000 } }, "Last message was in the last 30 d"],
  [{ lastActivity: { before: "2027-03-01" } }, "Last message is before 2027-03-01"],
])("%o is said as %s", (filter, words) => {
  expect(toRows(filter)?.conditions.map(sayCondition)).toEqual([words]);
});

test("who matches beyond what one run takes is said", () => {
  expect(sayBeyond(1_664, 1_000)).toBe(
    "One run takes the first 1,000 of them, oldest first: 664 are left out.",
  );
  expect(sayBeyond(2, 1)).toBe("One run takes the first one of them, oldest first: 1 is left out.");
  // An empty field is the default.
  expect(sayBeyond(1_001, "")).toContain("the first 1,000");
  expect(sayBeyond(1_000, 1_000)).toBeUndefined();
  expect(sayBeyond(1_664, 0)).toBeUndefined();
  expect(sayBeyond(1_664, "many")).toBeUndefined();
});
