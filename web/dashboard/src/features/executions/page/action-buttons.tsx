import { Button, Tooltip } from "@mantine/core";
import { IconPlayerStop, IconRepeat } from "@tabler/icons-react";
import type { Execution } from "../../../api/generated/model";
import { useMe } from "../../../session/session.ts";
import { endedStatuses } from "../facts/fact-words.ts";
import { isMendedByReplay } from "../reasons/reason-rules.ts";
import type { useActions } from "./use-actions.ts";

interface ActionButtonsProps {
  readonly execution: Execution;
  readonly actions: ReturnType<typeof useActions>;
}

/** Cancel while it is under way, run again afterwards; once, where that is what mends it. */
export function ActionButtons({ execution, actions }: ActionButtonsProps) {
  const me = useMe();
  if (!me.can("write")) return null;
  if (!endedStatuses.has(execution.status))
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        loading={actions.isCanceling}
        onClick={() => void actions.cancel()}
      >
        Cancel
      </Button>
    );
  // It stands beside the reason.
  if (isMendedByReplay(execution, me.can)) return null;
  const obstacle = replayObstacle(execution);
  const button = (
    <Button
      variant="default"
      leftSection={<IconRepeat size={14} aria-hidden />}
      loading={actions.isReplaying}
      disabled={obstacle !== undefined}
      onClick={() => void actions.replay()}
    >
      Run again
    </Button>
  );
  if (obstacle === undefined) return button;
  return (
    <Tooltip label={obstacle} multiline maw={280}>
      <span>{button}</span>
    </Tooltip>
  );
}

/** Why it cannot run again, as the API would say it. */
function replayObstacle({ kind, taskId }: Execution): string | undefined {
  if (kind !== "task")
    return "A reply belongs to what was said at its time: only runs of tasks can run again.";
  return taskId === null ? "The execution’s task was deleted." : undefined;
}
