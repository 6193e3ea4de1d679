import { Link } from "@tanstack/react-router";
import { useGetChannel } from "../../../api/generated/channels/channels";
import type { Conversation } from "../../../api/generated/model";
import { ControllerPill } from "../../../components/controller-pill.tsx";
import { messageLooks } from "../../../components/message-pill.tsx";
import { useName } from "../../../components/names.ts";
import { RelativeTime, useNow } from "../../../components/time.tsx";
import { untilTime } from "../../../components/time-words.ts";
import { useTimezone } from "../../../session/session.ts";
import classes from "./list.module.css";
import { previewOf } from "./rules.ts";

export const rowHeight = 84;

interface ConversationRowProps {
  readonly conversation: Conversation;
  readonly isOpen: boolean;
}

/** Whom it is with, how the newest message begins, and who speaks for the company. */
export function ConversationRow({ conversation, isOpen }: ConversationRowProps) {
  const { id, contactId, channelId, session, lastMessage, lastMessageAt, unanswered } = conversation;
  const timezone = useTimezone();
  const now = useNow();
  const name = useName("contact", contactId);
  const { data: channel } = useGetChannel(channelId);
  const { text, state } = previewOf(lastMessage);
  const StateIcon = state === undefined ? undefined : messageLooks[state].icon;
  return (
    <Link
      from="/conversations"
      to="/conversations/$conversationId"
      params={{ conversationId: id }}
      search={(before) => ({ ...before, message: undefined, panel: undefined })}
      className={classes.row}
      aria-current={isOpen ? "page" : undefined}
      preload={false}
    >
      <span className={classes.top}>
        <span className={classes.name}>{name === null ? "Deleted contact" : (name ?? "…")}</span>
        <span className={classes.at}>
          <RelativeTime at={lastMessageAt} />
        </span>
      </span>
      <span className={classes.preview} data-unanswered={unanswered || undefined}>
        {StateIcon !== undefined && state !== undefined && (
          <span className={classes.state}>
            <StateIcon size={13} aria-hidden />
            {messageLooks[state].word}:
          </span>
        )}
        {text}
      </span>
      <span className={classes.foot}>
        <ControllerPill {...conversation} />
        {session !== null && (
          <span className={classes.session}>until {untilTime(session.expiresAt, now, timezone)}</span>
        )}
        <span className={classes.channel}>{channel?.name ?? ""}</span>
        {unanswered && (
          <span
            className={classes.unanswered}
            role="img"
            aria-label="Not answered yet"
            title="Not answered yet"
          />
        )}
      </span>
    </Link>
  );
}
