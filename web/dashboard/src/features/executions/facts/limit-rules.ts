import type { Agent, Execution, Step, Task } from "../../../api/generated/model";
import { dollars } from "../../../components/money.tsx";
import { spell } from "../../../components/time-words.ts";
import { numberOf, objectOf } from "../timeline/json.ts";

/** One limit and how much of it is used. */
export interface LimitUse {
  readonly key: "iterations" | "toolCalls" | "cost" | "time";
  readonly label: string;
  /** "3 of 1,000". */
  readonly words: string;
  /** 0 to 1. */
  readonly share: number;
  /** From 80 % on the agent is told to conclude. */
  readonly level: "plain" | "near" | "reached";
}

const nearShare = 0.8;
/** Of a reply whose agent sets none, and of a task; in seconds. */
const usualMaxTime = 900;

interface Facts {
  readonly execution: Pick<Execution, "iterations" | "toolCalls" | "costUsd">;
  /** The note with which the execution began: it holds the limits that hold for it, all but the time. */
  readonly start: Step | undefined;
  readonly task: Pick<Task, "limits"> | undefined;
  readonly agent: Pick<Agent, "limits"> | undefined;
  /** Time at work, in milliseconds: waits do not count. */
  readonly workedMs: number;
}

/** What the execution has used of what it may; none before it has begun. */
export function limitUses({ execution, start, task, agent, workedMs }: Facts): readonly LimitUse[] {
  const limits = objectOf(objectOf(start?.output).limits);
  const [maxIterations, maxToolCalls] = [numberOf(limits.maxIterations), numberOf(limits.maxToolCalls)];
  const maxCost = typeof limits.maxCostUsd === "string" ? limits.maxCostUsd : undefined;
  if (maxIterations === undefined || maxToolCalls === undefined) return [];
  const maxSeconds = task?.limits.maxTimeSeconds ?? agent?.limits.maxTimeSeconds ?? usualMaxTime;
  return [
    counted("iterations", "Model calls", execution.iterations, maxIterations),
    counted("toolCalls", "Tool calls", execution.toolCalls, maxToolCalls),
    toUse("time", "Time at work", workedMs / 1_000 / maxSeconds, [
      spell(Math.round(workedMs / 1_000)),
      spell(maxSeconds),
    ]),
    ...(maxCost === undefined
      ? []
      : [
          toUse("cost", "Cost", shareOf(Number(execution.costUsd), Number(maxCost)), [
            dollars(execution.costUsd),
            dollars(maxCost),
          ]),
        ]),
  ];
}

function counted(key: LimitUse["key"], label: string, used: number, most: number): LimitUse {
  return toUse(key, label, used / most, [used.toLocaleString("en"), most.toLocaleString("en")]);
}

function shareOf(used: number, most: number): number {
  return most > 0 ? used / most : 1;
}

function toUse(
  key: LimitUse["key"],
  label: string,
  share: number,
  [used, most]: readonly [string, string],
): LimitUse {
  const level = share >= 1 ? "reached" : share >= nearShare ? "near" : "plain";
  return { key, label, words: `${used} of ${most}`, share: Math.min(1, share), level };
}
