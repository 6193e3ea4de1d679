import { IconMessages } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useGetChannel } from "../../../api/generated/channels/channels";
import { useListConversationsInfinite } from "../../../api/generated/conversations/conversations";
import type { Contact, Conversation } from "../../../api/generated/model";
import { type Column, cursorQuery, DataTable, useCursorList } from "../../../components/data-table/index.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { RelativeTime } from "../../../components/time.tsx";

/** The contact's conversations, on whichever channel. */
export function ConversationsTab({ contact }: { readonly contact: Contact }) {
  const navigate = useNavigate();
  const rows = useCursorList(
    useListConversationsInfinite({ contactId: contact.id, limit: 50 }, { query: cursorQuery }),
  );
  return (
    <DataTable
      label="Conversations"
      rows={rows}
      columns={columns}
      rowId={idOf}
      rowLabel={idOf}
      onOpen={({ id }) =>
        void navigate({ to: "/conversations/$conversationId", params: { conversationId: id } })
      }
      empty={
        <EmptyState icon={IconMessages} title="No conversations yet">
          A conversation begins when the contact writes on a channel, or a task writes first.
        </EmptyState>
      }
    />
  );
}

const idOf = ({ id }: Conversation) => id;

const controllerWords: Readonly<Record<Conversation["controller"], string>> = {
  agent: "Agent",
  human: "Member",
  none: "Waits for a member",
};

const columns: readonly Column<Conversation>[] = [
  { key: "channel", header: "Channel", render: ({ channelId }) => <ChannelLabel id={channelId} /> },
  {
    key: "status",
    header: "Speaks",
    width: 144,
    render: ({ status, controller }) => (status === "closed" ? "Closed" : controllerWords[controller]),
  },
  {
    key: "begun",
    header: "Begun",
    width: 112,
    from: 600,
    render: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
  {
    key: "last",
    header: "Last message",
    width: 112,
    render: ({ lastMessageAt }) => <RelativeTime at={lastMessageAt} />,
  },
];

function ChannelLabel({ id }: { readonly id: string }) {
  const { data } = useGetChannel(id);
  return <span>{data?.name ?? "…"}</span>;
}
