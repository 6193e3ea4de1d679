import { Anchor, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Conversation, Message } from "../../../api/generated/model";
import { MessagePill, messageLooks } from "../../../components/message-pill.tsx";
import { clockTime, exactTime } from "../../../components/time-words.ts";
import { useMe, useTimezone } from "../../../session/session.ts";
import { DecisionButton } from "../gate/decision-button.tsx";
import { MendButton } from "../gate/mend-button.tsx";
import { findMend } from "../gate/rules.ts";
import { AuthorName } from "./author-name.tsx";
import { timeOf } from "./rules.ts";
import classes from "./transcript.module.css";
import { elementId } from "./use-scroll.ts";

interface BubbleProps {
  readonly message: Message;
  readonly conversation: Pick<Conversation, "channelId" | "contactId" | "controller" | "status">;
  /** The author stands above the one before. */
  readonly isContinued: boolean;
  /** The one that the address names. */
  readonly isWanted: boolean;
  onHandBack(): void;
  onWrite(): void;
}

const keptBack: ReadonlySet<Message["status"]> = new Set([
  "held",
  "refused",
  "withdrawn",
  "failed",
  "unknown",
]);

/** One message: who wrote it and when, how far it came, and what can be done where it did not arrive. */
export const Bubble = memo(function Bubble(props: BubbleProps) {
  const { message, isContinued, isWanted } = props;
  const timezone = useTimezone();
  const { id, direction, author, text, status } = message;
  const at = timeOf(message);
  const isOut = direction === "out";
  const isBack = keptBack.has(status);
  return (
    <li
      id={elementId(id)}
      className={classes.message}
      data-direction={direction}
      data-by={author.kind}
      data-continued={isContinued || undefined}
      data-back={isBack || undefined}
      data-wanted={isWanted || undefined}
      aria-current={isWanted || undefined}
    >
      {!isContinued && (
        <div className={classes.author}>
          <AuthorName author={author} />
        </div>
      )}
      <div className={classes.bubble}>{text}</div>
      <div className={classes.foot}>
        <Tooltip label={exactTime(at, timezone)}>
          <time dateTime={at}>{clockTime(at, timezone)}</time>
        </Tooltip>
        {isOut && (isBack ? <MessagePill message={message} /> : <Arrived status={status} />)}
        {isOut && message.purpose === "marketing" && <span>Marketing</span>}
        {isOut && <ExecutionLink message={message} />}
        {isOut && !isBack && <DecisionButton message={message} isWhy={false} />}
      </div>
      {isOut && isBack && <Reason {...props} />}
    </li>
  );
});

function Arrived({ status }: { readonly status: Message["status"] }) {
  const { icon: Icon, word } = messageLooks[status];
  return (
    <span className={classes.state}>
      <Icon size={13} aria-hidden />
      {word}
    </span>
  );
}

function ExecutionLink({ message: { executionId, stepSeq } }: { readonly message: Message }) {
  if (executionId === null) return null;
  return (
    <Anchor
      fz="inherit"
      c="inherit"
      underline="always"
      renderRoot={(props) => (
        <Link
          to="/executions/$executionId"
          params={{ executionId }}
          search={stepSeq === null ? {} : { step: String(stepSeq) }}
          {...props}
        />
      )}
    >
      {stepSeq === null ? "Execution" : `Execution, step ${stepSeq}`}
    </Anchor>
  );
}

/** Why it did not arrive, and the button that mends it. */
function Reason({ message, conversation, onHandBack, onWrite }: BubbleProps) {
  const timezone = useTimezone();
  const mayWrite = useMe().can("write");
  const { status, reason, heldUntil, author } = message;
  const agentId = author.kind === "agent" ? author.id : null;
  const { channelId, contactId, controller } = conversation;
  const mend = reason === null ? undefined : findMend(reason.code, { channelId, contactId, agentId });
  // What a closed conversation refused stays refused; a hand-back changes nothing where an agent is in control.
  const isOver = conversation.status === "closed" || status === "withdrawn";
  const isUseless = mend?.kind === "hand_back" && controller === "agent";
  const isOffered = mayWrite && (mend?.kind === "link" || (!isOver && !isUseless));
  return (
    <div className={classes.reason}>
      <span>{reason?.message ?? noReason[status] ?? ""}</span>
      {status === "held" && heldUntil !== null && (
        <span>It waits until {exactTime(heldUntil, timezone)} at most.</span>
      )}
      <DecisionButton message={message} isWhy />
      {isOffered && <MendButton mend={mend} onHandBack={onHandBack} onWrite={onWrite} />}
    </div>
  );
}

const noReason: Readonly<Partial<Record<Message["status"], string>>> = {
  unknown: "Whether it arrived cannot be said. Ask the contact before it is written again.",
  failed: "The platform did not take it.",
  withdrawn: "It was taken back before it went out.",
};
