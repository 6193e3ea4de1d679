import { IconRepeat } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { clockTime } from "../../../components/time-words.ts";
import { useTimezone } from "../../../session/session.ts";
import classes from "./calendar.module.css";
import { describeEntry, type Entry, isFrequent, timesOf } from "./rules.ts";

export type EntryForm = "line" | "short" | "tall";

interface EntryLinkProps {
  readonly entry: Entry;
  /** `short`: without the time of the last run; `tall`: the name under the times. */
  readonly form?: EntryForm;
}

/** One task on one day: its time, its name, and how often it runs if more than once. */
export function EntryLink({ entry, form = "line" }: EntryLinkProps) {
  const timezone = useTimezone();
  const words = describeEntry(entry, timezone);
  return (
    <Link
      to="/tasks/$taskId"
      params={{ taskId: entry.taskId }}
      className={classes.entry}
      data-tall={form === "tall" || undefined}
      title={entry.pace === undefined ? words : `${words}\n${entry.pace}`}
      aria-label={words}
    >
      <span className={classes.time}>
        <When entry={entry} form={form} />
      </span>
      <span className={classes.entryName}>{entry.name}</span>
      {entry.count > 1 && <span className={classes.times}>×{entry.count.toLocaleString("en-GB")}</span>}
    </Link>
  );
}

/** What runs many times a day says how often, where there is room for it. */
function When({ entry, form }: Required<EntryLinkProps>) {
  const timezone = useTimezone();
  if (!isFrequent(entry)) return form === "short" ? clockTime(entry.at, timezone) : timesOf(entry, timezone);
  return (
    <>
      <IconRepeat size={12} aria-hidden />
      {form !== "short" && ` ${entry.pace ?? timesOf(entry, timezone)}`}
    </>
  );
}
