import { isDeepStrictEqual } from "node:util";
import type { ContactActivity, Reason } from "../../engine/index.ts";
import { type Beginning, decideBeginning } from "../audience/rules.ts";
import { expired } from "../rules.ts";
import { relativeRunAt, type Schedule, type SchedulePolicies, wordCount } from "../schedule/index.ts";
import type { Task } from "../task.ts";

export type RelativeSchedule = Extract<Schedule, { readonly kind: "relative" }>;

/** The schedule if its times are those of contacts' attributes. */
export function asRelative(schedule: Schedule | null): RelativeSchedule | null {
  return schedule?.kind === "relative" ? schedule : null;
}

/** As everywhere in schedules: later than this is not on time. */
const onTimeMs = 60_000;
const longestKey = 200;

/** What tells one value of an attribute from another; undefined for none. */
export function keyOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.slice(0, longestKey);
}

/** How a due time is carried out. */
export function judgeLateness(
  dueAt: Date,
  now: Date,
  policies: Pick<SchedulePolicies, "misfire" | "catchUpWindowSeconds">,
): "schedule" | "catch_up" | "missed" {
  const lateMs = now.getTime() - dueAt.getTime();
  if (lateMs < onTimeMs) return "schedule";
  const isMadeUpFor = policies.misfire !== "skip" && lateMs <= policies.catchUpWindowSeconds * 1_000;
  return isMadeUpFor ? "catch_up" : "missed";
}

/** What a schedule makes of a value. */
export type Placement =
  | { readonly kind: "waits"; readonly dueAt: Date }
  | { readonly kind: "missed"; readonly dueAt: Date; readonly reason: Reason }
  | { readonly kind: "invalid"; readonly reason: Reason };

/** When a value's run is; one that is past further than could be made up for is missed at once. */
export function placeValue(
  schedule: RelativeSchedule,
  value: unknown,
  facts: { readonly now: Date; readonly policies: SchedulePolicies },
): Placement {
  const run = relativeRunAt(schedule, value);
  if ("fault" in run) return { kind: "invalid", reason: { code: "attribute_invalid", message: run.fault } };
  const dueAt = run.at;
  if (judgeLateness(dueAt, facts.now, facts.policies) !== "missed") return { kind: "waits", dueAt };
  return { kind: "missed", dueAt, reason: describeMissed(dueAt, facts.policies) };
}

/** Why a due time that has passed does not run any more. */
function describeMissed(dueAt: Date, { misfire, catchUpWindowSeconds }: SchedulePolicies): Reason {
  const why =
    misfire === "skip"
      ? "the misfire policy is skip"
      : `the catch-up window of ${catchUpWindowSeconds} seconds had passed`;
  return { code: "missed", message: `The run at ${dueAt.toISOString()} was missed: ${why}.` };
}

/** What a walk over an audience found that will not run, in contacts. */
export interface PlaceTally {
  readonly missed: number;
  /** ISO 8601; null without any. */
  readonly missedFirst: string | null;
  readonly missedLast: string | null;
  readonly invalid: number;
  /** What is wrong with one of the values. */
  readonly fault: string | null;
}

export const nothingPlaced: PlaceTally = {
  missed: 0,
  missedFirst: null,
  missedLast: null,
  invalid: 0,
  fault: null,
};

/** The tally with one more contact whose time was past. */
export function addMissed(tally: PlaceTally, dueAt: Date): PlaceTally {
  const at = dueAt.toISOString();
  const { missedFirst, missedLast } = tally;
  return {
    ...tally,
    missed: tally.missed + 1,
    missedFirst: missedFirst === null || at < missedFirst ? at : missedFirst,
    missedLast: missedLast === null || at > missedLast ? at : missedLast,
  };
}

/** The tally with one more contact whose value gives no time. */
export function addInvalid(tally: PlaceTally, fault: string): PlaceTally {
  return { ...tally, invalid: tally.invalid + 1, fault: tally.fault ?? fault };
}

/** A skipped execution that stands for many contacts. */
export interface LeftOut {
  readonly reason: Reason;
  readonly missed: { readonly count: number; readonly first: Date; readonly last: Date };
}

/** What a finished walk says of contacts whose time will not come, at most one of each kind. */
export function describeUnplaced(tally: PlaceTally, now: Date): readonly LeftOut[] {
  const { missed, missedFirst, missedLast, invalid, fault } = tally;
  const leftOut: LeftOut[] = [];
  if (missed > 0 && missedFirst !== null && missedLast !== null) {
    const message = `The time of ${wordCount(missed, "contact")} was past further than the catch-up window when it was first seen.`;
    const stretch = { count: missed, first: new Date(missedFirst), last: new Date(missedLast) };
    leftOut.push({ reason: { code: "missed", message }, missed: stretch });
  }
  if (invalid > 0) {
    const message = `${wordCount(invalid, "contact")} have a value that gives no time. One of them: ${fault}`;
    leftOut.push({
      reason: { code: "attribute_invalid", message },
      missed: { count: invalid, first: now, last: now },
    });
  }
  return leftOut;
}

/** What a task's relative schedule was placed for. */
export interface Arrangement {
  readonly rule: RelativeSchedule | null;
  readonly contactId: string | null;
  readonly audience: unknown;
}

/** True if due times made for the one are right for the other. Of an audience only the filter counts. */
export function isSameArrangement(one: Arrangement, other: Arrangement): boolean {
  const relevant = ({ rule, contactId, audience }: Arrangement) => ({
    rule: rule === null ? null : withoutSpread(rule),
    contactId,
    filter: (audience as { readonly filter?: unknown } | null)?.filter ?? null,
  });
  return isDeepStrictEqual(relevant(one), relevant(other));
}

/** Jitter and the number of runs are looked at when a run is due. */
function withoutSpread(rule: RelativeSchedule): object {
  const { jitterSeconds: _jitter, maxRuns: _runs, ...rest } = rule;
  return rest;
}

/** The UUID just before another one, so that "the first beyond it" is that one, if it is there at all. */
export function uuidBefore(uuid: string): string {
  const number = BigInt(`0x${uuid.replaceAll("-", "")}`) - 1n;
  return number
    .toString(16)
    .padStart(32, "0")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What is known when a due time has come. */
export interface DueFacts {
  readonly dueAt: Date;
  readonly now: Date;
  readonly policies: SchedulePolicies;
  readonly task: Pick<Task, "state" | "expiresAt">;
  /** False: the contact has left the audience. */
  readonly isAmong: boolean;
  readonly isOptedOut: boolean;
  /** True: the task is over for this contact. */
  readonly isReached: boolean;
  /** False: the schedule has had as many runs as it may have. */
  readonly hasRunsLeft: boolean;
  readonly activity: ContactActivity | undefined;
}

export type DueRunDecision =
  | { readonly kind: "skipped"; readonly reason: Reason }
  | {
      readonly kind: "runs";
      readonly trigger: "schedule" | "catch_up";
      readonly beginning: Exclude<Beginning, { readonly kind: "skipped" }>;
    };

/** What becomes of a due time. */
export function decideDueRun(facts: DueFacts): DueRunDecision {
  const obstacle = findObstacle(facts);
  if (obstacle !== undefined) return { kind: "skipped", reason: obstacle };
  const trigger = judgeLateness(facts.dueAt, facts.now, facts.policies);
  if (trigger === "missed") return { kind: "skipped", reason: describeMissed(facts.dueAt, facts.policies) };
  const beginning = decideBeginning(facts.policies.overlap, facts.activity);
  return beginning.kind === "skipped" ? beginning : { kind: "runs", trigger, beginning };
}

/** Why a schedule with `maxRuns` is over. */
export const runsUsedUp: Reason = {
  code: "schedule_finished",
  message: "The schedule has had as many runs as maxRuns allows.",
};

function findObstacle({ task, dueAt, ...facts }: DueFacts): Reason | undefined {
  if (task.state === "ended") return { code: "task_ended", message: "The task had ended by then." };
  if (task.state !== "active") return { code: "paused", message: "The task was paused at that time." };
  if (task.expiresAt !== null && dueAt >= task.expiresAt) return expired;
  if (!facts.hasRunsLeft) return runsUsedUp;
  if (!facts.isAmong)
    return { code: "not_in_audience", message: "The contact no longer matched the audience at that time." };
  if (facts.isReached) return { code: "goal_reached", message: "The task is over for this contact." };
  if (facts.isOptedOut) return { code: "contact_opted_out", message: "The contact does not want messages." };
  return undefined;
}
