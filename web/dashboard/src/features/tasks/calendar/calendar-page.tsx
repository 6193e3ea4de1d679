import { ActionIcon, Anchor, Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { TaskCalendar } from "../../../api/generated/model";
import { useGetTaskCalendar, useListTasks } from "../../../api/generated/tasks/tasks";
import { ErrorState } from "../../../components/error-state.tsx";
import { Page } from "../../../components/page.tsx";
import { usePageKey } from "../../../components/page-keys.ts";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { useNow } from "../../../components/time.tsx";
import { known } from "../../../routes/search.ts";
import { useTimezone } from "../../../session/session.ts";
import { Agenda } from "./agenda.tsx";
import classes from "./calendar.module.css";
import { addDays, dateOf, daysOf, daysShown, readDate, startOf, step, titleOf, type View } from "./dates.ts";
import { DayDrawer } from "./day-drawer.tsx";
import { Grid } from "./grid.tsx";
import { Nothing } from "./nothing.tsx";
import { frequentTasks, paceOf, placeDays } from "./rules.ts";

const route = getRouteApi("/app/calendar");

/** The runs to come of all tasks, by week or month. */
export function CalendarPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const timezone = useTimezone();
  const isNarrow = useMediaQuery("(max-width: 767px)", undefined, { getInitialValueInEffect: false });
  const today = dateOf(useNow(), timezone);
  const view: View = search.view === "week" ? "week" : "month";
  const date = readDate(search.date) ?? today;
  const dates = daysShown(view, date, today);
  const isPastHidden = dates.length < daysOf(view, date).length;
  const [first = date, last = date] = [dates[0], dates.at(-1)];
  const { data, error, isPending, refetch } = useGetTaskCalendar({
    from: startOf(first, timezone).toISOString(),
    to: startOf(addDays(last, 1), timezone).toISOString(),
    timezone,
    ...known({ agentId: search.agentId }),
  });
  const days = placeDays(dates, today, data, usePaces(data));
  // A list has no room for the weeks' ends that belong to other months.
  const listed = view === "week" ? days : days.filter((day) => day.date.slice(0, 7) === date.slice(0, 7));
  const opened = readDate(search.day);

  const change = (changes: Partial<typeof search>) =>
    void navigate({ search: known({ ...search, ...changes }), replace: true });
  const open = (day: string) => void navigate({ search: known({ ...search, day }) });
  const goTo = (next: string) => change({ date: next === today ? undefined : next });
  usePageKey("t", "Today", () => goTo(today));

  const title = titleOf(view, date);
  const hasRuns = (isNarrow ? listed : days).some(({ items }) => items.length > 0);
  return (
    <Page
      title="Calendar"
      bar={
        <div className={classes.bar}>
          <SegmentedControl
            size="xs"
            aria-label="View"
            value={view}
            data={[
              { value: "week", label: "Week" },
              { value: "month", label: "Month" },
            ]}
            onChange={(next) => change({ view: next === "week" ? "week" : undefined })}
          />
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              variant="default"
              size={30}
              aria-label={`Previous ${view}`}
              onClick={() => goTo(step(view, date, -1))}
            >
              <IconChevronLeft size={16} />
            </ActionIcon>
            <Button
              variant="default"
              disabled={dates.includes(today) && (view === "week" || isPastHidden || date === today)}
              onClick={() => goTo(today)}
            >
              Today
            </Button>
            <ActionIcon
              variant="default"
              size={30}
              aria-label={`Next ${view}`}
              onClick={() => goTo(step(view, date, 1))}
            >
              <IconChevronRight size={16} />
            </ActionIcon>
          </Group>
          <Text fw={600} size="sm" aria-live="polite">
            {title}
          </Text>
          <div className={classes.agent}>
            <AgentSelect
              isFilter
              label="Agent"
              placeholder="Any agent"
              value={search.agentId ?? null}
              onChange={(id) => change({ agentId: id ?? undefined })}
            />
          </div>
        </div>
      }
    >
      {data?.truncated === true && (
        <div className={classes.note} data-tone="amber" role="status">
          There are more runs than a calendar can show: these are the soonest. Choose an agent to see all of
          its own.
        </div>
      )}
      <div className={classes.note}>
        Times in {timezone}.
        {isPastHidden ? (
          <>
            {" Weeks that have passed are left out. "}
            <Anchor
              component="button"
              type="button"
              fz="inherit"
              onClick={() => goTo(`${date.slice(0, 8)}01`)}
            >
              Show the whole month
            </Anchor>
          </>
        ) : (
          first < today && " Days that have passed show no runs: open one to reach its executions."
        )}
      </div>
      {data === undefined && error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          {!isPending && !hasRuns && (
            <Nothing title={title} isPast={last < today} isFiltered={search.agentId !== undefined} />
          )}
          {isNarrow ? (
            (isPending || hasRuns) && <Agenda days={listed} isLoading={isPending} onOpen={open} />
          ) : (
            <Grid
              view={view}
              date={date}
              days={days}
              isLoading={isPending}
              label={`Runs to come, ${title}`}
              onMove={goTo}
              onOpen={open}
            />
          )}
        </>
      )}
      <DayDrawer
        day={days.find((day) => day.date === opened)}
        isLoading={isPending}
        onClose={() => change({ day: undefined })}
      />
    </Page>
  );
}

/** The API takes no more ids at once. */
const mostTasks = 100;

/** How often those tasks run that run many times a day. */
function usePaces(calendar: TaskCalendar | undefined): ReadonlyMap<string, string> {
  const ids = frequentTasks(calendar).slice(0, mostTasks);
  const { data } = useListTasks(
    { ids: ids.join(","), limit: mostTasks },
    { query: { enabled: ids.length > 0, placeholderData: keepPreviousData } },
  );
  return new Map(data?.items.map((task) => [task.id, paceOf(task)]));
}
