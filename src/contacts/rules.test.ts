import { expect, test } from "vitest";
import { mergeAttributes, readAttribute } from "./rules.ts";

test("a change replaces what it names, takes away what it makes null, and leaves the rest", () => {
  const changed = mergeAttributes({ plan: "pro", seats: 3, since: "2027" }, { seats: 4, since: null });
  expect(changed).toEqual({ plan: "pro", seats: 4 });
});

test("an attribute is what the contact has of its own, and nothing else", () => {
  const contact = { attributes: { plan: "pro" } };
  expect(readAttribute(contact, "plan")).toBe("pro");
  for (const name of ["seats", "constructor", "toString", "__proto__"])
    expect(readAttribute(contact, name), name).toBeUndefined();
});
