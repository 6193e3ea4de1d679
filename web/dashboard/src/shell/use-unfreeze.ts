import { useQueryClient } from "@tanstack/react-query";
import { getGetWorkspaceQueryKey, useUnfreezeWorkspace } from "../api/generated/workspace/workspace";
import { ask } from "../components/ask.tsx";
import { sayDone, sayFailed } from "../components/say.tsx";

/** Ends the freeze of the workspace, after a question. For owners and admins. */
export function useUnfreeze() {
  const queryClient = useQueryClient();
  const { mutate, isPending } = useUnfreezeWorkspace({
    mutation: {
      onSuccess: (workspace) => {
        queryClient.setQueryData(getGetWorkspaceQueryKey(), workspace);
        sayDone("Messages go out again.");
      },
      onError: (error) => sayFailed("The workspace is still frozen", error),
    },
  });

  async function unfreeze(): Promise<void> {
    const isSure = await ask({
      title: "Unfreeze the workspace?",
      text: "Messages that were held meanwhile go out if they are still allowed.",
      confirm: "Unfreeze",
    });
    if (isSure) mutate();
  }

  return { unfreeze, isPending };
}
