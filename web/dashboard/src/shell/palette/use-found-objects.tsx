import { useDebouncedValue } from "@mantine/hooks";
import { IconClock, IconMessageCircle, IconRobot, IconUser } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { type LinkProps, useRouter } from "@tanstack/react-router";
import { useListAgents } from "../../api/generated/agents/agents";
import { useListContacts } from "../../api/generated/contacts/contacts";
import { useListConversations } from "../../api/generated/conversations/conversations";
import { useListTasks } from "../../api/generated/tasks/tasks";
import { contactLabel } from "../../components/contact-label.ts";
import { useName } from "../../components/names.ts";
import { taskStateLooks } from "../../components/task-pill.tsx";
import type { ItemGroup } from "./item.ts";
import { leastLetters } from "./rules.ts";

const pauseMs = 150;
const mostOfKind = 5;

interface Found {
  readonly groups: readonly ItemGroup[];
  /** What was typed last has not been answered yet. */
  readonly isLooking: boolean;
}

/** Tasks, contacts, agents and conversations by what was typed; the server does the searching. */
export function useFoundObjects(typed: string): Found {
  const router = useRouter();
  const [q] = useDebouncedValue(typed.trim(), pauseMs);
  const isAsked = q.length >= leastLetters && typed.trim().length >= leastLetters;
  const params = { q, limit: mostOfKind };
  const options = { query: { enabled: isAsked, placeholderData: keepPreviousData } };
  const tasks = useListTasks(params, options);
  const contacts = useListContacts(params, options);
  const agents = useListAgents(params, options);
  const conversations = useListConversations({ ...params, include: "lastMessage" }, options);
  if (!isAsked) return { groups: [], isLooking: typed.trim().length >= leastLetters };
  const go = (link: LinkProps) => () => void router.navigate(link);
  const groups: readonly ItemGroup[] = [
    {
      heading: "Tasks",
      items: (tasks.data?.items ?? []).map(({ id, name, state }) => ({
        ...{ id, label: name, icon: IconClock, hint: taskStateLooks[state].word },
        run: go({ to: "/tasks/$taskId", params: { taskId: id } }),
      })),
    },
    {
      heading: "Contacts",
      items: (contacts.data?.items ?? []).map((contact) => ({
        id: contact.id,
        label: contactLabel(contact),
        icon: IconUser,
        hint: contact.email ?? contact.phone ?? contact.externalId ?? "",
        run: go({ to: "/contacts/$contactId", params: { contactId: contact.id } }),
      })),
    },
    {
      heading: "Agents",
      items: (agents.data?.items ?? []).map(({ id, name, model }) => ({
        ...{ id, label: name, icon: IconRobot, hint: model },
        run: go({ to: "/agents/$agentId", params: { agentId: id } }),
      })),
    },
    {
      heading: "Conversations",
      items: (conversations.data?.items ?? []).map(({ id, contactId, lastMessage }) => ({
        id,
        label: <NameOfContact id={contactId} />,
        icon: IconMessageCircle,
        hint: lastMessage?.text ?? "",
        run: go({ to: "/conversations/$conversationId", params: { conversationId: id } }),
      })),
    },
  ];
  const queries = [tasks, contacts, agents, conversations];
  return {
    groups: groups.filter(({ items }) => items.length > 0),
    isLooking:
      q !== typed.trim() ||
      queries.some(({ isPending, isPlaceholderData }) => isPending || isPlaceholderData),
  };
}

function NameOfContact({ id }: { readonly id: string }) {
  const name = useName("contact", id);
  return <>{name === null ? "Deleted contact" : (name ?? "…")}</>;
}
