/** Values of attributes as people type them and as the API has them. Pure. */

export const valueTypes = ["text", "number", "flag", "date", "json"] as const;
export type ValueType = (typeof valueTypes)[number];

export const valueTypeWords: Readonly<Record<ValueType, string>> = {
  text: "Text",
  number: "Number",
  flag: "True or false",
  date: "Date",
  json: "JSON",
};

type ReadValue =
  | { readonly fault?: undefined; readonly value: unknown }
  | { readonly fault: string; readonly value?: undefined };

/** More digits than this and JavaScript, and so most readers of JSON, would change the number. */
const mostDigits = 15;
const numberPattern = /^-?\d+(\.\d+)?$/;
const flags: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  1: true,
  false: false,
  no: false,
  0: false,
};
const datePattern = /^(\d{4})-(\d{2})-(\d{2})(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The value that a text means as a type, or what would be accepted. */
export function readValue(type: ValueType, text: string): ReadValue {
  switch (type) {
    case "text":
      return { value: text };
    case "number":
      return readNumber(text.trim());
    case "flag": {
      const value = flags[text.trim().toLowerCase()];
      return value === undefined ? { fault: "must be true or false, yes or no, 1 or 0" } : { value };
    }
    case "date": {
      const date = text.trim();
      return isDate(date)
        ? { value: date }
        : {
            fault: "must be a date such as 2027-03-01, with a time 2027-03-01T09:00 or 2027-03-01T09:00:00Z",
          };
    }
    case "json":
      return readJson(text);
  }
}

function readNumber(text: string): ReadValue {
  if (!numberPattern.test(text)) return { fault: "must be a number such as 12 or 12.5" };
  if (text.replaceAll(/^-?0*\.?0*|\./g, "").length > mostDigits)
    return { fault: `must have at most ${mostDigits} digits; a longer one stays whole as a text` };
  return { value: Number(text) };
}

function readJson(text: string): ReadValue {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: 'must be JSON, such as ["a", "b"] or {"size": 3}; a text stands in double quotes' };
  }
}

/** A day of the calendar, perhaps with a time, as schedules that follow a date of the contact read them. */
export function isDate(text: string): boolean {
  const [, year, month, day] = datePattern.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/** As which type a value that is there is edited. */
export function typeOf(value: unknown): ValueType {
  if (typeof value === "string") return isDate(value) ? "date" : "text";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "flag";
  return "json";
}

/** A value as the text of its type. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? "";
}
