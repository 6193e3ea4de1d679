import { Button, Group, Skeleton, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconArrowBarToDown, IconArrowBarToUp, IconPlayerTrackNext } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { usePageKey } from "../../../components/page-keys.ts";
import type { Entry } from "./entry.ts";
import { rowHeight } from "./row-height.ts";
import { count } from "./step-words.ts";
import classes from "./timeline.module.css";
import { AttemptRow, StepRow, UnderWayRow } from "./timeline-row.tsx";
import type { Axis } from "./timeline-rules.ts";
import type { UnderWay } from "./under-way.ts";
import { useFollow } from "./use-follow.ts";
import type { Journal } from "./use-journal.ts";

const overscan = 12;
const loadAhead = 15;
/** Narrower than this, a row's bar lies under its words. */
const tightWidth = 620;

interface TimelineProps {
  readonly journal: Journal;
  readonly entries: readonly Entry[];
  readonly underWay: UnderWay | undefined;
  readonly axis: Axis;
  readonly isLive: boolean;
  /** Of the entry in the inspector. */
  readonly selected: number | undefined;
  onSelect(seq: number | undefined): void;
  /** What scrolls: the timeline's own pane, or on a narrow screen the page. */
  scroller(): HTMLElement | null;
  readonly beginsAtEnd: boolean;
}

/** The journal as a list from top to bottom; of a long one only the rows on the screen exist. */
export function Timeline(props: TimelineProps) {
  const { journal, entries, underWay, axis, isLive, selected, onSelect, scroller, beginsAtEnd } = props;
  const { lastSeq, hasEarlier, hasLater, isBusy, loadEarlier, loadLater, jumpTo } = journal;
  const list = useRef<HTMLDivElement>(null);
  const { ref: frame, width } = useElementSize<HTMLDivElement>();
  const isTight = width > 0 && width < tightWidth;
  const [margin, setMargin] = useState(0);
  const [moved, setMoved] = useState<number>();
  const active = selected ?? moved;
  const rows = entries.length + (underWay !== undefined && !hasLater ? 1 : 0);
  const { isFollowing, follow } = useFollow({ journal, isLive, begins: beginsAtEnd, scroller, size: rows });
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: scroller,
    estimateSize: (index) => rowHeight(entries[index], isTight),
    getItemKey: useCallback((index: number) => keyOf(entries[index], isTight), [entries, isTight]),
    scrollMargin: margin,
    overscan,
  });
  useLayoutEffect(() => {
    const [element, outer] = [list.current, scroller()];
    if (element === null || outer === null) return;
    const top = element.getBoundingClientRect().top - outer.getBoundingClientRect().top + outer.scrollTop;
    setMargin((before) => (Math.abs(before - top) < 1 ? before : top));
  });

  // Earlier steps come in above: what one was looking at stays where it is.
  const firstSeq = useRef<number>(undefined);
  useLayoutEffect(() => {
    const before = firstSeq.current;
    firstSeq.current = entries[0]?.seq;
    const outer = scroller();
    if (before === undefined || outer === null || (entries[0]?.seq ?? before) >= before) return;
    const at = entries.findIndex(({ seq }) => seq === before);
    if (at === -1) return;
    const added = entries.slice(0, at).reduce((sum, entry) => sum + rowHeight(entry, isTight), 0);
    outer.scrollTop += added;
  }, [entries, scroller, isTight]);

  const visible = virtual.getVirtualItems();
  const first = visible[0]?.index ?? 0;
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (isBusy || entries.length === 0) return;
    if (hasLater && last >= entries.length - loadAhead) loadLater();
    else if (hasEarlier && first <= overscan) loadEarlier();
  }, [isBusy, entries.length, hasLater, hasEarlier, first, last, loadLater, loadEarlier]);

  const show = useEffectEvent((seq: number) => {
    const index = indexOf(entries, seq);
    if (index !== -1) virtual.scrollToIndex(index, { align: "center" });
    return index !== -1;
  });
  // Either end may have to be loaded before it can be shown.
  const [wanted, setWanted] = useState<"start" | "end">();
  useLayoutEffect(() => {
    const outer = scroller();
    if (wanted === undefined || rows === 0 || outer === null) return;
    if (wanted === "start" ? hasEarlier : hasLater) return;
    outer.scrollTop = wanted === "start" ? 0 : outer.scrollHeight;
    setWanted(undefined);
  }, [wanted, hasEarlier, hasLater, rows, scroller]);
  // An address with a step: it is brought into view once, and asked for if it lies elsewhere.
  const shown = useRef<number>(undefined);
  const isLoaded = entries.length > 0;
  useEffect(() => {
    if (selected === undefined || !isLoaded || shown.current === selected) return;
    shown.current = selected;
    if (!show(selected) && selected <= lastSeq) jumpTo(selected);
  }, [selected, isLoaded, lastSeq, jumpTo]);

  function move(by: number): void {
    const at = active === undefined ? -1 : indexOf(entries, active);
    const from = at === -1 ? (by > 0 ? -1 : entries.length) : at;
    const next = nextStep(entries, from, by);
    if (next === undefined) return;
    follow(false);
    setMoved(next.seq);
    shown.current = next.seq;
    if (selected !== undefined) onSelect(next.seq);
    virtual.scrollToIndex(next.index, { align: "auto" });
  }
  usePageKey("j", "Next step", () => move(1));
  usePageKey("k", "Previous step", () => move(-1));

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Home: () => move(-entries.length),
      End: () => move(entries.length),
      Enter: () => active !== undefined && onSelect(active),
      " ": () => active !== undefined && onSelect(active),
      Escape: () => onSelect(undefined),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  function onClick({ target }: MouseEvent): void {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-seq]") : null;
    if (row === null) return;
    const seq = Number(row.dataset.seq);
    list.current?.focus({ preventScroll: true });
    setMoved(seq);
    shown.current = seq;
    onSelect(seq === selected ? undefined : seq);
  }

  if (journal.error !== null) return <ErrorState error={journal.error} onRetry={journal.retry} />;
  return (
    <div ref={frame} className={classes.frame}>
      <div className={classes.head}>
        <Text size="sm" fw={600} component="h2">
          Timeline
        </Text>
        <Text size="xs" c="dimmed" flex={1}>
          {lastSeq > 0 && count(lastSeq, "step")}
        </Text>
        <Group gap={4} wrap="nowrap">
          {(hasEarlier || hasLater || entries.length > 40) && (
            <>
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                leftSection={<IconArrowBarToUp size={14} aria-hidden />}
                onClick={() => {
                  follow(false);
                  if (hasEarlier) jumpTo(1);
                  setMoved(undefined);
                  setWanted("start");
                }}
              >
                Start
              </Button>
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                leftSection={<IconArrowBarToDown size={14} aria-hidden />}
                onClick={() => {
                  if (hasLater) jumpTo(lastSeq);
                  follow(isLive);
                  setMoved(undefined);
                  setWanted("end");
                }}
              >
                End
              </Button>
            </>
          )}
          {isLive && (
            <Button
              variant={isFollowing ? "light" : "default"}
              size="compact-xs"
              aria-pressed={isFollowing}
              leftSection={<IconPlayerTrackNext size={13} aria-hidden />}
              onClick={() => follow(!isFollowing)}
            >
              Follow
            </Button>
          )}
        </Group>
      </div>
      {journal.isLoading && <SkeletonSteps />}
      {!journal.isLoading && rows === 0 && (
        <Text size="sm" c="dimmed" p="md">
          Nothing was done, so there are no steps.
        </Text>
      )}
      <div
        ref={list}
        className={classes.list}
        role="listbox"
        aria-label="Steps"
        aria-busy={journal.isLoading}
        aria-activedescendant={active === undefined ? undefined : `step-${active}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={onClick}
        hidden={rows === 0}
        style={{ height: virtual.getTotalSize() }}
      >
        {visible.map(({ index, start, size, key }) => {
          const entry = entries[index];
          const style = { height: size, transform: `translateY(${start - margin}px)` };
          if (entry?.type === "attempt")
            return (
              <div key={key} className={classes.attempt} style={style} role="presentation">
                <AttemptRow entry={entry} />
              </div>
            );
          if (entry === undefined)
            return (
              <div key={key} className={classes.row} data-under-way style={style} role="presentation">
                {underWay !== undefined && <UnderWayRow underWay={underWay} axis={axis} />}
              </div>
            );
          return (
            <div
              key={key}
              id={`step-${entry.seq}`}
              className={classes.row}
              role="option"
              aria-selected={entry.seq === selected}
              aria-setsize={-1}
              aria-posinset={entry.seq}
              data-active={entry.seq === active || undefined}
              data-tone={entry.tone}
              style={style}
              // The list has the focus and the keys.
              tabIndex={-1}
              data-seq={entry.seq}
            >
              <StepRow entry={entry} axis={axis} isLive={isLive} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Another key is another row: heights depend on the width. */
function keyOf(entry: Entry | undefined, isTight: boolean): string {
  return `${entry === undefined ? "now" : `${entry.type}.${entry.seq}`}.${isTight}`;
}

/** The place of the entry that a step belongs to. */
function indexOf(entries: readonly Entry[], seq: number): number {
  return entries.findIndex(
    (entry) => entry.type === "step" && (entry.seq === seq || entry.result?.seq === seq),
  );
}

/** The step that lies `by` places further, at most the last one that there is; attempts are passed over. */
function nextStep(entries: readonly Entry[], from: number, by: number) {
  const direction = Math.sign(by);
  let at = Math.max(0, Math.min(entries.length - 1, from + by));
  while (entries[at] !== undefined && entries[at]?.type !== "step") at += direction;
  const entry = entries[at];
  return entry?.type === "step" ? { seq: entry.seq, index: at } : undefined;
}

function SkeletonSteps() {
  return (
    <div aria-hidden>
      {["58%", "42%", "50%", "36%", "54%"].map((width) => (
        <div key={width} className={classes.skeleton}>
          <Skeleton height={14} width={14} circle />
          <Skeleton height={10} width={width} radius="xl" />
        </div>
      ))}
    </div>
  );
}
