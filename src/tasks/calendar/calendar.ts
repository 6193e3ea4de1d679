import type { TenantTx } from "../../db/index.ts";
import { localDays } from "../schedule/index.ts";
import { readNow } from "../store.ts";
import { type CalendarDay, planCalendar } from "./rules.ts";
import { type CalendarFilter, selectContactTimes, selectScheduled } from "./store.ts";

/** Tasks that are looked at, and times of contacts: more would keep a screen waiting. */
const tasksAtMost = 500;
const timesAtMost = 20_000;

export interface Calendar {
  readonly days: readonly CalendarDay[];
  /** True: there are tasks or times of contacts that were not looked at. */
  readonly truncated: boolean;
}

/** The runs of active tasks from `from`, but not before now, to `to`, by the days of a time zone. */
export async function loadCalendar(
  tx: TenantTx,
  filter: CalendarFilter,
  window: { readonly from: Date; readonly to: Date; readonly timezone: string },
): Promise<Calendar> {
  const now = await readNow(tx);
  const from = window.from > now ? window.from : now;
  const { to, timezone } = window;
  if (from >= to) return { days: [], truncated: false };
  const days = localDays(timezone, from, to);
  const starts = days.map(({ start }) => start);
  const [scheduled, { times, seen }] = await Promise.all([
    selectScheduled(tx, filter, { from, to, limit: tasksAtMost + 1 }),
    selectContactTimes(tx, filter, { from, to, starts, limit: timesAtMost + 1 }),
  ]);
  return {
    days: planCalendar({
      ...{ now, from, to, days, contactTimes: times },
      scheduled: scheduled.slice(0, tasksAtMost),
    }),
    truncated: scheduled.length > tasksAtMost || seen > timesAtMost,
  };
}
