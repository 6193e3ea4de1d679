import type { PreviewSchedule200WarningsItem, ScheduleInput } from "../../../api/generated/model";
import { type DurationValue, toDuration, toSeconds } from "../../../components/form/duration.ts";

/** A schedule as a form has it, and as the API has it. Pure. */

export const kinds = [
  "none",
  "once",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "every",
  "cron",
  "relative",
] as const;
export type Kind = (typeof kinds)[number];

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Weekday = (typeof weekdays)[number];

export type ScheduleWarning = PreviewSchedule200WarningsItem;

/**
 * The fields of all kinds, named as in the API, so that its faults find them. What one kind does not have keeps its
 * value: who looks at another kind and comes back has lost nothing.
 */
export interface ScheduleForm {
  readonly kind: Kind;
  /** Null: UTC, which only `every` allows. */
  readonly timezone: string | null;
  readonly at: string;
  readonly minute: number | string;
  readonly time: string;
  readonly everyDays: number | string;
  readonly weekdays: readonly Weekday[];
  readonly everyWeeks: number | string;
  /** "1" to "31", or "last". */
  readonly day: string;
  readonly cron: string;
  readonly seconds: DurationValue;
  readonly attribute: string;
  readonly offsetSeconds: DurationValue & { readonly direction: "before" | "after" };
  /** For `relative`: the run is at this time of day; empty: at the very time. */
  readonly relativeTime: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly maxRuns: number | string;
  readonly jitterSeconds: DurationValue;
}

/** A form in which every kind has something sensible, but for what only the member can know. */
export function emptySchedule(timezone: string): ScheduleForm {
  return {
    kind: "none",
    timezone,
    at: "",
    minute: 0,
    time: "09:00",
    everyDays: 1,
    weekdays: ["monday"],
    everyWeeks: 1,
    day: "1",
    cron: "0 9 * * MON-FRI",
    seconds: { amount: 30, unit: "minutes" },
    attribute: "",
    offsetSeconds: { amount: 1, unit: "days", direction: "before" },
    relativeTime: "",
    startsAt: "",
    endsAt: "",
    maxRuns: "",
    jitterSeconds: { amount: "", unit: "minutes" },
  };
}

/** A stored schedule in the form; null is "only on demand". */
export function toScheduleForm(schedule: ScheduleInput | null, timezone: string): ScheduleForm {
  const empty = emptySchedule(timezone);
  if (schedule === null) return empty;
  const common = {
    ...empty,
    kind: schedule.kind,
    timezone: schedule.timezone ?? null,
    jitterSeconds: toDuration(schedule.jitterSeconds, "minutes"),
  };
  if (schedule.kind === "once") return { ...common, at: schedule.at };
  const bounded = {
    ...common,
    startsAt: withoutZone(schedule.startsAt),
    endsAt: withoutZone(schedule.endsAt),
    maxRuns: schedule.maxRuns ?? "",
  };
  switch (schedule.kind) {
    case "hourly":
      return { ...bounded, minute: schedule.minute };
    case "daily":
      return { ...bounded, time: schedule.time, everyDays: schedule.everyDays ?? 1 };
    case "weekly":
      return {
        ...bounded,
        time: schedule.time,
        weekdays: schedule.weekdays,
        everyWeeks: schedule.everyWeeks ?? 1,
      };
    case "monthly":
      return { ...bounded, time: schedule.time, day: String(schedule.day) };
    case "cron":
      return { ...bounded, cron: schedule.cron };
    case "every":
      return { ...bounded, seconds: toDuration(schedule.seconds, "minutes") };
    case "relative":
      return {
        ...bounded,
        attribute: schedule.attribute,
        offsetSeconds: {
          ...toDuration(Math.abs(schedule.offsetSeconds), "days"),
          direction: schedule.offsetSeconds < 0 ? "before" : "after",
        },
        relativeTime: schedule.time ?? "",
      };
  }
}

/** `every` without a zone may have its bounds with a Z; fields for local times know none. */
function withoutZone(text: string | undefined): string {
  return text?.replace(/Z$/, "") ?? "";
}

/**
 * What the API is sent; null for "only on demand". An empty field is left out and anything else goes as it was typed:
 * what is accepted is for the API to say.
 */
export function toSchedule(form: ScheduleForm): ScheduleInput | null {
  if (form.kind === "none") return null;
  return withoutEmpty({
    kind: form.kind,
    timezone: form.timezone ?? undefined,
    ...fieldsOfKind(form, form.kind),
    ...(form.kind === "once" ? {} : boundsOf(form)),
    jitterSeconds: toSeconds(form.jitterSeconds),
  }) as ScheduleInput;
}

function fieldsOfKind(form: ScheduleForm, kind: Exclude<Kind, "none">): Readonly<Record<string, unknown>> {
  const { time } = form;
  switch (kind) {
    case "once":
      return { at: form.at };
    case "hourly":
      return { minute: form.minute };
    case "daily":
      return { time, ...unlessOne("everyDays", form.everyDays) };
    case "weekly":
      return { weekdays: [...form.weekdays], time, ...unlessOne("everyWeeks", form.everyWeeks) };
    case "monthly":
      return { day: form.day === "last" ? "last" : Number(form.day), time };
    case "cron":
      return { cron: form.cron };
    case "every":
      return { seconds: toSeconds(form.seconds) };
    case "relative":
      return { attribute: form.attribute, offsetSeconds: offsetOf(form), time: form.relativeTime };
  }
}

function boundsOf({ startsAt, endsAt, maxRuns }: ScheduleForm) {
  return { startsAt, endsAt, maxRuns };
}

/** "Every day" has no number. */
function unlessOne(name: string, value: number | string): Readonly<Record<string, unknown>> {
  return value === 1 ? {} : { [name]: value };
}

function offsetOf({ offsetSeconds }: ScheduleForm): number | undefined {
  const seconds = toSeconds(offsetSeconds);
  if (seconds === undefined || seconds === 0) return seconds;
  return offsetSeconds.direction === "before" ? -seconds : seconds;
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""),
  );
}

const needed: Readonly<Record<Kind, readonly (keyof ScheduleForm)[]>> = {
  none: [],
  once: ["timezone", "at"],
  hourly: ["timezone", "minute"],
  daily: ["timezone", "time"],
  weekly: ["timezone", "time"],
  monthly: ["timezone", "time"],
  every: ["seconds"],
  cron: ["timezone", "cron"],
  relative: ["timezone", "attribute", "offsetSeconds"],
};

/** Whether there is anything to preview: a field that is still empty is no fault while one types. */
export function isFilledIn(form: ScheduleForm): boolean {
  return needed[form.kind].every((name) => {
    const value = form[name];
    if (value === null || value === "") return false;
    return !(typeof value === "object" && "amount" in value && value.amount === "");
  });
}

/** True if anything in the folded part is set. */
export function hasBounds(form: ScheduleForm): boolean {
  const { startsAt, endsAt, maxRuns, jitterSeconds } = form;
  return startsAt !== "" || endsAt !== "" || maxRuns !== "" || jitterSeconds.amount !== "";
}

/** The form's field for a path of the API's below `schedule`. */
export function scheduleFieldOf(path: string, kind: Kind): string {
  if (path === "schedule") return "schedule.kind";
  return kind === "relative" && path === "schedule.time" ? "schedule.relativeTime" : path;
}

export interface RunRow {
  readonly at: string;
  /** False for a change of the clock at which a run is left out. */
  readonly isRun: boolean;
  readonly warnings: readonly ScheduleWarning[];
}

/** The runs by time, each with the warnings that concern it; a warning of no run listed has a row of its own. */
export function toRunRows(next: readonly string[], warnings: readonly ScheduleWarning[]): readonly RunRow[] {
  const runs = next.map((at) => ({
    at,
    isRun: true,
    warnings: warnings.filter((warning) => Date.parse(warning.at) === Date.parse(at)),
  }));
  const shown = new Set(runs.flatMap((row) => row.warnings));
  const others = warnings
    .filter((warning) => !shown.has(warning))
    .map((warning) => ({ at: warning.at, isRun: false, warnings: [warning] }));
  return [...runs, ...others].sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
}
