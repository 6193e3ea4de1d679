import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import {
  getGetWorkspaceQueryKey,
  useGetWorkspace,
  useUnfreezeWorkspace,
} from "../api/generated/workspace/workspace";
import { ask } from "../components/ask.tsx";
import { sayDone, sayFailed } from "../components/say.tsx";
import { RelativeTime } from "../components/time.tsx";
import { useMe } from "../session/session.ts";
import classes from "./frame.module.css";

/** On every page while the workspace is frozen: since when, why, and the button that ends it. */
export function FrozenBanner() {
  const me = useMe();
  const queryClient = useQueryClient();
  const { data } = useGetWorkspace();
  const { mutate, isPending } = useUnfreezeWorkspace({
    mutation: {
      onSuccess: (workspace) => {
        queryClient.setQueryData(getGetWorkspaceQueryKey(), workspace);
        sayDone("Messages go out again.");
      },
      onError: (error) => sayFailed("The workspace is still frozen", error),
    },
  });
  if (data === undefined || data.frozenAt === null) return null;

  async function unfreeze(): Promise<void> {
    const isSure = await ask({
      title: "Unfreeze the workspace?",
      text: "Messages that were held meanwhile go out if they are still allowed.",
      confirm: "Unfreeze",
    });
    if (isSure) mutate();
  }

  return (
    <div className={classes.banner} data-tone="red" role="status">
      <span>
        The workspace is frozen since <RelativeTime at={data.frozenAt} />: no message goes out.
        {data.frozenReason !== null && ` Reason: ${data.frozenReason}`}
      </span>
      {me.can("admin") && (
        <Button variant="default" size="compact-xs" loading={isPending} onClick={() => void unfreeze()}>
          Unfreeze
        </Button>
      )}
    </div>
  );
}
