import { Button, VisuallyHidden } from "@mantine/core";
import type { VisitorMessage } from "../../api/generated/model";
import { clockTime } from "../../components/time-words.ts";
import { useTimezone } from "../../session/session.ts";
import classes from "./phone.module.css";
import type { Unsent } from "./scroll-rules.ts";

interface BubbleProps {
  readonly message: VisitorMessage;
  readonly agentName: string | null;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** One message as the contact sees it. */
export function Bubble({ message, agentName, isFirst, isLast }: BubbleProps) {
  const timezone = useTimezone();
  const { direction, author, text, createdAt, status } = message;
  const names: Readonly<Record<VisitorMessage["author"]["kind"], string>> = {
    ...{ contact: "You", agent: agentName ?? "Agent", member: "Team", system: "Automatic" },
  };
  const name = names[author.kind];
  const isWithdrawn = direction === "out" && status === "failed";
  return (
    <div
      className={classes.entry}
      data-side={direction === "in" ? "mine" : "theirs"}
      data-first={isFirst || undefined}
    >
      {isFirst && direction === "out" && <span className={classes.author}>{name}</span>}
      {(!isFirst || direction === "in") && <VisuallyHidden>{name}: </VisuallyHidden>}
      <p className={classes.bubble}>{text}</p>
      {(isLast || isWithdrawn) && (
        <span className={classes.time}>
          <time dateTime={createdAt}>{clockTime(createdAt, timezone)}</time>
          {isWithdrawn && " · Withdrawn"}
        </span>
      )}
    </div>
  );
}

interface UnsentBubbleProps {
  readonly unsent: Unsent;
  onRetry(): void;
  onTakeBack(): void;
}

/** What was written and has not arrived; its text is not lost. */
export function UnsentBubble({ unsent, onRetry, onTakeBack }: UnsentBubbleProps) {
  const { text, fault, messageId } = unsent;
  return (
    <div className={classes.entry} data-side="mine" data-first data-failed={fault !== null || undefined}>
      <VisuallyHidden>You: </VisuallyHidden>
      <p className={classes.bubble}>{text}</p>
      {fault === null ? (
        <span className={classes.time}>{messageId === null ? "Sending…" : "Sent"}</span>
      ) : (
        <span className={classes.fault}>
          Not sent: {fault}
          <span className={classes.faultActions}>
            <Button variant="default" size="compact-xs" onClick={onRetry}>
              Send again
            </Button>
            <Button variant="subtle" size="compact-xs" onClick={onTakeBack}>
              Edit
            </Button>
          </span>
        </span>
      )}
    </div>
  );
}
