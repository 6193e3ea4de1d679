import { ActionIcon, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import {
  type Icon,
  IconAlertCircle,
  IconAlertTriangle,
  IconCheck,
  IconInfoCircle,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Notification } from "../../api/generated/model";
import { RelativeTime } from "../../components/time.tsx";
import { useMe } from "../../session/session.ts";
import classes from "./bell.module.css";
import { markRead } from "./mark-read.ts";
import { linkOfNotification } from "./rules.ts";

const severities: Readonly<Record<Notification["severity"], { icon: Icon; word: string }>> = {
  info: { icon: IconInfoCircle, word: "For your information" },
  warning: { icon: IconAlertTriangle, word: "Warning" },
  error: { icon: IconAlertCircle, word: "Error" },
};

interface NotificationRowProps {
  readonly notification: Notification;
  onLeave(): void;
}

export function NotificationRow({ notification, onLeave }: NotificationRowProps) {
  const me = useMe();
  const { severity, title, body, createdAt, readAt } = notification;
  const { icon: SeverityIcon, word } = severities[severity];
  const isUnread = readAt === null;
  const mayMark = isUnread && me.can("write");
  const link = linkOfNotification(notification);

  function follow(): void {
    if (mayMark) void markRead(notification);
    onLeave();
  }

  return (
    <li className={classes.row} data-unread={isUnread || undefined}>
      <span className={classes.severity} data-severity={severity}>
        <SeverityIcon size={17} stroke={1.75} aria-hidden />
        <VisuallyHidden>{isUnread ? `Unread. ${word}.` : `${word}.`}</VisuallyHidden>
      </span>
      <div className={classes.text}>
        {link === undefined ? (
          <span className={classes.title}>{title}</span>
        ) : (
          <Link {...link} className={classes.title} onClick={follow}>
            {title}
          </Link>
        )}
        <Text size="xs" c="dimmed" lineClamp={4} className={classes.body}>
          {body}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          <RelativeTime at={createdAt} />
        </Text>
      </div>
      {mayMark && (
        <Tooltip label="Mark as read">
          <ActionIcon
            className={classes.mark}
            variant="subtle"
            color="gray"
            size={24}
            aria-label={`Mark “${title}” as read`}
            onClick={() => void markRead(notification)}
          >
            <IconCheck size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}
