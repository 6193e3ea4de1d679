import { z } from "zod";
import type { FieldError } from "./errors.ts";

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** More faults than anyone reads; a body of 1 MB can have a hundred thousand. */
const mostErrors = 100;
const longestName = 100;

const typeNames: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a date",
  undefined: "left out",
};

const formatNames: Readonly<Record<string, string>> = {
  email: "an e-mail address",
  url: "a URL",
  uuid: "a UUID",
  datetime: "an instant in UTC such as 2027-03-01T09:00:00Z",
  date: "a date such as 2027-03-01",
  time: "a time such as 09:30",
  e164: "a phone number such as +4930901820",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  base64: "base64",
  base64url: "base64url",
};

function typeName(expected: string): string {
  return typeNames[expected] ?? `of type ${expected}`;
}

function list(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", ");
}

/** "between 10 and 100": both ends, although zod names only the one that was passed. */
function describeRange(issue: RawIssue & { code: "too_small" | "too_big" }): string {
  const owner = issue.schema;
  if (owner instanceof z.ZodNumber) {
    const { minValue, maxValue } = owner;
    const low = minValue !== null && Number.isFinite(minValue) && minValue !== Number.MIN_SAFE_INTEGER;
    const high = maxValue !== null && Number.isFinite(maxValue) && maxValue !== Number.MAX_SAFE_INTEGER;
    if (low && high && issue.inclusive !== false) return `must be between ${minValue} and ${maxValue}`;
  }
  const least = issue.code === "too_small";
  const bound = least ? issue.minimum : issue.maximum;
  const unit = unitOf(issue.origin);
  if (unit === "") {
    if (issue.inclusive === false) return `must be ${least ? "more than" : "less than"} ${bound}`;
    return `must be ${least ? "at least" : "at most"} ${bound}`;
  }
  if (least && bound === 1) return "must not be empty";
  return `must have ${least ? "at least" : "at most"} ${bound} ${unit}`;
}

function unitOf(origin: string): string {
  if (origin === "string") return "characters";
  return origin === "array" || origin === "set" ? "items" : origin === "object" ? "fields" : "";
}

function describeUnion(issue: RawIssue & { code: "invalid_union" }): string {
  if ("options" in issue && Array.isArray(issue.options)) return `must be one of ${list(issue.options)}`;
  const branches = "errors" in issue ? (issue.errors as readonly (readonly Issue[])[]) : [];
  const expected = branches.flatMap((issues) =>
    issues.flatMap((one) => (one.code === "invalid_type" && one.path.length === 0 ? [one.expected] : [])),
  );
  return expected.length === 0
    ? "has none of the accepted forms"
    : `must be ${expected.map(typeName).join(" or ")}`;
}

/** zod's sentence for an issue, in our words. A schema's own sentence goes before this one. */
export function describeIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.schema instanceof z.ZodNumber && issue.schema.isInt
        ? "must be a whole number"
        : `must be ${typeName(issue.expected)}`;
    case "too_small":
    case "too_big":
      return describeRange(issue);
    case "invalid_format":
      return `must be ${formatNames[issue.format] ?? `a well-formed ${issue.format}`}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${list(issue.values)}`;
    case "invalid_union":
      return describeUnion(issue);
    case "unrecognized_keys":
      return issue.schema instanceof z.ZodObject
        ? `is no field here; accepted are: ${Object.keys(issue.schema.shape).join(", ") || "none"}`
        : "is no field here";
    default:
      return undefined;
  }
}

function codeOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return "invalid_type";
    case "too_small":
    case "too_big": {
      const end = issue.code === "too_small";
      if (issue.origin === "string") return end ? "too_short" : "too_long";
      return unitOf(issue.origin) === "" ? "out_of_range" : end ? "too_few" : "too_many";
    }
    case "invalid_value":
      return "not_one_of";
    case "unrecognized_keys":
      return "unknown_field";
    case "invalid_union":
      return "discriminator" in issue && issue.discriminator !== undefined ? "not_one_of" : "invalid_type";
    case "custom":
      return typeof issue.params?.code === "string" ? issue.params.code : "invalid";
    default:
      return issue.code;
  }
}

/** True if nothing was sent where the issue is. */
function isMissing(issue: Issue): boolean {
  if (issue.code === "custom") return false;
  if (issue.code === "invalid_union" && "discriminator" in issue && issue.discriminator !== undefined) {
    const { input } = issue;
    return typeof input === "object" && input !== null && !(issue.discriminator in input);
  }
  return issue.input === undefined;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, longestName)).join(".");
}

/** The branch of a union that was meant: one whose own type fits and that has the fewest faults inside. */
function closestBranch(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [];
  const fitting = issue.errors.filter(
    (issues) => !issues.some((one) => one.path.length === 0 && one.code !== "unrecognized_keys"),
  );
  return fitting.toSorted((left, right) => left.length - right.length)[0] ?? [];
}

function fromIssue(issue: Issue, before: readonly PropertyKey[]): readonly FieldError[] {
  const path = [...before, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: dotted([...path, key]),
      code: "unknown_field",
      message: issue.message,
    }));
  }
  if (issue.code === "invalid_key" || issue.code === "invalid_element")
    return issue.issues.flatMap((inner) => fromIssue(inner, path));
  if (isMissing(issue))
    return [{ path: dotted(path), code: "required", message: `is required and ${issue.message}` }];
  const inside = closestBranch(issue);
  if (inside.length > 0) return inside.flatMap((inner) => fromIssue(inner, path));
  return [{ path: dotted(path), code: codeOf(issue), message: issue.message }];
}

/** Every fault that zod found, with dotted paths, codes in snake_case and what would be accepted. */
export function toFieldErrors(error: z.core.$ZodError): readonly FieldError[] {
  const faults = error.issues.flatMap((issue) => fromIssue(issue, []));
  const ofOtherType = new Set(faults.filter(isOfType).map(({ path }) => path));
  // zod measures whatever has a length: a list where a text is expected would also have too many characters.
  const told = faults.filter((fault) => isOfType(fault) || !ofOtherType.has(fault.path));
  return told.filter((fault, at) => at === 0 || !isSame(fault, told[at - 1])).slice(0, mostErrors);
}

/** A number beyond all bounds fails two of zod's checks with one sentence. */
function isSame(fault: FieldError, other: FieldError | undefined): boolean {
  return fault.path === other?.path && fault.code === other.code && fault.message === other.message;
}

function isOfType({ code }: FieldError): boolean {
  return code === "invalid_type" || code === "required";
}
