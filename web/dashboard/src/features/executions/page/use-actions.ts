import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import {
  getGetExecutionQueryKey,
  getListExecutionsInfiniteQueryKey,
  replayExecution,
  useCancelExecution,
} from "../../../api/generated/executions/executions";
import type { Execution } from "../../../api/generated/model";
import { ApiError } from "../../../api/problem.ts";
import { ask } from "../../../components/ask.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";

interface Actions {
  readonly isCanceling: boolean;
  readonly isReplaying: boolean;
  cancel(): Promise<void>;
  replay(): Promise<void>;
}

/** What can be done with an execution. */
export function useActions({ id }: Pick<Execution, "id">): Actions {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [isReplaying, setReplaying] = useState(false);
  const canceling = useCancelExecution({
    mutation: {
      onSuccess: async (execution) => {
        queryClient.setQueryData(getGetExecutionQueryKey(id), execution);
        if (execution.status === "canceled") sayDone("The execution is cancelled.");
        else sayDone("It had ended already; nothing was changed.");
        await queryClient.invalidateQueries({ queryKey: getListExecutionsInfiniteQueryKey() });
      },
      onError: (error) => sayFailed("The execution is not cancelled", error),
    },
  });

  async function cancel(): Promise<void> {
    const isSure = await ask({
      title: "Cancel this execution?",
      text: "It stops within two seconds, a model call in flight included. Messages of it that are held are withdrawn; what was sent stays sent.",
      confirm: "Cancel execution",
      keep: "Keep running",
      isDangerous: true,
    });
    if (isSure) canceling.mutate({ executionId: id });
  }

  async function replay(): Promise<void> {
    setReplaying(true);
    try {
      const again = await replayExecution(id).catch((error: unknown) => confirmed(id, error));
      if (again === undefined) return;
      sayDone("It runs again, on the task and agent as they are now.");
      await queryClient.invalidateQueries({ queryKey: getListExecutionsInfiniteQueryKey() });
      await navigate({ to: "/executions/$executionId", params: { executionId: again.id } });
    } catch (error) {
      sayFailed("It does not run again", error, inTheWay(error, navigate));
    } finally {
      setReplaying(false);
    }
  }

  return { isCanceling: canceling.isPending, isReplaying, cancel, replay };
}

/** Asks where messages would be sent again; undefined if the answer is no. Throws what is no such question. */
async function confirmed(id: string, error: unknown): Promise<Execution | undefined> {
  if (!(error instanceof ApiError) || error.code !== "replay_would_repeat_messages") throw error;
  const messages = Number((error.problem as { readonly messages?: unknown }).messages);
  const what = messages === 1 ? "1 message" : `${messages} messages`;
  const isSure = await ask({
    title: `Send ${what} again?`,
    text: `This execution sent ${what}. Running it again writes to the contact anew, on the task and agent as they are now.`,
    confirm: "Run again",
    isDangerous: true,
  });
  return isSure ? await replayExecution(id, { confirm: true }) : undefined;
}

/** Where another execution stands in the way, the way there. */
function inTheWay(error: unknown, navigate: ReturnType<typeof useNavigate>) {
  if (!(error instanceof ApiError) || error.code !== "execution_in_progress") return undefined;
  const { executionId } = error.problem as { readonly executionId?: unknown };
  if (typeof executionId !== "string") return undefined;
  return {
    label: "Open it",
    run: () => void navigate({ to: "/executions/$executionId", params: { executionId } }),
  };
}
