import { Skeleton, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import classes from "./calendar.module.css";
import { shortDay } from "./dates.ts";
import { EntryLink } from "./entry-link.tsx";
import { FoldedLine } from "./folded-line.tsx";
import { fitOn, runsOf, type ShownDay } from "./rules.ts";

const lines = 8;

interface AgendaProps {
  readonly days: readonly ShownDay[];
  readonly isLoading: boolean;
  onOpen(date: string): void;
}

/** The days that have runs, one under the other: the calendar on a narrow screen. */
export function Agenda({ days, isLoading, onOpen }: AgendaProps) {
  if (isLoading)
    return (
      <Stack p="md" gap="md">
        {days.slice(0, 6).map(({ date }) => (
          <Skeleton key={date} height={14} width="60%" radius="xl" />
        ))}
      </Stack>
    );
  return (
    <div className={classes.agenda}>
      {days
        .filter(({ items, isToday }) => items.length > 0 || isToday)
        .map(({ date, isToday, count, items }) => {
          const { shown, folded, more } = fitOn(lines, items);
          return (
            <section key={date} className={classes.agendaDay}>
              <UnstyledButton className={classes.agendaHead} onClick={() => onOpen(date)}>
                <Title order={2} size="h3" c={isToday ? "accent" : undefined}>
                  {shortDay(date)}
                  {isToday && " · Today"}
                </Title>
                <Text size="xs" c="dimmed">
                  {runsOf(count)}
                </Text>
              </UnstyledButton>
              {shown.map((entry) => (
                <EntryLink key={entry.taskId} entry={entry} />
              ))}
              <FoldedLine folded={folded} more={more} onOpen={() => onOpen(date)} />
              {items.length === 0 && (
                <Text size="sm" c="dimmed">
                  Nothing more today
                </Text>
              )}
            </section>
          );
        })}
    </div>
  );
}
