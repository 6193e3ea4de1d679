import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { getListExecutionsQueryKey, useListExecutions } from "../../../api/generated/executions/executions";
import type { Execution, Task } from "../../../api/generated/model";
import { getListTasksQueryKey, useTriggerTask } from "../../../api/generated/tasks/tasks";
import { ExecutionPill } from "../../../components/execution-pill.tsx";
import { Pill } from "../../../components/pill.tsx";
import { ReasonText } from "../../../components/reason-text.tsx";
import { sayFailed } from "../../../components/say.tsx";
import { between } from "../../../components/time-words.ts";
import type { TourData } from "../tour.ts";
import { RunMessages } from "./run-messages.tsx";
import { RunSteps } from "./run-steps.tsx";
import classes from "./run-view.module.css";

interface RunViewProps {
  readonly task: Task;
  readonly data: TourData;
  /** Makes another task. */
  onAgain(): void;
}

/** Beside the live stream, which may say it up to two seconds later. */
const lookMs = 1_000;

function hasEnded({ status }: Pick<Execution, "status">): boolean {
  return status !== "queued" && status !== "running" && status !== "waiting";
}

/** The newest run of the task, live until it has ended. */
export function RunView({ task, data, onAgain }: RunViewProps) {
  const queryClient = useQueryClient();
  const params = { taskId: task.id, limit: 1 };
  const { data: executions } = useListExecutions(params, {
    query: {
      refetchInterval: ({ state }) => {
        const newest = state.data?.items[0];
        return newest === undefined || hasEnded(newest) ? false : lookMs;
      },
    },
  });
  const run = useTriggerTask({
    mutation: {
      onSuccess: () =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: getListExecutionsQueryKey(params) }),
          queryClient.invalidateQueries({ queryKey: getListTasksQueryKey() }),
        ]),
      onError: (error) => sayFailed("The task does not run", error),
    },
  });
  if (executions === undefined) return <Loader size="sm" />;
  const [execution] = executions.items;
  const runNow = () => run.mutate({ taskId: task.id });
  if (execution === undefined)
    return (
      <Stack gap="sm" align="flex-start">
        <Text size="sm">“{task.name}” is made and has not run yet.</Text>
        <Button size="sm" loading={run.isPending} onClick={runNow}>
          Run now
        </Button>
      </Stack>
    );
  const agent = data.agents.find(({ id }) => id === execution.agentId);
  const isSandbox = data.providers.some(
    ({ id, kind }) => id === agent?.modelProviderId && kind === "sandbox",
  );
  return (
    <Stack gap="md">
      <div className={classes.run}>
        <Group gap="xs" role="status">
          <ExecutionPill execution={execution} />
          <Text size="sm" fw={500}>
            {task.name}
          </Text>
          {execution.startedAt !== null && execution.completedAt !== null && (
            <Text size="sm" c="dimmed">
              {between(execution.startedAt, execution.completedAt)}
            </Text>
          )}
          {isSandbox && (
            <Pill tone="grey" icon={IconFlask}>
              Sandbox model
            </Pill>
          )}
        </Group>
        <RunSteps execution={execution} />
        <RunMessages execution={execution} />
        {execution.reason !== null && (
          <Text size="sm">
            <ReasonText text={execution.reason.message} />
          </Text>
        )}
      </div>
      {hasEnded(execution) && <AfterRun task={task} execution={execution} />}
      <Group gap="xs">
        <Button variant="default" loading={run.isPending} disabled={!hasEnded(execution)} onClick={runNow}>
          Run again
        </Button>
        <Button variant="default" onClick={onAgain}>
          Make another task
        </Button>
      </Group>
    </Stack>
  );
}

function AfterRun({ task, execution }: { readonly task: Task; readonly execution: Execution }) {
  const conversationId = execution.conversationIds.at(-1);
  return (
    <Stack gap="xs">
      <Text size="sm">
        That was the tour. The execution shows every step with its inputs and costs, the conversation goes on
        when the contact answers, and the task can get a schedule.
      </Text>
      <Group gap="xs">
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/executions/$executionId" params={{ executionId: execution.id }} {...props} />
          )}
        >
          Open the execution
        </Button>
        {conversationId !== undefined && (
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link to="/conversations/$conversationId" params={{ conversationId }} {...props} />
            )}
          >
            Open the conversation
          </Button>
        )}
        <Button
          variant="default"
          renderRoot={(props) => <Link to="/tasks/$taskId" params={{ taskId: task.id }} {...props} />}
        >
          Open the task
        </Button>
      </Group>
    </Stack>
  );
}
