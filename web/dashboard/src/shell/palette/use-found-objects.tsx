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
import { taskLookOf } from "../../components/task-pill.tsx";
import type { Item, ItemGroup } from "./item.ts";
import { type Kind, lastRank, leastLetters, orderKinds, rankOf } from "./rules.ts";

const pauseMs = 150;
const mostOfKind = 5;
/** The server answers the newest first: among so many is looked for the likeliest. */
const mostAsked = 20;

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
  const params = { q, limit: mostAsked };
  const options = { query: { enabled: isAsked, placeholderData: keepPreviousData } };
  const tasks = useListTasks(params, options);
  const contacts = useListContacts(params, options);
  const agents = useListAgents(params, options);
  const conversations = useListConversations({ q, limit: mostOfKind, include: "lastMessage" }, options);
  // Newer ones that only contain it may be too many.
  const exactTasks = useListTasks({ externalId: q, limit: 1 }, options);
  const exactContacts = useListContacts({ externalId: q, limit: 1 }, options);
  if (!isAsked) return { groups: [], isLooking: typed.trim().length >= leastLetters };
  const go = (link: LinkProps) => () => void router.navigate(link);
  const kinds: readonly Kind<Item>[] = [
    {
      heading: "Tasks",
      found: withExact(tasks.data, exactTasks.data).map((task) => ({
        rank: rankOf(q, { name: task.name, ids: [task.externalId] }),
        item: {
          ...{ id: task.id, label: task.name, icon: IconClock, hint: taskLookOf(task).word },
          run: go({ to: "/tasks/$taskId", params: { taskId: task.id } }),
        },
      })),
    },
    {
      heading: "Contacts",
      found: withExact(contacts.data, exactContacts.data).map((contact) => {
        const { id, email, phone, externalId } = contact;
        const name = contactLabel(contact);
        return {
          rank: rankOf(q, { name, ids: [externalId, email, phone] }),
          item: {
            ...{ id, label: name, icon: IconUser, hint: email ?? phone ?? externalId ?? "" },
            run: go({ to: "/contacts/$contactId", params: { contactId: id } }),
          },
        };
      }),
    },
    {
      heading: "Agents",
      found: (agents.data?.items ?? []).map(({ id, name, model }) => ({
        rank: rankOf(q, { name }),
        item: {
          ...{ id, label: name, icon: IconRobot, hint: model },
          run: go({ to: "/agents/$agentId", params: { agentId: id } }),
        },
      })),
    },
    {
      heading: "Conversations",
      found: (conversations.data?.items ?? []).map(({ id, contactId, lastMessage }) => ({
        // Found by its contact, which stands above it.
        rank: lastRank,
        item: {
          id,
          label: <NameOfContact id={contactId} />,
          icon: IconMessageCircle,
          hint: lastMessage?.text ?? "",
          run: go({ to: "/conversations/$conversationId", params: { conversationId: id } }),
        },
      })),
    },
  ];
  const queries = [tasks, contacts, agents, conversations, exactTasks, exactContacts];
  return {
    groups: orderKinds(kinds, mostOfKind),
    isLooking:
      q !== typed.trim() ||
      queries.some(({ isPending, isPlaceholderData }) => isPending || isPlaceholderData),
  };
}

interface Listed<T> {
  readonly items: readonly T[];
}

/** The one with exactly this id, if there is one, and those that contain what was typed. */
function withExact<T extends { readonly id: string }>(
  found: Listed<T> | undefined,
  exact: Listed<T> | undefined,
): readonly T[] {
  const all = [...(exact?.items ?? []), ...(found?.items ?? [])];
  return [...new Map(all.map((object) => [object.id, object])).values()];
}

function NameOfContact({ id }: { readonly id: string }) {
  const name = useName("contact", id);
  return <>{name === null ? "Deleted contact" : (name ?? "…")}</>;
}
