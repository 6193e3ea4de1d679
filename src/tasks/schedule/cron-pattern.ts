import { wordCount } from "./words.ts";

/*
 * The cron dialect: five fields of numbers, names, lists, ranges and steps, `L` and `#`, with the meaning
 * that croner gives them (the tests compare the two day by day). It is read here and not by croner, because
 * croner takes typing errors for something else without a word ("5*" is 5, "L5" is the 5th and the last
 * day, "?" is "*"), keeps 80 kB per pattern, and needs 12 to 20 µs for each next run.
 */

/** Which weekdays of a month are meant: 0 to 4 are the first to fifth, 5 is the last. */
export const OCCURRENCES = 6;
export const LAST_OCCURRENCE = 5;

export interface CronPattern {
  minutes: readonly number[];
  hours: readonly number[];
  /** Index 1 to 31. */
  daysOfMonth: readonly boolean[];
  lastDayOfMonth: boolean;
  /** Index 1 to 12. */
  months: readonly boolean[];
  /** Index weekday (0 is Sunday) times `OCCURRENCES` plus the occurrence in the month. */
  weekdays: readonly boolean[];
  anyDayOfMonth: boolean;
  anyDayOfWeek: boolean;
  /** Neither the minute nor the hour has a `*` or a step: the times of day are fixed ones. */
  fixedTimes: boolean;
}

export interface CronProblem {
  code: "cron_invalid" | "cron_too_fine";
  message: string;
}

export type ParsedCron =
  | { ok: true; pattern: CronPattern }
  | { ok: false; problems: readonly [CronProblem, ...CronProblem[]] };

interface Field {
  name: string;
  min: number;
  max: number;
  /** The largest step; a larger one would be a typing error. */
  maxStep: number;
  /** Names of the values, the first one standing for `min`. */
  names: readonly string[];
  marks: "none" | "last" | "nth";
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const MINUTE: Field = { name: "minute", min: 0, max: 59, maxStep: 60, names: [], marks: "none" };
const HOUR: Field = { name: "hour", min: 0, max: 23, maxStep: 24, names: [], marks: "none" };
const DAY_OF_MONTH: Field = { name: "day of month", min: 1, max: 31, maxStep: 31, names: [], marks: "last" };
const MONTH: Field = { name: "month", min: 1, max: 12, maxStep: 12, names: MONTHS, marks: "none" };
const DAY_OF_WEEK: Field = { name: "day of week", min: 0, max: 7, maxStep: 7, names: WEEKDAYS, marks: "nth" };

/** One part of a list: the values it stands for, and which occurrences in the month. */
interface Item {
  values: readonly number[];
  occurrences: readonly number[];
  lastDay: boolean;
}

const EVERY_OCCURRENCE = [0, 1, 2, 3, 4, LAST_OCCURRENCE];

type Parsed<Value> = { ok: true; value: Value } | { ok: false; message: string };

/** Reads a cron text, or says for each field what is wrong with it and what would be accepted. */
export function parseCron(text: string): ParsedCron {
  const fields = splitCron(text);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields;
  if (
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    fields.length > 5
  ) {
    return { ok: false, problems: [describeFieldCount(fields)] };
  }
  const problems: CronProblem[] = [];
  const read = (field: Field, fieldText: string): readonly Item[] => {
    const items = parseField(field, fieldText);
    if (items.ok) return items.value;
    problems.push({ code: "cron_invalid", message: items.message });
    return [];
  };
  const minutes = read(MINUTE, minute);
  const hours = read(HOUR, hour);
  const days = read(DAY_OF_MONTH, dayOfMonth);
  const months = read(MONTH, month);
  const weekdays = read(DAY_OF_WEEK, dayOfWeek);
  const [firstProblem, ...otherProblems] = problems;
  if (firstProblem !== undefined) return { ok: false, problems: [firstProblem, ...otherProblems] };
  return {
    ok: true,
    pattern: {
      minutes: sortedValues(minutes),
      hours: sortedValues(hours),
      daysOfMonth: flags(days, DAY_OF_MONTH.max),
      lastDayOfMonth: days.some((item) => item.lastDay),
      months: flags(months, MONTH.max),
      weekdays: weekdayFlags(weekdays),
      anyDayOfMonth: dayOfMonth === "*",
      anyDayOfWeek: dayOfWeek === "*",
      fixedTimes: !/[*/]/.test(minute + hour),
    },
  };
}

/** Splits a cron text into its fields at white space. */
export function splitCron(text: string): string[] {
  return text.trim().split(/\s+/);
}

function describeFieldCount(fields: readonly string[]): CronProblem {
  const accepted = "five fields are accepted: minute, hour, day of month, month, day of week";
  if (fields.length > 5) {
    return {
      code: "cron_too_fine",
      message: `the cron has ${wordCount(fields.length, "field")}; ${accepted} (no seconds: a task runs once a minute at most)`,
    };
  }
  const [first = ""] = fields;
  if (first.startsWith("@")) {
    return { code: "cron_invalid", message: `"${first}" is not supported; ${accepted}` };
  }
  return {
    code: "cron_invalid",
    message: `the cron has ${wordCount(first === "" ? 0 : fields.length, "field")}; ${accepted}`,
  };
}

function parseField(field: Field, text: string): Parsed<readonly Item[]> {
  const items: Item[] = [];
  const parts = text.split(",");
  if (parts.length > 1 && parts.includes("*")) {
    return fail(field, text, 'has "*" in a list; write "*" alone for every value');
  }
  for (const part of parts) {
    const item = parseItem(field, part);
    if (!item.ok) return item;
    items.push(item.value);
  }
  return { ok: true, value: items };
}

function parseItem(field: Field, text: string): Parsed<Item> {
  if (field.marks === "last" && /^L$/i.test(text)) {
    return { ok: true, value: { values: [], occurrences: [], lastDay: true } };
  }
  // "FRI#2", "FRI#L", "FRIL", "1-5#1". Only here may an L end a value: in the month field "JUL" is a name.
  const marked = field.marks === "nth" ? /^([^*/#]+?)(?:#([1-5])|#?L)$/i.exec(text) : null;
  const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(marked?.[1] ?? text);
  if (match === null) return refuse(field, text);
  const [, star, lowText = "", highText, stepText] = match;

  const low = star === undefined ? readValue(field, lowText) : field.min;
  // A range of weekdays may end with 7, a star stands for each weekday once.
  const starMax = field === DAY_OF_WEEK ? 6 : field.max;
  const high = star === undefined ? readRangeEnd(field, highText, low) : starMax;
  if (low === null || high === null) return refuse(field, text);
  if (low > high) {
    return fail(
      field,
      text,
      `runs backwards; write it as two, like "${low}-${starMax},${field.min}-${high}"`,
    );
  }
  if (stepText !== undefined && star === undefined && highText === undefined) {
    return fail(field, text, `has a step without a range; write "${low}-${starMax}/${stepText}"`);
  }
  const step = Number(stepText ?? 1);
  if (step < 1 || step > field.maxStep) {
    return fail(field, text, `has the step ${step}; steps from 1 to ${field.maxStep} are accepted`);
  }
  const values: number[] = [];
  for (let value = low; value <= high; value += step) values.push(value);
  return { ok: true, value: { values, occurrences: occurrencesOf(marked), lastDay: false } };
}

/** Reads a weekday's mark, matched as above. */
function occurrencesOf(marked: RegExpExecArray | null): readonly number[] {
  if (marked === null) return EVERY_OCCURRENCE;
  return [marked[2] === undefined ? LAST_OCCURRENCE : Number(marked[2]) - 1];
}

/** Returns the end of a range, `low` where there is no range. At the end SUN is 7, as in "FRI-SUN". */
function readRangeEnd(field: Field, text: string | undefined, low: number | null): number | null {
  if (text === undefined) return low;
  return field === DAY_OF_WEEK && text.toUpperCase() === "SUN" ? field.max : readValue(field, text);
}

function readValue(field: Field, text: string): number | null {
  const named = field.names.indexOf(text.toUpperCase());
  if (named !== -1) return field.min + named;
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : null;
}

function refuse(field: Field, text: string): Parsed<never> {
  const names = field.names.length === 0 ? "" : ` or ${field.names[0]} to ${field.names.at(-1)}`;
  const marks = {
    none: "",
    last: ', and "L" for the last day',
    nth: ', and "FRI#2" for the second or "FRI#L" for the last Friday of the month',
  }[field.marks];
  return fail(
    field,
    text,
    `is not understood; "*", values from ${field.min} to ${field.max}${names}, ranges ("1-5"), steps ("*/2") and lists ("1,3") are accepted${marks}`,
  );
}

function fail(field: Field, text: string, problem: string): Parsed<never> {
  return { ok: false, message: `${field.name}: "${text}" ${problem}` };
}

function sortedValues(items: readonly Item[]): number[] {
  return [...new Set(items.flatMap((item) => item.values))].sort((a, b) => a - b);
}

function flags(items: readonly Item[], max: number): boolean[] {
  const result = new Array<boolean>(max + 1).fill(false);
  for (const value of items.flatMap((item) => item.values)) result[value] = true;
  return result;
}

function weekdayFlags(items: readonly Item[]): boolean[] {
  const result = new Array<boolean>(7 * OCCURRENCES).fill(false);
  for (const { values, occurrences } of items) {
    for (const value of values) {
      for (const occurrence of occurrences) result[(value % 7) * OCCURRENCES + occurrence] = true;
    }
  }
  return result;
}
