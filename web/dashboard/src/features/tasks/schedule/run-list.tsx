import { Text } from "@mantine/core";
import { IconAlertTriangle, IconArrowRight } from "@tabler/icons-react";
import { localParts } from "../../../components/local-time.ts";
import { RelativeTime, useNow } from "../../../components/time.tsx";
import { useTimezone } from "../../../session/session.ts";
import { type RunRow, type ScheduleWarning, toRunRows } from "./rules.ts";
import classes from "./schedule.module.css";

const nearMs = 7 * 86_400_000;

interface RunListProps {
  /** For assistive technology: "Next runs". */
  readonly label: string;
  readonly next: readonly string[];
  readonly warnings: readonly ScheduleWarning[];
  /** Of the schedule; null: the reader's. */
  readonly timezone: string | null;
}

/** Coming runs with weekday, date, time and zone, and what clock changes do to them. */
export function RunList({ label, next, warnings, timezone }: RunListProps) {
  const reader = useTimezone();
  return (
    <ol className={classes.runs} aria-label={label}>
      {toRunRows(next, warnings).map((row) => (
        <Row key={`${row.at} ${row.isRun}`} row={row} timezone={timezone ?? reader} reader={reader} />
      ))}
    </ol>
  );
}

interface RowProps {
  readonly row: RunRow;
  readonly timezone: string;
  readonly reader: string;
}

function Row({ row: { at, isRun, warnings }, timezone, reader }: RowProps) {
  const local = localParts(at, timezone);
  const own = localParts(at, reader);
  // Further away a number of days says less than the date does.
  const isNear = Date.parse(at) - useNow() < nearMs;
  const isSame = local.date === own.date && local.time === own.time;
  return (
    <li className={classes.run}>
      {isRun && (
        <div className={classes.when}>
          <IconArrowRight size={14} className={classes.arrow} aria-hidden />
          <time dateTime={at} className={classes.instant}>
            <span className={classes.date}>{local.date}</span>
            <span className={classes.clock}>{local.time}</span>
          </time>
          <span className={classes.faint}>
            {timezone === "UTC" ? "UTC" : `${timezone} (${local.offset})`}
          </span>
          {!isSame && (
            <span className={classes.faint}>
              {own.date === local.date ? own.time : `${own.date}, ${own.time}`} for you
            </span>
          )}
          {isSame && isNear && (
            <span className={classes.faint}>
              <RelativeTime at={at} />
            </span>
          )}
        </div>
      )}
      {warnings.map(({ code, message }) => (
        <Text key={code} size="xs" className={classes.warning}>
          <IconAlertTriangle size={14} aria-hidden />
          <span>{message}</span>
        </Text>
      ))}
    </li>
  );
}
