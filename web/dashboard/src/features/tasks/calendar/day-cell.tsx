import { Skeleton, UnstyledButton } from "@mantine/core";
import classes from "./calendar.module.css";
import { longDate } from "./dates.ts";
import { type EntryForm, EntryLink } from "./entry-link.tsx";
import { FoldedLine } from "./folded-line.tsx";
import { fitOn, runsOf, type ShownDay } from "./rules.ts";

interface DayCellProps {
  readonly day: ShownDay;
  /** So many entries fit. */
  readonly lines: number;
  readonly form: EntryForm;
  /** False: of the month before or after. */
  readonly isInside: boolean;
  readonly isLoading: boolean;
  /** The one cell that the Tab key comes to. */
  readonly isEntrance: boolean;
  onOpen(date: string): void;
}

/** One day of the grid. */
export function DayCell({ day, lines, form, isInside, isLoading, isEntrance, onOpen }: DayCellProps) {
  const { date, isPast, isToday, items, count } = day;
  const { shown, folded, more } = fitOn(lines, items);
  const runs = isPast ? "passed" : runsOf(count);
  return (
    <td
      className={classes.cell}
      data-date={date}
      data-past={isPast || undefined}
      data-outside={!isInside || undefined}
      tabIndex={isEntrance ? 0 : -1}
      aria-label={`${longDate(date)}, ${isToday ? "today, " : ""}${runs}`}
      aria-current={isToday ? "date" : undefined}
    >
      <div className={classes.day}>
        <UnstyledButton
          className={classes.number}
          data-today={isToday || undefined}
          tabIndex={-1}
          aria-label={`Open ${longDate(date)}`}
          onClick={() => onOpen(date)}
        >
          {Number(date.slice(8))}
        </UnstyledButton>
        {count > 1 && <span className={classes.count}>{runsOf(count)}</span>}
      </div>
      {isLoading && !isPast && <Skeleton height={8} width="70%" radius="xl" mt={6} />}
      {shown.map((entry) => (
        <EntryLink key={entry.taskId} entry={entry} form={form} />
      ))}
      <FoldedLine folded={folded} more={more} onOpen={() => onOpen(date)} />
    </td>
  );
}
