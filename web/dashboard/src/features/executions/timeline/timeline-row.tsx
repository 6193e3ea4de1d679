import { Tooltip } from "@mantine/core";
import { IconLoader2, IconRefresh } from "@tabler/icons-react";
import { memo } from "react";
import { Money } from "../../../components/money.tsx";
import { ReasonText } from "../../../components/reason-text.tsx";
import { milliseconds } from "../../../components/time-words.ts";
import type { AttemptEntry, StepEntry } from "./entry.ts";
import { sortIcons } from "./sort-icons.ts";
import classes from "./timeline.module.css";
import { type Axis, placeOn, soFar } from "./timeline-rules.ts";
import type { UnderWay } from "./under-way.ts";

interface StepRowProps {
  readonly entry: StepEntry;
  readonly axis: Axis;
  /** Without an end it goes on; once the execution has ended, the end is not on record. */
  readonly isLive: boolean;
}

export const StepRow = memo(function StepRow({ entry, axis, isLive }: StepRowProps) {
  const { detail, tone, reason, sort, startedAt, endedAt, costUsd } = entry;
  const isOpen = endedAt === undefined;
  const { title, end } = soFar(entry, axis, isLive);
  const IconComponent = sortIcons[sort];
  return (
    <>
      <span className={classes.icon} data-tone={tone}>
        <IconComponent size={15} stroke={1.75} aria-hidden />
      </span>
      <span className={classes.words}>
        <span className={classes.line}>
          <span className={classes.title} data-tone={tone}>
            {title}
          </span>
          <Marks entry={entry} isLive={isLive} />
          {detail !== undefined && <span className={classes.detail}>{detail}</span>}
        </span>
        {reason !== undefined && (
          <span className={classes.reason} data-tone={tone}>
            <ReasonText text={reason.message} />
          </span>
        )}
      </span>
      <Offset ms={startedAt - axis.from} />
      <Bar axis={axis} from={startedAt} to={end} tone={tone} sort={sort} />
      <span className={classes.duration}>
        {isOpen && !isLive ? <span title="Its end is not on record">–</span> : milliseconds(end - startedAt)}
      </span>
      <span className={classes.cost}>
        {costUsd !== null && Number(costUsd) > 0 && <Money usd={costUsd} />}
      </span>
    </>
  );
});

function Marks({ entry, isLive }: { readonly entry: StepEntry; readonly isLive: boolean }) {
  return (
    <>
      {entry.isUnknown && (
        <Tooltip label="The process ended between the call and its answer. It was not repeated: look into it.">
          <span className={classes.mark} data-tone="amber">
            unknown
          </span>
        </Tooltip>
      )}
      {entry.isLate && (
        <Tooltip label="The result came after the execution had ended; nothing was done with it.">
          <span className={classes.mark}>late result</span>
        </Tooltip>
      )}
      {entry.endedAt === undefined && !isLive && !entry.isLate && (
        <Tooltip label="The execution ended while this was under way.">
          <span className={classes.mark} data-tone="amber">
            no answer on record
          </span>
        </Tooltip>
      )}
    </>
  );
}

function Offset({ ms }: { readonly ms: number }) {
  return <span className={classes.offset}>+{milliseconds(Math.max(0, ms))}</span>;
}

interface BarProps {
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
  readonly tone: StepEntry["tone"];
  readonly sort: StepEntry["sort"] | "running";
}

function Bar({ axis, from, to, tone, sort }: BarProps) {
  const { left, width } = placeOn(axis, from, to);
  return (
    <span className={classes.track} aria-hidden>
      <span
        className={classes.bar}
        data-tone={tone}
        data-sort={sort}
        style={{ left: `${left}%`, width: `${width}%` }}
      />
    </span>
  );
}

/** Between two attempts: why there is another one. */
export function AttemptRow({ entry }: { readonly entry: AttemptEntry }) {
  const { attempt, after, idleMs } = entry;
  const why =
    after === "wait"
      ? "went on after its wait"
      : "taken up again after its process ended; what was under way and is not here was done again";
  return (
    <>
      <IconRefresh size={13} aria-hidden />
      <span className={classes.attemptText}>
        Attempt {attempt}: {why}
        {idleMs >= 1_000 && after === "loss" && ` (${milliseconds(idleMs)} without a worker)`}
      </span>
    </>
  );
}

/** What goes on at this moment, at the end of the timeline. */
export function UnderWayRow({ underWay, axis }: { readonly underWay: UnderWay; readonly axis: Axis }) {
  const { title, since, isBusy } = underWay;
  return (
    <>
      <span className={classes.icon} data-tone="running">
        <IconLoader2 size={15} stroke={2} aria-hidden className={isBusy ? classes.busy : undefined} />
      </span>
      <span className={classes.words}>
        <span className={classes.line}>
          <span className={classes.title}>{title}</span>
        </span>
      </span>
      {since === undefined ? <span /> : <Offset ms={since - axis.from} />}
      {since === undefined || !isBusy ? (
        <span />
      ) : (
        <Bar axis={axis} from={since} to={axis.to} tone="plain" sort="running" />
      )}
      <span className={classes.duration}>{since !== undefined && elapsed(axis.to - since)}</span>
      <span />
    </>
  );
}

/** Whole seconds: it ticks once a second. */
function elapsed(ms: number): string {
  return milliseconds(Math.max(1, Math.round(ms / 1_000)) * 1_000).replace(".0", "");
}
