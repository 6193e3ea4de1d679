import type { Execution } from "../../../api/generated/model";
import { listOf, objectOf, textOf } from "../../../components/journal/json.ts";
import type { Entry, StepEntry } from "./entry.ts";

/** What goes on at this moment and is no step yet: the journal gets a step when it is over. */
export interface UnderWay {
  readonly title: string;
  /** Milliseconds since 1970; undefined: nothing is at work. */
  readonly since: number | undefined;
  readonly isBusy: boolean;
}

type Facts = Pick<Execution, "status" | "waitingFor" | "reason" | "queuedAt" | "startedAt">;

const waits: Readonly<Record<NonNullable<Execution["waitingFor"]>, string>> = {
  approval: "Waits for an approval",
  human: "Waits for a person",
  time: "Waits for its time",
};

/** Undefined once it has ended. `model` is the one that the agent uses. */
export function findUnderWay(
  { status, waitingFor, reason, queuedAt, startedAt }: Facts,
  entries: readonly Entry[],
  model: string | undefined,
): UnderWay | undefined {
  if (status === "queued")
    return { title: "Waits for a free worker", since: Date.parse(queuedAt), isBusy: false };
  const last = entries.findLast((entry) => entry.type === "step");
  if (status === "waiting") {
    // A wait of the agent is a step already, and shows by itself that it goes on.
    if (waitingFor === "time" && last?.sort === "wait") return undefined;
    const title = waitingFor === null ? (reason?.message ?? "Waits for its turn") : waits[waitingFor];
    return { title, since: undefined, isBusy: false };
  }
  if (status !== "running") return undefined;
  const since = last === undefined ? Date.parse(startedAt ?? queuedAt) : (last.endedAt ?? last.startedAt);
  return { title: titleOf(last, entries, model), since, isBusy: true };
}

function titleOf(last: StepEntry | undefined, entries: readonly Entry[], model: string | undefined): string {
  if (last === undefined) return "Reads what it works on";
  if (last.step.kind === "tool_intent" && last.result === undefined) return `Calls tool ${last.step.name}`;
  const call = nextCall(entries);
  if (call !== undefined) return `Carries out ${call}`;
  return model === undefined ? "Calls the model" : `Calls ${model}`;
}

/** The first call of the newest answer that nothing was written of yet. */
function nextCall(entries: readonly Entry[]): string | undefined {
  const at = entries.findLastIndex((entry) => entry.type === "step" && entry.step.kind === "model");
  const answer = entries[at];
  if (answer === undefined || answer.type !== "step") return undefined;
  const calls = listOf(objectOf(answer.step.output).toolCalls);
  const done = entries
    .slice(at + 1)
    .filter((entry) => entry.type === "step" && entry.sort !== "note" && entry.sort !== "checkpoint").length;
  const next = calls[done];
  return next === undefined ? undefined : textOf(objectOf(next).name);
}
