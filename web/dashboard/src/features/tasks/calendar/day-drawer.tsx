import { Anchor, Drawer, Loader, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import classes from "./calendar.module.css";
import { longDate } from "./dates.ts";
import { EntryLink } from "./entry-link.tsx";
import { runsOf, type ShownDay } from "./rules.ts";

interface DayDrawerProps {
  /** Undefined: closed. */
  readonly day: ShownDay | undefined;
  readonly isLoading: boolean;
  onClose(): void;
}

/** Everything of one day. */
export function DayDrawer({ day, isLoading, onClose }: DayDrawerProps) {
  return (
    <Drawer
      opened={day !== undefined}
      onClose={onClose}
      position="right"
      size={400}
      title={<Text fw={600}>{day === undefined ? "" : longDate(day.date)}</Text>}
      closeButtonProps={{ "aria-label": "Close the day" }}
    >
      {day !== undefined && <Content day={day} isLoading={isLoading} />}
    </Drawer>
  );
}

function Content({ day, isLoading }: { readonly day: ShownDay; readonly isLoading: boolean }) {
  const { date, isPast, isToday, count, items } = day;
  if (isLoading && !isPast) return <Loader role="progressbar" size="sm" aria-label="Loading the day" />;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {wordsOf(day)}
        {items.length > 0 &&
          ` ${runsOf(count)} of ${items.length === 1 ? "1 task" : `${items.length} tasks`}.`}
      </Text>
      <div className={classes.list}>
        {items.map((entry) => (
          <EntryLink key={entry.taskId} entry={entry} />
        ))}
      </div>
      {(isPast || isToday) && <ExecutionsOfDay date={date} />}
    </Stack>
  );
}

function wordsOf({ isPast, isToday, items }: ShownDay): string {
  if (isPast) return "This day has passed: what ran is among the executions.";
  if (items.length === 0) return isToday ? "Nothing more is due today." : "Nothing is due on this day.";
  return isToday ? "Still to come today:" : "";
}

function ExecutionsOfDay({ date }: { readonly date: string }) {
  // The list takes days, and the last one is among them.
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => <Link to="/executions" search={{ from: date, to: date }} {...props} />}
    >
      Executions of this day
    </Anchor>
  );
}
