import { Button, Loader, Skeleton } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useEffect, useMemo, useRef } from "react";
import type { Conversation } from "../../../api/generated/model";
import { sentenceOf } from "../../../api/problem.ts";
import { ErrorState } from "../../../components/error-state.tsx";
import { useNow } from "../../../components/time.tsx";
import { useTimezone } from "../../../session/session.ts";
import { useOutbox } from "../reply/outbox.ts";
import { Bubble } from "./bubble.tsx";
import { Answering, PendingBubble } from "./coming.tsx";
import { toEntries } from "./rules.ts";
import classes from "./transcript.module.css";
import { useMessages } from "./use-messages.ts";
import { useScroll } from "./use-scroll.ts";
import { useWanted } from "./use-wanted.ts";

const dayMs = 24 * 3_600_000;

interface TranscriptProps {
  readonly conversation: Conversation;
  /** The message to begin at. */
  readonly wanted: string | undefined;
  onHandBack(): void;
  onWrite(): void;
}

/** What was written, oldest above. Older messages come when one scrolls up, new ones by themselves. */
export function Transcript({ conversation, wanted, onHandBack, onWrite }: TranscriptProps) {
  const { id, turn } = conversation;
  const timezone = useTimezone();
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const loaded = useMessages(id);
  const { messages, hasOlder, isLoadingOlder, olderError, loadOlder } = loaded;
  const { pending } = useOutbox(id);
  const { unseen, onScroll, toEnd } = useScroll({
    scroller,
    content,
    messages,
    wanted,
    pendingKey: pending?.key,
  });
  useWanted(loaded, wanted);
  // "Today" becomes "Yesterday" while the page is open.
  const today = Math.floor(useNow() / dayMs) * dayMs;
  const entries = useMemo(
    () => toEntries(messages, timezone, Math.max(today, Date.now())),
    [messages, timezone, today],
  );

  useEffect(() => {
    const element = above.current;
    if (element === null || !hasOlder) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) void loadOlder();
      },
      { root: scroller.current, rootMargin: "400px 0px 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasOlder, loadOlder]);

  if (loaded.error !== null) return <ErrorState error={loaded.error} onRetry={() => void loaded.retry()} />;
  return (
    <div className={classes.frame}>
      <section
        ref={scroller}
        className={classes.scroller}
        aria-label="Messages"
        aria-busy={loaded.isLoading}
        // A region that scrolls must be reachable by keyboard.
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content} className={classes.content}>
          <div ref={above} className={classes.above}>
            {isLoadingOlder && <Loader role="progressbar" size="xs" aria-label="Loading older messages" />}
            {olderError !== null && (
              <span role="alert">
                {sentenceOf(olderError)}{" "}
                <Button variant="default" size="compact-xs" onClick={() => void loadOlder()}>
                  Try again
                </Button>
              </span>
            )}
            {!hasOlder && !loaded.isLoading && <span>The conversation begins here</span>}
          </div>
          {loaded.isLoading && <SkeletonBubbles />}
          <ol className={classes.messages}>
            {entries.map((entry) =>
              entry.kind === "day" ? (
                <li key={entry.key} className={classes.day}>
                  <span>{entry.label}</span>
                </li>
              ) : (
                <Bubble
                  key={entry.key}
                  message={entry.message}
                  conversation={conversation}
                  isContinued={entry.isContinued}
                  isWanted={entry.message.id === wanted}
                  onHandBack={onHandBack}
                  onWrite={onWrite}
                />
              ),
            )}
            {pending !== undefined && <PendingBubble text={pending.text} />}
          </ol>
          {turn !== null && conversation.status === "open" && <Answering turn={turn} />}
        </div>
      </section>
      <div role="status" className={classes.unseen}>
        {unseen > 0 && (
          <Button
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowDown size={14} aria-hidden />}
            onClick={toEnd}
          >
            {unseen === 1 ? "1 new message" : `${unseen} new messages`}
          </Button>
        )}
      </div>
    </div>
  );
}

const skeletons = [
  { side: "in", width: "46%" },
  { side: "out", width: "58%" },
  { side: "in", width: "34%" },
  { side: "out", width: "50%" },
] as const;

function SkeletonBubbles() {
  return skeletons.map(({ side, width }) => (
    <Skeleton
      key={width}
      className={classes.skeleton}
      data-direction={side}
      height={36}
      width={width}
      radius={12}
    />
  ));
}
