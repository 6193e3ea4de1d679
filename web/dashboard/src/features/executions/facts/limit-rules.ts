import type { Execution, Step } from "../../../api/generated/model";
import { limitsThen } from "../../../components/journal/start-step.ts";
import { dollars } from "../../../components/money.tsx";
import { spell } from "../../../components/time-words.ts";

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

interface Facts {
  readonly execution: Pick<Execution, "iterations" | "toolCalls" | "costUsd" | "maxTimeSeconds">;
  /** The note with which the execution began: it holds the limits that hold for it, all but the time. */
  readonly start: Step | undefined;
  /** Time at work, in milliseconds: waits do not count. */
  readonly workedMs: number;
}

/** What the execution has used of what it might when it began; none before that. */
export function limitUses({ execution, start, workedMs }: Facts): readonly LimitUse[] {
  const limits = limitsThen(start);
  if (limits === undefined) return [];
  const { maxIterations, maxToolCalls, maxCostUsd: maxCost } = limits;
  const maxSeconds = execution.maxTimeSeconds;
  return [
    counted("iterations", "Model calls", execution.iterations, maxIterations),
    counted("toolCalls", "Tool calls", execution.toolCalls, maxToolCalls),
    toUse("time", "Time at work", workedMs / 1_000 / maxSeconds, [
      spell(Math.round(workedMs / 1_000)),
      spell(maxSeconds),
    ]),
    ...(maxCost === null
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
