import { readValue, type ValueType } from "../../values/rules.ts";

/** What the columns of a file are, as people choose it. Pure. */

export const plainFields = ["name", "email", "phone", "timezone", "language", "externalId"] as const;
export type PlainField = (typeof plainFields)[number];

/** How dates are written in the file; the API has 2027-03-01. */
export const attributeTypes = ["text", "number", "flag", "date", "dayFirst", "monthFirst", "json"] as const;
export type AttributeType = (typeof attributeTypes)[number];

export type Target =
  | { readonly kind: "ignore" }
  | { readonly kind: Exclude<PlainField, "phone"> }
  /** `isBare`: spaces, dots, dashes and brackets are left out. */
  | { readonly kind: "phone"; readonly isBare: boolean }
  /** The two make up the name. */
  | { readonly kind: "firstName" }
  | { readonly kind: "lastName" }
  | { readonly kind: "tags" }
  | { readonly kind: "attribute"; readonly name: string; readonly type: AttributeType };

export type TargetKind = Target["kind"];

export const targetWords: Readonly<Record<TargetKind, string>> = {
  ignore: "Leave out",
  name: "Name",
  firstName: "First name",
  lastName: "Last name",
  email: "E-mail",
  phone: "Phone",
  timezone: "Time zone",
  language: "Language",
  externalId: "External id",
  tags: "Tags",
  attribute: "Attribute",
};

/** A field of the API as the columns call it: "External id". */
export function fieldWord(path: string): string {
  return (
    [...plainFields, "tags" as const].flatMap((field) => (field === path ? [targetWords[field]] : []))[0] ??
    path
  );
}

/** The two columns that a file of failed rows begins with. */
export const importLine = "Import line";
export const importError = "Import error";

/** How other programs call them, without everything but letters and digits. */
const knownNames: readonly (readonly [TargetKind, readonly string[]])[] = [
  [
    "name",
    ["name", "fullname", "contact", "contactname", "customer", "customername", "displayname", "имя", "фио"],
  ],
  ["firstName", ["firstname", "givenname", "forename", "vorname"]],
  ["lastName", ["lastname", "surname", "familyname", "nachname", "фамилия"]],
  ["email", ["email", "mail", "emailaddress", "почта", "электроннаяпочта"]],
  [
    "phone",
    ["phone", "phonenumber", "mobile", "mobilephone", "cell", "tel", "telephone", "telefon", "телефон"],
  ],
  ["timezone", ["timezone", "tz", "zone", "zeitzone"]],
  ["language", ["language", "lang", "locale", "sprache", "язык"]],
  ["externalId", ["externalid", "id", "customerid", "contactid", "crmid", "userid", "clientid"]],
  ["tags", ["tags", "tag", "labels", "label", "segments", "теги"]],
  ["ignore", [importLine, importError].map(bare)],
];

function bare(header: string): string {
  return header.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** What each column is, judged by its header and some of its values; whatever has no other meaning is an attribute. */
export function guessTargets(
  header: readonly string[],
  samples: readonly (readonly string[])[],
): readonly Target[] {
  const taken = new Set<TargetKind>();
  const names = new Set<string>();
  return header.map((title, column) => {
    const values = samples.map((cells) => cells[column]?.trim() ?? "").filter((value) => value !== "");
    const named = knownNames.find(([, known]) => known.includes(bare(title)))?.[0];
    const kind = named ?? (bare(title) === "" ? kindOfValues(values) : undefined);
    if (kind === "ignore" || values.length === 0) return { kind: "ignore" };
    if (kind === undefined || kind === "attribute" || taken.has(kind)) {
      const name = freeName(attributeName(title, column), names);
      names.add(name);
      return { kind: "attribute", name, type: guessType(values) };
    }
    taken.add(kind);
    return kind === "phone"
      ? { kind, isBare: values.some((value) => bareNumber(value) !== value) }
      : { kind };
  });
}

const emailAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const phoneNumber = /^\+\d[\d\s().\-–/]{5,}$/;

/** What a column without a name is, where its values alone tell. */
function kindOfValues(values: readonly string[]): TargetKind | undefined {
  if (values.length === 0) return undefined;
  if (values.every((value) => emailAddress.test(value))) return "email";
  return values.every((value) => phoneNumber.test(value)) ? "phone" : undefined;
}

/** A cell of the first row that is no name of a column, by which that row is rather a contact; undefined if none is. */
export function findValueInHeader(header: readonly string[]): string | undefined {
  const values = [emailAddress, phoneNumber, dottedDate, /^\d{4}-\d{2}-\d{2}/, /^-?\d+([.,]\d+)?$/];
  return header.map((cell) => cell.trim()).find((cell) => values.some((value) => value.test(cell)));
}

/** "Plan (current)" is plan_current. */
export function attributeName(title: string, column: number): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  return words === null ? `column_${column + 1}` : words.join("_").slice(0, 100);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
  return free;
}

/** The narrowest type that all values have. Numbers with a leading 0 are names, such as those of places. */
function guessType(values: readonly string[]): AttributeType {
  const all = (type: AttributeType) => values.every((value) => readCell(type, value).fault === undefined);
  if (values.some((value) => /^-?0\d+(\.\d+)?$/.test(value))) return "text";
  if (values.every((value) => /^(true|false|yes|no)$/i.test(value))) return "flag";
  return (["number", "date", "dayFirst", "monthFirst"] as const).find(all) ?? "text";
}

const dottedDate = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/;

/** A cell's value as an attribute has it, or what would be accepted. */
export function readCell(type: AttributeType, cell: string) {
  if (type !== "dayFirst" && type !== "monthFirst") return readValue(type satisfies ValueType, cell);
  const [, one = "", two = "", year = ""] = dottedDate.exec(cell) ?? [];
  const [day, month] = type === "dayFirst" ? [one, two] : [two, one];
  const read = readValue("date", `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`);
  if (read.fault === undefined) return read;
  const example = type === "dayFirst" ? "31.12.2027 or 31/12/2027" : "12/31/2027";
  return { fault: `must be a date such as ${example}` };
}

/** A phone number without what people put between its digits. */
export function bareNumber(text: string): string {
  return text.replaceAll(/[\s().\-–/]/g, "");
}

interface TargetFaults {
  /** Column → why it cannot be so. */
  readonly atColumns: ReadonlyMap<number, string>;
  /** Of the whole, if no column is to blame. */
  readonly general?: string;
}

/** Why the columns cannot be taken so; no fault at all where they can. */
export function checkTargets(targets: readonly Target[]): TargetFaults {
  const atColumns = new Map<number, string>();
  const firstOf = new Map<string, number>();
  const hasName = targets.some(({ kind }) => kind === "name");
  for (const [column, target] of targets.entries()) {
    if (target.kind === "ignore") continue;
    const fault = checkOne(target, hasName, firstOf);
    if (fault !== undefined) atColumns.set(column, fault);
    const key = keyOf(target);
    if (!firstOf.has(key)) firstOf.set(key, column);
  }
  if (targets.every(({ kind }) => kind === "ignore"))
    return { atColumns, general: "Every column is left out. Choose what at least one of them is." };
  return { atColumns };
}

function keyOf(target: Target): string {
  return target.kind === "attribute" ? `attribute ${target.name.trim()}` : target.kind;
}

function checkOne(
  target: Target,
  hasName: boolean,
  firstOf: ReadonlyMap<string, number>,
): string | undefined {
  if (target.kind === "attribute" && target.name.trim() === "") return "Give the attribute a name.";
  if ((target.kind === "firstName" || target.kind === "lastName") && hasName)
    return "Another column is the whole name. Choose either that or its parts.";
  const first = firstOf.get(keyOf(target));
  return first === undefined
    ? undefined
    : `Column ${first + 1} is this already. Choose something else for one of them.`;
}
