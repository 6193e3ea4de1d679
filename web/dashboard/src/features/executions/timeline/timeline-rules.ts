import type { Step } from "../../../api/generated/model";
import { numberOf, objectOf } from "../../../components/journal/json.ts";
import type { AttemptEntry, Entry, StepEntry } from "./entry.ts";
import { wordsOf } from "./step-words.ts";

/**
 * The journal as people read it: a tool's call and its result are one entry, a change of attempts is an entry between.
 * The steps are in order and may begin or end anywhere in the journal.
 */
export function toTimeline(steps: readonly Step[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < steps.length; at += 1) {
    const step = steps[at];
    if (step === undefined) break;
    const before = steps[at - 1];
    if (before !== undefined && before.attempt !== step.attempt) entries.push(toAttempt(before, step));
    const following = steps[at + 1];
    const result = following !== undefined && isResultOf(step, following) ? following : undefined;
    if (result !== undefined) at += 1;
    entries.push(toEntry(step, result, steps[at + 1]));
  }
  return entries;
}

/** The engine writes them with consecutive numbers, in one attempt or two. */
function isResultOf(intent: Step, step: Step): boolean {
  return (
    intent.kind === "tool_intent" &&
    step.kind === "tool_result" &&
    step.seq === intent.seq + 1 &&
    step.name === intent.name
  );
}

function toAttempt(before: Step, step: Step): AttemptEntry {
  return {
    type: "attempt",
    seq: step.seq,
    attempt: step.attempt,
    after: before.kind === "wait" ? "wait" : "loss",
    idleMs: Math.max(0, Date.parse(step.startedAt) - Date.parse(before.endedAt)),
  };
}

function toEntry(step: Step, result: Step | undefined, next: Step | undefined): StepEntry {
  const startedAt = Date.parse(step.startedAt);
  return {
    type: "step",
    seq: step.seq,
    step,
    result,
    startedAt,
    endedAt: endOf(step, result, next),
    costUsd: result?.costUsd ?? step.costUsd,
    isLate: step.late !== null && step.late !== undefined,
    isUnknown: (result ?? step).error?.code === "unknown",
    ...wordsOf(step, result),
  };
}

function endOf(step: Step, result: Step | undefined, next: Step | undefined): number | undefined {
  if (result !== undefined) return Date.parse(result.endedAt);
  if (step.kind === "tool_intent") return undefined;
  if (step.kind !== "wait") return Date.parse(step.endedAt);
  // Written down as it begins; it is over when the next step begins, at the latest after its time.
  if (next !== undefined) return Date.parse(next.startedAt);
  const seconds = numberOf(objectOf(step.output).seconds) ?? 0;
  return Date.parse(step.endedAt) + seconds * 1_000;
}

/** The time axis that all bars of a timeline share, in milliseconds since 1970. */
export interface Axis {
  readonly from: number;
  readonly to: number;
}

interface AxisFacts {
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly now: number;
}

/** From the start of the execution to its end or to now. */
export function axisOf({ startedAt, completedAt, now }: AxisFacts, entries: readonly Entry[]): Axis {
  const first = entries.find((entry) => entry.type === "step");
  const last = entries.findLast((entry) => entry.type === "step");
  const from = startedAt === null ? (first?.startedAt ?? now) : Date.parse(startedAt);
  // A wait's end is planned and may never come.
  const known = (last?.sort === "wait" ? undefined : last?.endedAt) ?? last?.startedAt ?? from;
  const to = completedAt === null ? now : Date.parse(completedAt);
  return { from, to: Math.max(to, known, from + 1) };
}

/** Where a bar lies on the axis, in percent; never less than can be seen. */
export interface Place {
  readonly left: number;
  readonly width: number;
}

const leastWidth = 0.6;

export function placeOn({ from, to }: Axis, startedAt: number, endedAt: number): Place {
  const share = (at: number) => Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
  const left = Math.min(share(startedAt), 100 - leastWidth);
  return { left, width: Math.max(leastWidth, share(endedAt) - left) };
}

/** When an entry was over as far as the axis goes, and what it is called at that: a wait may go on or have been cut short. */
export function soFar(
  { sort, title, startedAt, endedAt }: StepEntry,
  axis: Axis,
  isLive: boolean,
): { readonly title: string; readonly end: number } {
  if (endedAt === undefined) return { title, end: isLive ? axis.to : startedAt };
  if (sort !== "wait" || endedAt <= axis.to) return { title, end: endedAt };
  return { title: title.replace("Waited", isLive ? "Waits" : "Was to wait"), end: axis.to };
}

/** Milliseconds spent in waits of the agent among these entries: they do not count against the time that is allowed. */
export function waitedMs(entries: readonly Entry[], axis: Axis): number {
  return entries.reduce(
    (sum, entry) =>
      entry.type === "step" && entry.sort === "wait"
        ? sum + soFar(entry, axis, true).end - entry.startedAt
        : sum,
    0,
  );
}

/** The entry that a step belongs to. */
export function findEntry(entries: readonly Entry[], seq: number): StepEntry | undefined {
  return entries.find(
    (entry): entry is StepEntry => entry.type === "step" && (entry.seq === seq || entry.result?.seq === seq),
  );
}
