import { Button, Loader, VisuallyHidden } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { Fragment, useLayoutEffect, useRef, useState } from "react";
import { useTimezone } from "../../session/session.ts";
import { arrange } from "./arrange.ts";
import { Bubble, UnsentBubble } from "./bubble.tsx";
import type { Line, LineState } from "./line.ts";
import classes from "./phone.module.css";

/** A chat of years is in the dashboard; here one tries something out. */
const mostShown = 200;
/** Closer to the end than this, the view follows what comes. */
const nearEndPx = 64;

interface MessageLogProps {
  readonly line: Line;
  readonly state: LineState;
  readonly agentName: string | null;
}

/** The messages of both sides, the newest at the end, which stays in view. */
export function MessageLog({ line, state, agentName }: MessageLogProps) {
  const { messages, preview, isTyping, isCaughtUp, unsent, refusal } = state;
  const timezone = useTimezone();
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [hasNewer, setNewer] = useState(false);
  const shown = messages.slice(-mostShown);
  const last = messages.at(-1)?.id;
  const written = unsent.at(-1)?.clientMessageId;
  const seen = useRef({ last, written });

  function toEnd(): void {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }

  useLayoutEffect(() => {
    // One's own message is what one wants to see.
    const isOwn = written !== undefined && written !== seen.current.written;
    if (isAtEnd.current || isOwn) toEnd();
    else if (last !== seen.current.last) setNewer(true);
    seen.current = { last, written };
  });

  function onScroll(): void {
    const element = scroller.current;
    if (element === null) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx;
    if (isAtEnd.current) setNewer(false);
  }

  return (
    <div className={classes.screen}>
      <div
        ref={scroller}
        className={classes.scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-label="Messages"
      >
        {!isCaughtUp && refusal === null && messages.length === 0 && (
          <Loader role="progressbar" size="sm" className={classes.waiting} aria-label="Loading messages" />
        )}
        {isCaughtUp && messages.length === 0 && unsent.length === 0 && (
          <p className={classes.nothing}>Nothing was written yet. Say hello as the contact would.</p>
        )}
        {messages.length > mostShown && (
          <p className={classes.nothing}>Older messages are in the conversation.</p>
        )}
        {arrange(shown, timezone).map(({ message, day, isFirst, isLast }) => (
          <Fragment key={message.id}>
            {day !== null && <p className={classes.day}>{day}</p>}
            <Bubble message={message} agentName={agentName} isFirst={isFirst} isLast={isLast} />
          </Fragment>
        ))}
        {unsent.map((one) => (
          <UnsentBubble
            key={one.clientMessageId}
            unsent={one}
            onRetry={() => line.retry(one.clientMessageId)}
            onTakeBack={() => line.takeBack(one.clientMessageId)}
          />
        ))}
      </div>
      {(preview !== null || isTyping) && (
        // Read out once it is whole, and not piece by piece.
        <div className={classes.preview} aria-hidden>
          {preview === null ? <Loader type="dots" size={20} color="gray" /> : preview.text}
        </div>
      )}
      <VisuallyHidden role="status">{isTyping ? "The agent is writing" : ""}</VisuallyHidden>
      {hasNewer && (
        <Button
          className={classes.newer}
          size="compact-xs"
          radius="xl"
          leftSection={<IconArrowDown size={12} aria-hidden />}
          onClick={toEnd}
        >
          New messages
        </Button>
      )}
    </div>
  );
}
