import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconCalendarEvent } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Task } from "../../../api/generated/model";
import { useListUpcomingRuns } from "../../../api/generated/tasks/tasks";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { missingDate } from "../../../components/task-standing.ts";
import { useMe } from "../../../session/session.ts";
import { RunList } from "../schedule/run-list.tsx";

const runsShown = 20;

/** The next runs, with what clock changes do to them. */
export function UpcomingTab({ task }: { readonly task: Task }) {
  const { data, error, refetch } = useListUpcomingRuns(task.id, { count: runsShown });
  if (error !== null && data === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  if (data.next.length === 0) return <None task={task} />;
  return (
    <>
      <Text size="sm" fw={500}>
        {task.scheduleDescription}
      </Text>
      <RunList
        label="Coming runs"
        next={data.next}
        warnings={data.warnings}
        timezone={task.schedule?.timezone ?? (task.schedule === null ? null : "UTC")}
      />
    </>
  );
}

function None({ task }: { readonly task: Task }) {
  const mayWrite = useMe().can("write");
  const { title, text } = whyNone(task);
  return (
    <Stack align="center" py="xl">
      <EmptyState
        icon={IconCalendarEvent}
        title={title}
        actions={
          mayWrite && task.schedule === null ? (
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link to="/tasks/$taskId/edit" params={{ taskId: task.id }} {...props} />
              )}
            >
              Set a schedule
            </Button>
          ) : undefined
        }
      >
        {text}
      </EmptyState>
    </Stack>
  );
}

function whyNone(task: Task): { readonly title: string; readonly text: string } {
  const { schedule, state } = task;
  if (schedule === null)
    return { title: "No schedule", text: "It runs on demand: by Run now, by API, or by an agent." };
  if (state === "ended") return { title: "No coming runs", text: "The task has ended." };
  if (state !== "active")
    return {
      title: "No coming runs",
      text: "The task is paused. Once it is resumed its schedule counts from then.",
    };
  return { title: "No coming runs", text: missingDate(task) ?? "The schedule has no further run." };
}

function Waiting() {
  return (
    <Stack gap={12} aria-hidden>
      {["46%", "62%", "58%", "61%", "60%", "63%"].map((width) => (
        <Skeleton key={width} height={10} width={width} radius="xl" />
      ))}
    </Stack>
  );
}
