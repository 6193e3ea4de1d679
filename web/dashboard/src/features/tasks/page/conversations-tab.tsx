import { IconMessages } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useListConversationsInfinite } from "../../../api/generated/conversations/conversations";
import type { Conversation, Task } from "../../../api/generated/model";
import { ChannelName } from "../../../components/channel-name.tsx";
import { type Column, cursorQuery, DataTable, useCursorList } from "../../../components/data-table/index.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ContactName } from "../../../components/links.tsx";
import { RelativeTime } from "../../../components/time.tsx";

/** Where the task wrote. */
export function ConversationsTab({ task }: { readonly task: Task }) {
  const navigate = useNavigate();
  const rows = useCursorList(
    useListConversationsInfinite({ taskId: task.id, limit: 50 }, { query: cursorQuery }),
  );
  return (
    <DataTable
      label="Conversations"
      rows={rows}
      columns={columns}
      rowId={({ id }) => id}
      rowLabel={({ id }) => id}
      onOpen={({ id }) =>
        void navigate({ to: "/conversations/$conversationId", params: { conversationId: id } })
      }
      empty={
        <EmptyState icon={IconMessages} title="No conversations yet">
          Conversations in which this task wrote are listed here, with who speaks in them now.
        </EmptyState>
      }
    />
  );
}

const controllerWords: Readonly<Record<Conversation["controller"], string>> = {
  agent: "Agent",
  human: "Member",
  none: "Waits for a member",
};

const columns: readonly Column<Conversation>[] = [
  { key: "contact", header: "Contact", render: ({ contactId }) => <ContactName id={contactId} /> },
  {
    key: "channel",
    header: "Channel",
    from: 900,
    render: ({ channelId }) => <ChannelName id={channelId} />,
  },
  {
    key: "status",
    header: "Speaks",
    width: 144,
    render: ({ status, controller }) => (status === "closed" ? "Closed" : controllerWords[controller]),
  },
  {
    key: "session",
    header: "Answers until",
    width: 120,
    from: 600,
    render: ({ session }) => <RelativeTime at={session?.expiresAt ?? null} />,
  },
  {
    key: "last",
    header: "Last message",
    width: 112,
    render: ({ lastMessageAt }) => <RelativeTime at={lastMessageAt} />,
  },
];
