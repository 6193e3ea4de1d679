import { Tooltip } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { getGetConversationQueryKey } from "../../../api/generated/conversations/conversations";
import type { Conversation } from "../../../api/generated/model";
import { useSecond } from "../../../components/time.tsx";
import { exactTime, untilTime } from "../../../components/time-words.ts";
import { useTimezone } from "../../../session/session.ts";
import { useAnswerer } from "../use-answerer.ts";
import classes from "./head.module.css";
import { deadlineOf, leftWords, secondsUntil } from "./rules.ts";

interface SessionLineProps {
  readonly conversation: Conversation;
  /** When the server said what is known of it. */
  readonly askedAt: number;
}

/** Which agent answers and how long it goes on doing so. */
export function SessionLine({ conversation, askedAt }: SessionLineProps) {
  const { session, controller, status } = conversation;
  const { name = "Agent", isNobody } = useAnswerer(conversation);
  if (status === "closed") return null;
  if (session !== null)
    return <Countdown conversation={conversation} session={session} askedAt={askedAt} name={name} />;
  if (isNobody === undefined) return null;
  if (isNobody) return <span className={classes.session}>No agent answers on this channel</span>;
  return (
    <span className={classes.session}>
      {controller === "agent" ? `${name} answers, as on all of this channel` : `${name} is silent`}
    </span>
  );
}

interface CountdownProps extends SessionLineProps {
  readonly session: NonNullable<Conversation["session"]>;
  readonly name: string;
}

function Countdown({ conversation, session, askedAt, name }: CountdownProps) {
  const { id, controller } = conversation;
  const { expiresAt, expiresInSeconds } = session;
  const timezone = useTimezone();
  const client = useQueryClient();
  // Kept for as long as the server has not said anything else: what is shown before it answered says nothing new.
  const [said, setSaid] = useState({ session, deadline: deadlineOf(expiresInSeconds, askedAt) });
  if (said.session !== session) setSaid({ session, deadline: deadlineOf(expiresInSeconds, askedAt) });
  const now = useSecond(true);
  const left = secondsUntil(said.deadline, now);
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) void client.invalidateQueries({ queryKey: getGetConversationQueryKey(id) });
  }, [isOver, client, id]);
  const until = untilTime(expiresAt, now, timezone);
  const words =
    controller === "agent" ? `${name} answers until ${until}` : `${name} is silent, session until ${until}`;
  return (
    <Tooltip label={exactTime(expiresAt, timezone)}>
      <span className={classes.session}>
        <IconClock size={13} aria-hidden />
        <span className={classes.words}>
          {words}, {leftWords(left)}
        </span>
      </span>
    </Tooltip>
  );
}
