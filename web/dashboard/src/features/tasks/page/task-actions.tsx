import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconBan,
  IconCopy,
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Task } from "../../../api/generated/model";
import {
  getGetTaskQueryKey,
  getListTasksQueryKey,
  useDeleteTask,
  useTriggerTask,
} from "../../../api/generated/tasks/tasks";
import { ApiError } from "../../../api/problem.ts";
import { ask } from "../../../components/ask.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { cancelExecutions, pauseWithNote } from "../actions/task-actions.ts";

const iconSize = 14;

/** What can be done with the task, at the right end of the head. What makes it run again stands beside the reason. */
export function TaskActions({ task }: { readonly task: Task }) {
  const mayWrite = useMe().can("write");
  const run = useRunNow(task);
  if (!mayWrite) return null;
  const mayPause = task.state === "active" || task.state === "auto_paused";
  return (
    <>
      {task.running > 0 && (
        <Button
          variant="default"
          c="red"
          leftSection={<IconBan size={iconSize} aria-hidden />}
          onClick={() => void cancelExecutions([task])}
        >
          Cancel running
        </Button>
      )}
      {mayPause && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={iconSize} aria-hidden />}
          onClick={() => void pauseWithNote(task)}
        >
          Pause
        </Button>
      )}
      <Button
        variant="default"
        leftSection={<IconPencil size={iconSize} aria-hidden />}
        renderRoot={(props) => <Link to="/tasks/$taskId/edit" params={{ taskId: task.id }} {...props} />}
      >
        Edit
      </Button>
      <Button
        leftSection={<IconPlayerPlay size={iconSize} aria-hidden />}
        loading={run.isPending}
        onClick={() => run.mutate({ taskId: task.id, data: {} })}
      >
        Run now
      </Button>
      <MoreMenu task={task} />
    </>
  );
}

/** Runs it and shows the execution; where one stands in the way the message leads to that. */
function useRunNow(task: Task) {
  const navigate = useNavigate();
  const open = (executionId: string) =>
    void navigate({ to: "/executions/$executionId", params: { executionId } });
  return useTriggerTask({
    mutation: {
      onSuccess: ({ id }) => {
        // Over an audience there is one for each contact; the table shows them all.
        if (task.audience === null) open(id);
        else
          sayDone("The run over the audience has begun.", { label: "Open the first", run: () => open(id) });
      },
      onError: (error) => {
        const inTheWay = error instanceof ApiError ? error.problem.executionId : undefined;
        sayFailed(
          "Not run",
          error,
          typeof inTheWay === "string" ? { label: "Open it", run: () => open(inTheWay) } : undefined,
        );
      },
    },
  });
}

function MoreMenu({ task }: { readonly task: Task }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { mutate } = useDeleteTask({
    mutation: {
      onSuccess: async () => {
        await navigate({ to: "/tasks" });
        queryClient.removeQueries({ queryKey: getGetTaskQueryKey(task.id) });
        await queryClient.invalidateQueries({ queryKey: getListTasksQueryKey() });
        sayDone(`“${task.name}” deleted.`);
      },
      onError: (error) => sayFailed("Task not deleted", error),
    },
  });

  async function remove(): Promise<void> {
    const isSure = await ask({
      title: `Delete “${task.name}”?`,
      text: "Its executions are cancelled and deleted with it. Conversations stay. This cannot be undone.",
      confirm: "Delete",
      isDangerous: true,
    });
    if (isSure) mutate({ taskId: task.id });
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More actions">
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconCopy size={iconSize} aria-hidden />}
          onClick={() => void navigate({ to: "/tasks/new", search: { copyOf: task.id } })}
        >
          Copy
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={iconSize} aria-hidden />}
          onClick={() => void remove()}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
