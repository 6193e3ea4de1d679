import { expect, test } from "vitest";
import type { Contact, ContactFields } from "../contact.ts";
import { type Candidate, type Candidates, decideChange, matchText, planImport, readRows } from "./rules.ts";

const nobody: Candidates = { externalId: new Map(), email: new Map(), phone: new Map() };

const rowsOf = (...fields: readonly ContactFields[]) => fields.map((one, index) => ({ index, fields: one }));

const known = (by: keyof Candidates, text: string, ...found: readonly Candidate[]): Candidates => ({
  ...nobody,
  [by]: new Map([[text, found]]),
});

/** What each row comes to: a contact's id, `new`, or the code, path and text of its fault. */
function plan(rows: readonly ContactFields[], candidates: Candidates = nobody): readonly unknown[] {
  const { planned, failed } = planImport(rowsOf(...rows), candidates);
  return [
    ...planned.map(({ index, contactId }) => [index, contactId ?? "new"] as const),
    ...failed.map(
      ({ index, errors }) => [index, ...errors.map(({ code, path }) => `${code} ${path}`)] as const,
    ),
  ]
    .toSorted(([left], [right]) => left - right)
    .map(([, result]) => result);
}

test("rows are read by the rules of a single contact, each for itself", () => {
  const wrong = { email: "anna", surname: "Keller", tags: ["a", "a"], attributes: { a: "\u0000" } };
  const { fit, failed } = readRows([{ name: "Anna" }, wrong, 5, { name: "a\u0000" }, {}]);
  expect(fit).toEqual([
    { index: 0, fields: { name: "Anna" } },
    { index: 4, fields: {} },
  ]);
  expect(failed.map(({ index, errors }) => [index, errors.map(({ path }) => path).toSorted()])).toEqual([
    [1, ["attributes", "email", "surname", "tags"]],
    [2, [""]],
    [3, ["name"]],
  ]);
  expect(failed[0]?.errors.find(({ path }) => path === "surname")).toMatchObject({
    code: "unknown_field",
    message: expect.stringContaining("accepted are: name, email"),
  });
});

test("of a row with many faults the first ones are told", () => {
  const row = Object.fromEntries(Array.from({ length: 50 }, (_none, at) => [`field${at}`, 1]));
  expect(readRows([row]).failed[0]?.errors).toHaveLength(10);
});

test("addresses are compared without regard to case, ids and numbers as they are", () => {
  const row = { externalId: "CRM-1", email: "Anna@Example.com", phone: null };
  expect(matchText(row, "externalId")).toBe("CRM-1");
  expect(matchText(row, "email")).toBe("anna@example.com");
  expect(matchText(row, "phone")).toBeUndefined();
});

test("a contact is found by externalId, else by e-mail address, else by phone number", () => {
  const candidates: Candidates = {
    externalId: new Map([["crm-1", [{ contactId: "one", externalId: "crm-1" }]]]),
    email: new Map([["two@example.com", [{ contactId: "two", externalId: null }]]]),
    phone: new Map([["+493", [{ contactId: "three", externalId: null }]]]),
  };
  const all = { externalId: "crm-1", email: "two@example.com", phone: "+493" };
  expect(plan([all], candidates)).toEqual(["one"]);
  expect(plan([{ ...all, externalId: "crm-9" }], candidates)).toEqual(["two"]);
  expect(plan([{ phone: "+493", email: "nine@example.com" }], candidates)).toEqual(["three"]);
  expect(plan([{ name: "Anna" }, { email: "nine@example.com" }], candidates)).toEqual(["new", "new"]);
});

test("a contact with another externalId is somebody else, whatever they share", () => {
  const one = { contactId: "one", externalId: "crm-1" };
  const candidates = known("email", "a@example.com", one);
  expect(plan([{ email: "a@example.com" }], candidates)).toEqual(["one"]);
  expect(plan([{ email: "a@example.com", externalId: "crm-2" }], candidates)).toEqual(["new"]);
  const both = known("email", "a@example.com", one, { contactId: "two", externalId: null });
  expect(plan([{ email: "a@example.com", externalId: "crm-2" }], both)).toEqual(["two"]);
});

test("a row that may mean several contacts fails", () => {
  const several = [
    { contactId: "one", externalId: null },
    { contactId: "two", externalId: "crm-2" },
  ];
  const candidates = known("phone", "+491", ...several);
  expect(plan([{ phone: "+491" }], candidates)).toEqual(["contact_ambiguous phone"]);
});

test("a row that repeats an earlier one fails and names it, unless that one failed as well", () => {
  const { failed } = planImport(
    rowsOf(
      { externalId: "crm-1" },
      { name: "between" },
      { externalId: "crm-1", email: "b@example.com" },
      { email: "B@example.com" },
    ),
    nobody,
  );
  expect(failed).toEqual([
    {
      index: 2,
      contactId: null,
      errors: [
        { path: "externalId", code: "duplicate_row", message: "row 0 has the same externalId already" },
      ],
    },
  ]);
  expect(plan([{ email: "a@example.com" }, { email: "A@EXAMPLE.com" }])).toEqual([
    "new",
    "duplicate_row email",
  ]);
  expect(plan([{ phone: "+491" }, { phone: "+491", email: "a@example.com" }])).toEqual([
    "new",
    "duplicate_row phone",
  ]);
});

test("people with ids of their own may share an address", () => {
  const shared = { phone: "+491" };
  const rows = [
    { ...shared, externalId: "crm-1" },
    { ...shared, externalId: "crm-2" },
    { ...shared, externalId: "crm-3" },
    shared,
  ];
  expect(plan(rows)).toEqual(["new", "new", "new", "duplicate_row phone"]);
});

test("two rows that mean one contact by different fields are one too many", () => {
  const anna = { contactId: "one", externalId: "crm-1" };
  const candidates: Candidates = {
    ...known("externalId", "crm-1", anna),
    email: new Map([["a@example.com", [anna]]]),
  };
  expect(plan([{ externalId: "crm-1" }, { email: "a@example.com" }], candidates)).toEqual([
    "one",
    "duplicate_row email",
  ]);
});

const contact: Contact = {
  id: "one",
  name: "Anna",
  email: "anna@example.com",
  phone: null,
  timezone: null,
  language: null,
  attributes: { plan: "pro", address: { city: "Graz", zip: "8010" } },
  tags: ["trial"],
  externalId: "crm-1",
  meta: { source: "import" },
  optedOutAt: null,
  optedOutReason: null,
  lastActivityAt: null,
  demo: false,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

test("a row that says what is there changes nothing", () => {
  const same = {
    name: "Anna",
    phone: null,
    tags: ["trial"],
    attributes: { address: { zip: "8010", city: "Graz" }, coupon: null },
    meta: { source: "import" },
  };
  expect(decideChange(contact, same)).toEqual({ change: {} });
  expect(decideChange(contact, {})).toEqual({ change: {} });
});

test("attributes and tags are added, other fields replaced, null clears", () => {
  const row = { name: null, phone: "+491", tags: ["vip", "trial"], attributes: { plan: null }, meta: {} };
  expect(decideChange(contact, row)).toEqual({
    change: { name: null, phone: "+491", tags: ["trial", "vip"], attributes: { plan: null }, meta: {} },
  });
});

test("what grows beyond the limits together with what is there is refused at its field", () => {
  const before = { ...contact, attributes: { a: "x".repeat(10_000) } };
  const row = {
    attributes: { b: "x".repeat(10_000) },
    tags: Array.from({ length: 50 }, (_none, at) => `tag ${at}`),
  };
  const { errors } = decideChange(before, row);
  expect(errors?.map(({ path, code }) => [path, code])).toEqual([
    ["attributes", "too_large"],
    ["tags", "too_many"],
  ]);
});
