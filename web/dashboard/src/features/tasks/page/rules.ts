import type { Agent, Execution, Task } from "../../../api/generated/model";
import type { LimitsThen } from "../../../components/journal/start-step.ts";
import { dollars } from "../../../components/money.tsx";
import { spell } from "../../../components/time-words.ts";

import { defaultLimits } from "../editor/rules.ts";

/** What the task page says in words. Pure. */

export interface Fact {
  readonly label: string;
  readonly value: string;
}

const misfireWords: Readonly<Record<Task["policies"]["misfire"], string>> = {
  skip: "Made up for none",
  run_once: "The newest is made up for",
  run_all: "All are made up for, the newest 100 at most",
};

const overlapWords: Readonly<Record<Task["policies"]["overlap"], string>> = {
  skip: "The new run is skipped",
  queue_one: "One waits for the end of the earlier",
  cancel_previous: "The earlier run is cancelled",
  allow: "Both run",
};

/** The policies that are not the defaults. */
export function ownPolicies({
  misfire,
  catchUpWindowSeconds,
  overlap,
  autoPauseAfterFailures,
}: Task["policies"]): readonly Fact[] {
  return [
    ...unless(misfire === "run_once", "Missed runs", misfireWords[misfire]),
    ...unless(catchUpWindowSeconds === 3_600, "Catch-up window", spell(catchUpWindowSeconds)),
    ...unless(overlap === "skip", "Overlap", overlapWords[overlap]),
    ...unless(
      autoPauseAfterFailures === 5,
      "Pauses after",
      autoPauseAfterFailures === 0 ? "No number of failures" : failures(autoPauseAfterFailures),
    ),
  ];
}

function failures(count: number): string {
  return count === 1 ? "1 failure" : `${count} failures in a row`;
}

function unless(isDefault: boolean, label: string, value: string): readonly Fact[] {
  return isDefault ? [] : [{ label, value }];
}

/** The limits that hold: where the task has none of its own, the agent's go before the defaults. */
export function limitsInForce(limits: Task["limits"], agent: Agent["limits"] | undefined): Task["limits"] {
  return {
    maxIterations:
      limits.maxIterations === defaultLimits.maxIterations
        ? (agent?.maxIterations ?? defaultLimits.maxIterations)
        : limits.maxIterations,
    maxTimeSeconds: limits.maxTimeSeconds,
    maxToolCalls:
      limits.maxToolCalls === defaultLimits.maxToolCalls
        ? (agent?.maxToolCalls ?? defaultLimits.maxToolCalls)
        : limits.maxToolCalls,
    maxCostUsd: limits.maxCostUsd ?? agent?.maxCostUsd ?? null,
  };
}

export function sayLimits({
  maxIterations,
  maxTimeSeconds,
  maxToolCalls,
  maxCostUsd,
}: Task["limits"]): readonly Fact[] {
  return [
    { label: "Running time", value: spell(maxTimeSeconds) },
    { label: "Model calls", value: maxIterations.toLocaleString("en") },
    { label: "Tool calls", value: maxToolCalls.toLocaleString("en") },
    { label: "Cost", value: maxCostUsd === null ? "No limit" : dollars(maxCostUsd) },
  ];
}

export interface LimitUse {
  readonly label: string;
  /** "912 of 1,000" */
  readonly words: string;
  /** 0 to 100 and above. */
  readonly percent: number;
}

/** From here on it says something: the agent is told to conclude at 80 %. */
const worthSaying = 50;

type Used = Pick<Execution, "iterations" | "toolCalls" | "costUsd" | "status">;

/** What a run used of the limits with which it began, where it is half or more. Running time is left out: waits are not told apart in it. */
export function limitUse(used: Used, limits: LimitsThen): readonly LimitUse[] {
  const all: readonly LimitUse[] = [
    shareOf("Model calls", used.iterations, limits.maxIterations, (count) => count.toLocaleString("en")),
    shareOf("Tool calls", used.toolCalls, limits.maxToolCalls, (count) => count.toLocaleString("en")),
    ...(limits.maxCostUsd === null
      ? []
      : [shareOf("Cost", Number(used.costUsd), Number(limits.maxCostUsd), (usd) => dollars(String(usd)))]),
  ];
  return used.status === "skipped" ? [] : all.filter(({ percent }) => percent >= worthSaying);
}

function shareOf(label: string, used: number, limit: number, say: (value: number) => string): LimitUse {
  return { label, words: `${say(used)} of ${say(limit)}`, percent: Math.floor((used / limit) * 100) };
}

export function saySession(seconds: number): string {
  return seconds === 0 ? "None: it does not answer" : spell(seconds);
}

const goalWords: Readonly<Record<Task["endWhen"][number], string>> = {
  goal_met: "an execution met its goal",
  conversation_closed: "the conversation was closed",
  contact_replied: "the contact replied",
};

export function sayGoals(goals: Task["endWhen"]): string {
  return goals.map((goal) => goalWords[goal]).join(", or ");
}

const triggerWords: Readonly<Record<Execution["trigger"], string>> = {
  schedule: "Schedule",
  manual: "By hand",
  api: "API",
  catch_up: "Catch-up",
  replay: "Replay",
  agent: "Agent",
  workflow: "Workflow",
};

/** Who or what began it. */
export function sayTrigger(trigger: Execution["trigger"]): string {
  return triggerWords[trigger];
}

export type Mend = "resume" | "agent" | "channel" | "contact" | "schedule" | "expiry";

const mends: Readonly<Record<string, Mend>> = {
  agent_deleted: "agent",
  channel_deleted: "channel",
  contact_deleted: "contact",
  expired: "expiry",
  schedule_failed: "schedule",
  schedule_finished: "schedule",
};

/** Which button mends the state: what was deleted needs another first, the rest is resumed or scheduled anew. */
export function mendOf({ stateReason }: Pick<Task, "stateReason">): Mend {
  return mends[stateReason?.code ?? ""] ?? "resume";
}
