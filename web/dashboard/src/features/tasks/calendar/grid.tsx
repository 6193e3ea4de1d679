import { type KeyboardEvent, useEffect, useRef } from "react";
import classes from "./calendar.module.css";
import { addDays, step, type View, weekdayOf } from "./dates.ts";
import { DayCell } from "./day-cell.tsx";
import { daysMoved, type ShownDay } from "./rules.ts";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/** So many entries fit where so many weeks share the height. */
const linesOf: Readonly<Record<number, number>> = { 1: 24, 2: 11, 3: 7 };
const leastLines = 4;

interface GridProps {
  readonly view: View;
  /** The day at which the keyboard is. */
  readonly date: string;
  readonly days: readonly ShownDay[];
  readonly isLoading: boolean;
  readonly label: string;
  onMove(date: string): void;
  onOpen(date: string): void;
}

/** Weeks as rows. Arrows go from day to day, Page Up and Page Down to the view before and after, Enter opens a day. */
export function Grid({ view, date, days, isLoading, label, onMove, onOpen }: GridProps) {
  const table = useRef<HTMLTableElement>(null);
  const isMoving = useRef(false);
  useEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    table.current?.querySelector<HTMLElement>(`[data-date="${date}"]`)?.focus();
  }, [date]);

  function onKeyDown(event: KeyboardEvent): void {
    // Links and buttons within a cell keep their own keys.
    if (!(event.target instanceof HTMLTableCellElement)) return;
    const next = nextOf(event.key);
    if (next === undefined) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onOpen(date);
      return;
    }
    event.preventDefault();
    isMoving.current = true;
    onMove(next);
  }

  function nextOf(key: string): string | undefined {
    if (key === "PageUp") return step(view, date, -1);
    if (key === "PageDown") return step(view, date, 1);
    const by = daysMoved(key, weekdayOf(date));
    return by === undefined ? undefined : addDays(date, by);
  }

  const weeks = Array.from({ length: days.length / 7 }, (_, at) => days.slice(at * 7, at * 7 + 7));
  return (
    <div className={classes.scroller}>
      <table
        ref={table}
        className={classes.grid}
        aria-label={label}
        aria-busy={isLoading}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr>
            {weekdays.map((name) => (
              <th key={name} scope="col" abbr={name}>
                {name.slice(0, 3)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]?.date}>
              {week.map((day) => (
                <DayCell
                  key={day.date}
                  day={day}
                  lines={linesOf[weeks.length] ?? leastLines}
                  form={view === "month" ? "short" : "tall"}
                  isInside={view === "week" || day.date.slice(0, 7) === date.slice(0, 7)}
                  isLoading={isLoading}
                  isEntrance={day.date === date}
                  onOpen={onOpen}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
