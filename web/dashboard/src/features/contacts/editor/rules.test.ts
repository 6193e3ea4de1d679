import { describe, expect, test } from "vitest";
import type { Contact } from "../../../api/generated/model";
import {
  type AttributeRow,
  type ContactForm,
  emptyContact,
  fieldOf,
  readRows,
  toCreateBody,
  toForm,
  toRows,
  toUpdateBody,
  withRow,
} from "./rules.ts";

const contact: Contact = {
  id: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "Anna Keller",
  email: "anna@example.com",
  phone: null,
  timezone: "Europe/Berlin",
  language: "de",
  attributes: { plan: "pro", seats: 12, renewsOn: "2027-03-01", vip: true, sizes: [1, 2] },
  tags: ["trial"],
  externalId: null,
  meta: { orderId: 7 },
  optedOutAt: null,
  optedOutReason: null,
  lastActivityAt: null,
  identities: [],
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};
const form = toForm(contact);
const row = (name: string, type: AttributeRow["type"], text: string): AttributeRow => ({
  key: name,
  name,
  type,
  text,
});

describe("a contact in the form", () => {
  test("comes back as it was", () => {
    expect(readRows(form.attributes)).toEqual({ attributes: contact.attributes, faults: [] });
    expect(toUpdateBody(form, form)).toEqual({});
  });

  test("names only what has a value when it is made", () => {
    expect(toCreateBody(emptyContact)).toEqual({});
    expect(toCreateBody(form)).toEqual({
      name: "Anna Keller",
      email: "anna@example.com",
      timezone: "Europe/Berlin",
      language: "de",
      tags: ["trial"],
      attributes: contact.attributes,
      meta: { orderId: 7 },
    });
  });

  test("names only what differs when it is changed; what is emptied is cleared", () => {
    const changed: ContactForm = {
      ...form,
      email: "",
      externalId: "crm-1",
      timezone: null,
      tags: [],
      meta: {},
      attributes: [row("plan", "text", "team"), row("seats", "number", "12"), row("__proto__", "text", "x")],
    };
    const body = toUpdateBody(changed, form);
    expect(body).toMatchObject({ email: null, externalId: "crm-1", timezone: null, tags: [], meta: {} });
    expect(JSON.stringify(body.attributes)).toBe(
      '{"plan":"team","__proto__":"x","renewsOn":null,"vip":null,"sizes":null}',
    );
  });
});

describe("rows of attributes", () => {
  test("have keys of their own", () => {
    const rows = toRows({ a: 1, b: 2 });
    expect(withRow(rows).at(-1)).toEqual({ key: "row 2", name: "", type: "text", text: "" });
    expect(withRow(rows.slice(1)).map(({ key }) => key)).toEqual(["row 1", "row 2"]);
  });

  test("say what is wrong, each at its place", () => {
    const { faults } = readRows([
      row("", "text", "x"),
      row("plan", "text", "pro"),
      row(" plan", "text", "team"),
      row("seats", "number", "many"),
      row("none", "json", "null"),
    ]);
    expect(faults.map(({ path }) => path)).toEqual([
      "attributes.0.name",
      "attributes.2.name",
      "attributes.3.text",
      "attributes.4.text",
    ]);
  });

  test.each([
    ["email", "email"],
    ["attributes", "attributes"],
    ["attributes.plan", "attributes.0.text"],
    ["attributes.plan.deep", "attributes.0.text"],
    ["attributes.1.text", "attributes.1.text"],
    ["attributes.unknown", "attributes"],
    ["attributes.my.key", "attributes.1.text"],
    ["tags.0", "tags.0"],
  ])("the fault at %s is shown at %s", (path, field) => {
    expect(fieldOf(path, [row("plan", "text", ""), row("my.key", "text", "")])).toBe(field);
  });
});
