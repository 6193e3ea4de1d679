import type { Reason } from "../engine/index.ts";

export const periods = ["day", "month"] as const;
export type Period = (typeof periods)[number];

/** What a workspace or an agent may spend, in US dollars as decimal strings; null: no budget. */
export interface Budget {
  readonly dailyCostUsd: string | null;
  readonly monthlyCostUsd: string | null;
}

/** One budget in one period. */
export interface BudgetLine {
  /** The workspace's or the agent's UUID. */
  readonly subjectId: string;
  /** Null: the workspace's. */
  readonly agentId: string | null;
  readonly period: Period;
  /** The first day of the period and the first day after it, `2027-03-01`, in the workspace's zone. */
  readonly startsOn: string;
  readonly endsOn: string;
  readonly limitUsd: string;
}

interface Workspace extends Budget {
  readonly id: string;
  readonly timezone: string;
}

/** The day in the zone, `2027-03-01`. */
export function localDay(now: Date, timezone: string): string {
  return toLocal(now, timezone).toPlainDate().toString();
}

function toLocal(now: Date, timezone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timezone);
}

/** The instant at which a local day begins. */
export function startOfDay(day: string, timezone: string): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(timezone).epochMilliseconds);
}

/** The budgets that hold now: those of the workspace, and those of the agents given. */
export function listBudgetLines(
  now: Date,
  workspace: Workspace,
  agents: readonly (Budget & { readonly id: string })[],
): readonly BudgetLine[] {
  // Asked before every message and run, while most workspaces have no budget and local dates are dear.
  const isBounded = [workspace, ...agents].some(
    (it) => it.dailyCostUsd !== null || it.monthlyCostUsd !== null,
  );
  if (!isBounded) return [];
  const today = toLocal(now, workspace.timezone).toPlainDate();
  const firstOfMonth = today.with({ day: 1 });
  const spans = {
    day: { startsOn: today.toString(), endsOn: today.add({ days: 1 }).toString() },
    month: { startsOn: firstOfMonth.toString(), endsOn: firstOfMonth.add({ months: 1 }).toString() },
  };
  const linesOf = (subjectId: string, agentId: string | null, budget: Budget): BudgetLine[] =>
    periods.flatMap((period) => {
      const limitUsd = period === "day" ? budget.dailyCostUsd : budget.monthlyCostUsd;
      return limitUsd === null ? [] : [{ subjectId, agentId, period, ...spans[period], limitUsd }];
    });
  return [
    ...linesOf(workspace.id, null, workspace),
    ...agents.flatMap((agent) => linesOf(agent.id, agent.id, agent)),
  ];
}

/** A budget as people are told of it. */
export type NamedBudget = Pick<BudgetLine, "agentId" | "period" | "limitUsd">;

/** How much of a budget is gone. */
export interface BudgetUse {
  readonly line: BudgetLine;
  readonly spentUsd: string;
  /** What model calls under way may still cost. */
  readonly reservedUsd: string;
}

/**
 * What stands in the way of a call that may cost this much. `used_up`: there is no room; `taken`: there is room when
 * the calls under way turn out cheaper than they might be.
 */
export type Obstacle = {
  readonly kind: "used_up" | "taken";
  readonly reason: Reason;
  /** The budget that stands in the way. */
  readonly use: BudgetUse;
};

/** Whether every budget has room for the estimate. A budget that is spent has none, not even for a free call. */
export function findObstacle(uses: readonly BudgetUse[], estimateUsd: string): Obstacle | undefined {
  const estimate = toMicros(estimateUsd);
  const full = uses.find(({ line, spentUsd }) => {
    const left = toMicros(line.limitUsd) - toMicros(spentUsd);
    return left <= 0 || estimate > left;
  });
  if (full !== undefined)
    return { kind: "used_up", reason: { code: "budget", message: describeFull(full, estimate) }, use: full };
  const taken = uses.find(
    ({ line, spentUsd, reservedUsd }) =>
      toMicros(spentUsd) + toMicros(reservedUsd) + estimate > toMicros(line.limitUsd),
  );
  if (taken === undefined) return undefined;
  const message = `${nameBudget(taken.line)} has no room for another model call beside those under way.`;
  return { kind: "taken", reason: { code: "budget", message }, use: taken };
}

/**
 * How much a call reserves: the most that it may cost, or what is left of the smallest budget where that is less; never
 * under the least with which the call is worth making.
 */
export function fitReservation(uses: readonly BudgetUse[], mostUsd: string, leastUsd: string): string {
  const left = uses.map(({ line, spentUsd }) => toMicros(line.limitUsd) - toMicros(spentUsd));
  const fitting = Math.min(toMicros(mostUsd), ...left);
  return toUsd(Math.max(toMicros(leastUsd), fitting));
}

function describeFull({ line, spentUsd }: BudgetUse, estimate: number): string {
  const left = toMicros(line.limitUsd) - toMicros(spentUsd);
  if (left <= 0) return `${nameBudget(line)} is used up.`;
  return `${nameBudget(line)} has ${toUsd(left)} left; the next model call may cost up to ${toUsd(estimate)}.`;
}

/** For instance `The agent's daily budget of 5.00 US dollars`. */
export function nameBudget({ agentId, period, limitUsd }: NamedBudget): string {
  const whose = agentId === null ? "The workspace's" : "The agent's";
  return `${whose} ${period === "day" ? "daily" : "monthly"} budget of ${limitUsd} US dollars`;
}

/** From these shares of a budget on people are told. */
const toldShares = [100, 80] as const;
export type ToldPercent = 0 | 80 | 100;

/** The highest share that is reached and that people are told of. */
export function reachedPercent(spentUsd: string, limitUsd: string): ToldPercent {
  const share = (toMicros(spentUsd) * 100) / toMicros(limitUsd);
  return toldShares.find((percent) => share >= percent) ?? 0;
}

/** Whole millionths of a dollar: sums of floating-point cents drift. */
function toMicros(usd: string): number {
  return Math.round(Number(usd) * 1_000_000);
}

function toUsd(micros: number): string {
  return (micros / 1_000_000).toFixed(6).replace(/(\.\d\d\d*?)0+$/, "$1");
}

/** What is left of a budget beside what is spent and reserved; never below 0. */
export function leftOf({ line, spentUsd, reservedUsd }: BudgetUse): string {
  return toUsd(Math.max(0, toMicros(line.limitUsd) - toMicros(spentUsd) - toMicros(reservedUsd)));
}

/** A reservation that is older belongs to a process that is gone: no model call takes this long. */
const oldestReservationMs = 3_600_000;
/** Reservations made before this moment do not count any more. */
export function reservationsSince(now: Date): Date {
  return new Date(now.getTime() - oldestReservationMs);
}

/** The sum of two amounts, without zeros at the end beyond cents. */
export function addUsd(left: string, right: string): string {
  return toUsd(toMicros(left) + toMicros(right));
}

const longestSpanDays = 366;

/** What is wrong with a span of days, as the rest of a sentence that begins with "must", or undefined. */
export function findSpanFault(from: string, to: string): string | undefined {
  const days = Temporal.PlainDate.from(from).until(to, { largestUnit: "days" }).days;
  if (days < 0) return "must not be after to";
  return days >= longestSpanDays ? `must be at most ${longestSpanDays - 1} days before to` : undefined;
}

/** The first of the 30 days that end with this one. */
export function defaultDays(to: string): string {
  return Temporal.PlainDate.from(to).subtract({ days: 29 }).toString();
}
