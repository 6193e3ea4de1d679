import type { Contact, CreateContactBody, UpdateContactBody } from "../../../api/generated/model";
import type { FieldFault } from "../../../api/problem.ts";
import { readValue, toText, typeOf, type ValueType } from "../values/rules.ts";

/** A contact as the form has it, and as the API has it. Pure. Fields are named as in the API, so that faults find them. */

export interface AttributeRow {
  /** Of the row on the screen; the API does not see it. */
  readonly key: string;
  readonly name: string;
  readonly type: ValueType;
  readonly text: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

export interface ContactForm {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly timezone: string | null;
  readonly language: string;
  readonly tags: readonly string[];
  readonly externalId: string;
  readonly attributes: readonly AttributeRow[];
  readonly meta: JsonObject;
}

export const emptyContact: ContactForm = {
  name: "",
  email: "",
  phone: "",
  timezone: null,
  language: "",
  tags: [],
  externalId: "",
  attributes: [],
  meta: {},
};

export function toForm(contact: Contact): ContactForm {
  return {
    name: contact.name ?? "",
    email: contact.email ?? "",
    phone: contact.phone ?? "",
    timezone: contact.timezone,
    language: contact.language ?? "",
    tags: contact.tags,
    externalId: contact.externalId ?? "",
    attributes: toRows(contact.attributes),
    meta: contact.meta,
  };
}

/** The rows of an object, named by their place so that a row keeps its field while it is typed in. */
export function toRows(attributes: JsonObject): readonly AttributeRow[] {
  return Object.entries(attributes).map(([name, value], index) => ({
    key: `row ${index}`,
    name,
    type: typeOf(value),
    text: toText(value),
  }));
}

/** With one more row. */
export function withRow(rows: readonly AttributeRow[]): readonly AttributeRow[] {
  const taken = new Set(rows.map(({ key }) => key));
  let number = rows.length;
  while (taken.has(`row ${number}`)) number += 1;
  return [...rows, { key: `row ${number}`, name: "", type: "text", text: "" }];
}

interface ReadRows {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** At the form's fields. */
  readonly faults: readonly FieldFault[];
}

/** The rows as an object, or what is wrong with them. */
export function readRows(rows: readonly AttributeRow[]): ReadRows {
  const attributes: Record<string, unknown> = {};
  const faults: FieldFault[] = [];
  for (const [index, { name, type, text }] of rows.entries()) {
    const at = (field: string, message: string) =>
      faults.push({ path: `attributes.${index}.${field}`, code: "invalid", message });
    const trimmed = name.trim();
    if (trimmed === "") at("name", "must not be empty; remove the row if it is not needed");
    else if (Object.hasOwn(attributes, trimmed)) at("name", "is the name of another row already");
    const { value, fault } = readValue(type, text);
    if (fault !== undefined) at("text", fault);
    else if (value === null) at("text", "must not be null, which means no attribute; remove the row");
    else
      Object.defineProperty(attributes, trimmed, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return { attributes, faults };
}

/** The form's field for a path of the API: the row of an attribute is found by its name. */
export function fieldOf(path: string, rows: readonly AttributeRow[]): string {
  const [field, ...rest] = path.split(".");
  if (field !== "attributes" || rest.length === 0) return path;
  // The faults of `readRows` name the row by its place.
  if (/^\d+$/.test(rest[0] ?? "") && (rest[1] === "name" || rest[1] === "text")) return path;
  const within = rest.join(".");
  const index = rows.findIndex(({ name }) => within === name.trim() || within.startsWith(`${name.trim()}.`));
  return index === -1 ? "attributes" : `attributes.${index}.text`;
}

/** What makes the contact; empty fields are not named. */
export function toCreateBody(form: ContactForm): CreateContactBody {
  const { attributes } = readRows(form.attributes);
  const body: Record<string, unknown> = {};
  for (const [field, text] of Object.entries(textsOf(form))) if (text !== "") body[field] = text;
  if (form.timezone !== null) body.timezone = form.timezone;
  if (form.tags.length > 0) body.tags = form.tags;
  if (Object.keys(attributes).length > 0) body.attributes = attributes;
  if (Object.keys(form.meta).length > 0) body.meta = form.meta;
  return body;
}

/** What changes the contact: only what differs, so that what a colleague changed meanwhile stays. */
export function toUpdateBody(form: ContactForm, before: ContactForm): UpdateContactBody {
  const body: Record<string, unknown> = {};
  const textsBefore = textsOf(before);
  for (const [field, text] of Object.entries(textsOf(form)))
    if (text !== textsBefore[field]) body[field] = text === "" ? null : text;
  if (form.timezone !== before.timezone) body.timezone = form.timezone;
  if (!isSame(form.tags, before.tags)) body.tags = form.tags;
  const attributes = differenceOf(
    readRows(form.attributes).attributes,
    readRows(before.attributes).attributes,
  );
  if (Object.keys(attributes).length > 0) body.attributes = attributes;
  if (!isSame(form.meta, before.meta)) body.meta = form.meta;
  return body;
}

function textsOf({
  name,
  email,
  phone,
  language,
  externalId,
}: ContactForm): Readonly<Record<string, string>> {
  return { name, email, phone, language, externalId };
}

/** What is new or different, and null for what is gone. */
function differenceOf(after: JsonObject, before: JsonObject): JsonObject {
  const changed = Object.entries(after).filter(([name, value]) => !isSame(value, before[name]));
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  return Object.fromEntries([...changed, ...gone.map((name) => [name, null] as const)]);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
