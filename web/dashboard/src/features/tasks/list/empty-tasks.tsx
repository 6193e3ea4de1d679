import { Button } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { queryClient } from "../../../api/query-client.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { createExampleTask } from "./example-task.ts";

/** A workspace without tasks: what they are, and one that works at a click. */
export function NoTasks() {
  const { can, timezone } = useMe();
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: () => createExampleTask(timezone),
    onSuccess: async ({ id, name }) => {
      sayDone(`“${name}” is there and runs for the first time.`);
      await navigate({ to: "/tasks/$taskId", params: { taskId: id } });
    },
    onError: (error) => sayFailed("The example was not made", error),
    // What it had made before it failed stays, and shows.
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <EmptyState
      icon={IconClock}
      title="No tasks yet"
      actions={
        can("write") ? (
          <>
            <Button loading={isPending} onClick={() => mutate()}>
              Create an example task
            </Button>
            <Button
              variant="default"
              disabled={isPending}
              renderRoot={(props) => <Link to="/tasks/new" {...props} />}
            >
              New task
            </Button>
          </>
        ) : undefined
      }
    >
      A task tells an agent what to do and when: write to a contact every morning, remind an audience before
      an appointment, or look after something on demand. Each run is recorded step by step.
      {can("write")
        ? " The example writes to a contact that is made for it and reaches nobody real."
        : " Your role may look at tasks, not make them."}
    </EmptyState>
  );
}
