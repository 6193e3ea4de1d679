import { Button } from "@mantine/core";
import { useGetWorkspace } from "../api/generated/workspace/workspace";
import { RelativeTime } from "../components/time.tsx";
import { useMe } from "../session/session.ts";
import classes from "./frame.module.css";
import { useUnfreeze } from "./use-unfreeze.ts";

/** On every page while the workspace is frozen: since when, why, and the button that ends it. */
export function FrozenBanner() {
  const me = useMe();
  const { data } = useGetWorkspace();
  const { unfreeze, isPending } = useUnfreeze();
  if (data === undefined || data.frozenAt === null) return null;
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
