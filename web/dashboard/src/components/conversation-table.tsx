import { IconMessages } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import { cursorQuery } from "../api/cursor-query.ts";
import { useListConversationsInfinite } from "../api/generated/conversations/conversations";
import type { Conversation } from "../api/generated/model";
import { ChannelName } from "./channel-name.tsx";
import { controllerWords } from "./controller-pill.tsx";
import { type Column, DataTable, useCursorList } from "./data-table/index.ts";
import { EmptyState } from "./empty-state.tsx";
import { ContactName } from "./links.tsx";
import { MemberName } from "./member-name.tsx";
import { RelativeTime } from "./time.tsx";

interface ConversationTableProps {
  /** Whose conversations: those in which a task wrote, or those of a contact. */
  readonly of: { readonly taskId: string } | { readonly contactId: string };
  /** Where there is none: when there will be one. */
  readonly empty: string;
}

/** The conversations of one object, on its page. */
export function ConversationTable({ of, empty }: ConversationTableProps) {
  const rows = useCursorList(useListConversationsInfinite({ ...of, limit: 50 }, { query: cursorQuery }));
  return (
    <DataTable
      label="Conversations"
      rows={rows}
      columns={"taskId" in of ? columnsOfTask : columnsOfContact}
      rowId={idOf}
      rowLabel={idOf}
      linkOf={linkOf}
      empty={
        <EmptyState icon={IconMessages} title="No conversations yet">
          {empty}
        </EmptyState>
      }
    />
  );
}

function Controller({ conversation }: { readonly conversation: Conversation }) {
  const { status, controller, controllerId } = conversation;
  if (status === "closed") return "Closed";
  return controllerId === null ? controllerWords[controller] : <MemberName id={controllerId} />;
}

const idOf = ({ id }: Conversation) => id;
const linkOf = ({ id }: Conversation): LinkProps => ({
  to: "/conversations/$conversationId",
  params: { conversationId: id },
});

const contact: Column<Conversation> = {
  key: "contact",
  header: "Contact",
  render: ({ contactId }) => <ContactName id={contactId} />,
};

const channel: Column<Conversation> = {
  key: "channel",
  header: "Channel",
  render: ({ channelId }) => <ChannelName id={channelId} />,
};

const speaks: Column<Conversation> = {
  key: "status",
  header: "Speaks",
  // The others may be links of their own.
  isLink: true,
  width: 144,
  render: (conversation) => <Controller conversation={conversation} />,
};

const answersUntil: Column<Conversation> = {
  key: "session",
  header: "Answers until",
  width: 120,
  from: 600,
  render: ({ session }) => <RelativeTime at={session?.expiresAt ?? null} />,
};

const begun: Column<Conversation> = {
  key: "begun",
  header: "Begun",
  width: 112,
  from: 600,
  render: ({ createdAt }) => <RelativeTime at={createdAt} />,
};

const last: Column<Conversation> = {
  key: "last",
  header: "Last message",
  width: 112,
  render: ({ lastMessageAt }) => <RelativeTime at={lastMessageAt} />,
};

const columnsOfTask = [contact, { ...channel, from: 900 as const }, speaks, answersUntil, last];
const columnsOfContact = [channel, speaks, begun, last];
