import { useState } from "react";
import type { TaskRecentExecutionsItem } from "../../../api/generated/model";
import { lookOf } from "../../../components/execution-pill.tsx";
import { exactTime, localizeInstants } from "../../../components/time-words.ts";
import { useTimezone } from "../../../session/session.ts";
import { describeBars } from "./rules.ts";
import classes from "./sparkline.module.css";

/**
 * The last ten executions as bars, the newest to the right; each says on hover what came of it and when. Said only when
 * the pointer comes: the times of a page of rows took as long to write as everything else in it to draw.
 */
export function Sparkline({ executions }: { readonly executions: readonly TaskRecentExecutionsItem[] }) {
  const timezone = useTimezone();
  const [isExplained, setExplained] = useState(false);
  if (executions.length === 0) return <span className={classes.none}>No runs yet</span>;
  const bars = executions.map((execution) => {
    const { tone, word, isBusy = false } = lookOf(execution);
    const { status } = execution;
    const hasEnded = status !== "queued" && status !== "running" && status !== "waiting";
    return { execution, tone, word, isBusy, hasEnded };
  });
  return (
    <span
      className={classes.bars}
      role="img"
      aria-label={describeBars(bars)}
      onPointerEnter={() => setExplained(true)}
    >
      {bars.toReversed().map(({ execution, tone, word, isBusy }) => (
        <span
          key={execution.id}
          className={classes.place}
          title={isExplained ? explain(word, execution, timezone) : undefined}
        >
          <span className={classes.bar} data-tone={tone} data-busy={isBusy || undefined} />
        </span>
      ))}
    </span>
  );
}

function explain(
  word: string,
  { reason, queuedAt, completedAt }: TaskRecentExecutionsItem,
  timezone: string,
): string {
  const when = exactTime(completedAt ?? queuedAt, timezone);
  return [
    word,
    ...(reason === null ? [] : [localizeInstants(reason.message, Date.now(), timezone)]),
    when,
  ].join("\n");
}
