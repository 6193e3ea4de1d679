import type { TaskRecentExecutionsItem } from "../../../api/generated/model";
import { lookOf } from "../../../components/execution-pill.tsx";
import { exactTime } from "../../../components/time-words.ts";
import { useTimezone } from "../../../session/session.ts";
import { describeBars } from "./rules.ts";
import classes from "./sparkline.module.css";

/** The last ten executions as bars, the newest to the right; each says on hover what came of it and when. */
export function Sparkline({ executions }: { readonly executions: readonly TaskRecentExecutionsItem[] }) {
  const timezone = useTimezone();
  if (executions.length === 0) return <span className={classes.none}>No runs yet</span>;
  const bars = executions.map((execution) => {
    const { tone, word, isBusy = false } = lookOf(execution);
    const { id, status, reason, queuedAt, completedAt } = execution;
    const hasEnded = status !== "queued" && status !== "running" && status !== "waiting";
    const when = exactTime(completedAt ?? queuedAt, timezone);
    const title = [word, ...(reason === null ? [] : [reason.message]), when].join("\n");
    return { id, tone, word, isBusy, hasEnded, title };
  });
  return (
    <span className={classes.bars} role="img" aria-label={describeBars(bars)}>
      {bars.toReversed().map(({ id, tone, isBusy, title }) => (
        <span key={id} className={classes.place} title={title}>
          <span className={classes.bar} data-tone={tone} data-busy={isBusy || undefined} />
        </span>
      ))}
    </span>
  );
}
