import { Drawer } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import type { Execution } from "../../../api/generated/model";
import { useGetModelProvider } from "../../../api/generated/model-providers/model-providers";
import { Fold } from "../../../components/fold.tsx";
import { objectOf, textOf } from "../../../components/journal/json.ts";
import { useStartStep } from "../../../components/journal/start-step.ts";
import { useSecond } from "../../../components/time.tsx";
import { useIsWide } from "../../../components/use-is-wide.ts";
import { durationMs, endedStatuses } from "../facts/fact-words.ts";
import { Facts } from "../facts/facts.tsx";
import { limitUses } from "../facts/limit-rules.ts";
import { SentMessages } from "../facts/sent-messages.tsx";
import { useSentMessages } from "../facts/use-sent-messages.ts";
import { Inspector } from "../inspector/inspector.tsx";
import type { StepEntry } from "../timeline/entry.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { axisOf, findEntry, toTimeline, waitedMs } from "../timeline/timeline-rules.ts";
import { findUnderWay } from "../timeline/under-way.ts";
import { useJournal } from "../timeline/use-journal.ts";
import classes from "./page.module.css";
import type { useActions } from "./use-actions.ts";
import { Verdict } from "./verdict.tsx";

const route = getRouteApi("/app/executions/$executionId");

/** From this width of the page on facts, timeline and inspector lie side by side; as in the CSS. */
const leastWidthPx = 792;

interface ExecutionBodyProps {
  readonly execution: Execution;
  readonly actions: ReturnType<typeof useActions>;
}

/** Facts, verdict, timeline, inspector. */
export function ExecutionBody(props: ExecutionBodyProps) {
  const place = useRef<HTMLDivElement>(null);
  const isWide = useIsWide(place, leastWidthPx);
  return (
    <div ref={place} className={classes.place}>
      {isWide !== undefined && <Body {...props} isWide={isWide} />}
    </div>
  );
}

function Body({ execution, actions, isWide }: ExecutionBodyProps & { readonly isWide: boolean }) {
  const { id, status } = execution;
  const { step: selected } = route.useSearch();
  const navigate = route.useNavigate();
  const isLive = !endedStatuses.has(status);

  const journal = useJournal(id, { isLive, startAt: selected ?? 1 });
  const entries = useMemo(() => toTimeline(journal.steps), [journal.steps]);
  const start = useStartStep(id, journal.lastSeq > 0);
  const agentThen = objectOf(objectOf(start?.output).agent);
  const isSandbox = useIsSandbox(textOf(agentThen.modelProviderId));
  const now = useSecond(isLive);
  const axis = axisOf({ ...execution, now }, entries);
  const underWay = isLive ? findUnderWay(execution, entries, textOf(agentThen.model)) : undefined;
  const messages = useSentMessages(execution);
  const entry = selected === undefined ? undefined : findEntry(entries, selected);

  const workedMs = Math.max(0, (durationMs(execution, now) ?? 0) - waitedMs(entries, axis));
  const limits = limitUses({ execution, start, workedMs });
  const waits = entries.filter((shown) => shown.type === "step" && shown.sort === "wait").length;

  const body = useRef<HTMLDivElement>(null);
  const main = useRef<HTMLDivElement>(null);
  const scroller = useCallback(() => (isWide ? main.current : body.current), [isWide]);
  const select = useCallback(
    (seq: number | undefined) =>
      void navigate({
        search: seq === undefined ? {} : { step: seq },
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );

  function move(by: -1 | 1): void {
    const steps = entries.filter((shown): shown is StepEntry => shown.type === "step");
    const next = steps[steps.findIndex(({ seq }) => seq === entry?.seq) + by];
    if (next !== undefined) select(next.seq);
  }

  const verdict = (
    <Verdict
      execution={execution}
      isSandbox={isSandbox}
      isReplaying={actions.isReplaying}
      onReplay={() => void actions.replay()}
    />
  );
  const facts = <Facts execution={execution} limits={limits} waits={waits} now={now} />;
  const inspector = entry !== undefined && (
    <Inspector
      entry={entry}
      isSandbox={isSandbox}
      message={messages.find(({ stepSeq }) => stepSeq === entry.seq)}
      onMove={move}
      onClose={() => select(undefined)}
    />
  );
  return (
    <div ref={body} className={classes.body} data-inspects={(isWide && inspector !== false) || undefined}>
      {!isWide && verdict}
      <aside className={classes.side} aria-label="Facts">
        {isWide ? facts : <Fold label="Facts and limits">{facts}</Fold>}
        <SentMessages messages={messages} />
      </aside>
      <div ref={main} className={classes.main}>
        {isWide && verdict}
        <Timeline
          journal={journal}
          entries={entries}
          underWay={underWay}
          axis={axis}
          isLive={isLive}
          selected={entry?.seq ?? selected}
          onSelect={select}
          scroller={scroller}
          beginsAtEnd={isLive && isWide && selected === undefined}
        />
      </div>
      {isWide ? (
        inspector !== false && (
          <aside className={classes.inspector} aria-label="Step">
            {inspector}
          </aside>
        )
      ) : (
        <Drawer.Root
          opened={inspector !== false}
          onClose={() => select(undefined)}
          position="bottom"
          size="75%"
        >
          <Drawer.Overlay backgroundOpacity={0.4} />
          <Drawer.Content aria-label="Step">{inspector}</Drawer.Content>
        </Drawer.Root>
      )}
    </div>
  );
}

/** True if the provider is the sandbox, whose texts are fixed rules and have to be labelled. */
function useIsSandbox(providerId: string | undefined): boolean {
  const { data } = useGetModelProvider(providerId ?? "", { query: { enabled: providerId !== undefined } });
  return data?.kind === "sandbox";
}
