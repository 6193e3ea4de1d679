import {
  type Icon,
  IconBell,
  IconBook,
  IconBuilding,
  IconCalendar,
  IconClock,
  IconCoin,
  IconFlask,
  IconHistory,
  IconKey,
  IconMessageCircle,
  IconPlayerPlay,
  IconPlugConnected,
  IconPlus,
  IconRobot,
  IconSparkles,
  IconTool,
  IconUpload,
  IconUser,
  IconUserPlus,
  IconUsers,
  IconUsersGroup,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import type { Scope } from "../../session/rules.ts";

/** A page by its own name, or one on which something begins. */
export interface Destination {
  readonly label: string;
  readonly icon: Icon;
  readonly to: NonNullable<LinkProps["to"]>;
  readonly group: "Go to" | "Commands";
  readonly words?: string;
  readonly keys?: string;
  /** What a role must allow; undefined: everybody goes there. */
  readonly scope?: Scope;
}

/** In the order of the navigation. */
const pages: readonly Omit<Destination, "group">[] = [
  {
    label: "Conversations",
    icon: IconMessageCircle,
    to: "/conversations",
    words: "inbox messages",
    keys: "g c",
  },
  { label: "Tasks", icon: IconClock, to: "/tasks", words: "scheduled", keys: "g t" },
  { label: "Calendar", icon: IconCalendar, to: "/calendar", words: "upcoming runs", keys: "g d" },
  { label: "Executions", icon: IconPlayerPlay, to: "/executions", words: "runs history", keys: "g e" },
  { label: "Contacts", icon: IconUsers, to: "/contacts", words: "customers people", keys: "g p" },
  { label: "Agents", icon: IconRobot, to: "/agents", words: "bots", keys: "g a" },
  { label: "Channels", icon: IconPlugConnected, to: "/channels", words: "web widget", keys: "g h" },
  {
    label: "Workspace settings",
    icon: IconBuilding,
    to: "/settings/workspace",
    words: "timezone name",
    keys: "g s",
  },
  { label: "Members", icon: IconUsersGroup, to: "/settings/members", words: "settings roles invitations" },
  { label: "API keys", icon: IconKey, to: "/settings/api-keys", words: "settings token" },
  {
    label: "Model providers",
    icon: IconSparkles,
    to: "/settings/model-providers",
    words: "settings openai anthropic",
  },
  { label: "Tools", icon: IconTool, to: "/settings/tools", words: "settings http" },
  { label: "Knowledge", icon: IconBook, to: "/settings/knowledge", words: "settings texts documents" },
  { label: "Budgets", icon: IconCoin, to: "/settings/budgets", words: "settings usage costs limits" },
  {
    label: "Notification settings",
    icon: IconBell,
    to: "/settings/notifications",
    words: "e-mail preferences",
  },
  {
    label: "Audit log",
    icon: IconHistory,
    to: "/settings/audit-log",
    words: "settings changes who",
    scope: "admin",
  },
  { label: "Demo", icon: IconFlask, to: "/settings/demo", words: "settings example remove" },
  { label: "Profile", icon: IconUser, to: "/profile", words: "password name account" },
  { label: "Tour", icon: IconSparkles, to: "/welcome", words: "welcome start begin help" },
];

const beginnings: readonly Omit<Destination, "group">[] = [
  { label: "New task", icon: IconPlus, to: "/tasks/new", words: "create schedule", scope: "write" },
  { label: "New contact", icon: IconPlus, to: "/contacts/new", words: "create customer", scope: "write" },
  { label: "New agent", icon: IconPlus, to: "/agents/new", words: "create bot", scope: "write" },
  { label: "New channel", icon: IconPlus, to: "/channels/new", words: "create connect", scope: "write" },
  { label: "Import contacts", icon: IconUpload, to: "/contacts/import", words: "csv upload", scope: "write" },
  {
    label: "Invite member",
    icon: IconUserPlus,
    to: "/settings/members",
    words: "colleague invitation",
    scope: "admin",
  },
];

export const destinations: readonly Destination[] = [
  ...pages.map((page) => ({ ...page, group: "Go to" as const })),
  ...beginnings.map((beginning) => ({ ...beginning, group: "Commands" as const })),
];
