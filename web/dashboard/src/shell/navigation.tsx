import { ScrollArea } from "@mantine/core";
import {
  type Icon,
  IconCalendar,
  IconClock,
  IconMessageCircle,
  IconPlayerPlay,
  IconPlugConnected,
  IconRobot,
  IconSettings,
  IconUsers,
} from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import classes from "./frame.module.css";

interface Entry {
  readonly label: string;
  readonly icon: Icon;
  readonly to: LinkProps["to"];
}

interface Group {
  /** Null: no heading. */
  readonly heading: string | null;
  readonly entries: readonly Entry[];
}

/** Everything that is there; nothing that is still to come. */
const groups: readonly Group[] = [
  { heading: "Work", entries: [{ label: "Conversations", icon: IconMessageCircle, to: "/conversations" }] },
  {
    heading: "Tasks",
    entries: [
      { label: "Scheduled", icon: IconClock, to: "/tasks" },
      { label: "Calendar", icon: IconCalendar, to: "/calendar" },
      { label: "Executions", icon: IconPlayerPlay, to: "/executions" },
    ],
  },
  {
    heading: "Set-up",
    entries: [
      { label: "Contacts", icon: IconUsers, to: "/contacts" },
      { label: "Agents", icon: IconRobot, to: "/agents" },
      { label: "Channels", icon: IconPlugConnected, to: "/channels" },
      { label: "Settings", icon: IconSettings, to: "/settings" },
    ],
  },
];

export function Navigation() {
  return (
    <ScrollArea>
      {groups.map(({ heading, entries }) => (
        <div key={heading}>
          {heading !== null && <div className={classes.group}>{heading}</div>}
          {entries.map(({ label, icon: IconComponent, to }) => (
            <Link key={label} to={to} className={classes.link} activeOptions={{ includeSearch: false }}>
              <IconComponent size={16} stroke={1.75} aria-hidden />
              {label}
            </Link>
          ))}
        </div>
      ))}
    </ScrollArea>
  );
}
