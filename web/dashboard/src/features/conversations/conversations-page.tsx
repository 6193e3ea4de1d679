import { Kbd, Text } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, useParams } from "@tanstack/react-router";
import { cursorQuery } from "../../api/cursor-query.ts";
import {
  useGetConversation,
  useListConversationsInfinite,
} from "../../api/generated/conversations/conversations";
import type { Conversation } from "../../api/generated/model";
import { SideList, useCursorList } from "../../components/data-table/index.ts";
import { useName } from "../../components/names.ts";
import { NoMatches } from "../../components/no-matches.tsx";
import { Page } from "../../components/page.tsx";
import { ConversationView } from "./conversation-view.tsx";
import classes from "./conversations.module.css";
import { ConversationFilters } from "./list/conversation-filters.tsx";
import { ConversationRow, rowHeight } from "./list/conversation-row.tsx";
import { NoConversations } from "./list/no-conversations.tsx";
import { type ConversationSearch, toParams } from "./list/rules.ts";
import { useChangeSearch } from "./use-change-search.ts";

const route = getRouteApi("/app/conversations");
const pageSize = 50;
const idOf = ({ id }: Conversation) => id;

/** List left, transcript in the middle, the contact right; on a narrow screen one at a time. */
export function ConversationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const changeSearch = useChangeSearch();
  const { conversationId } = useParams({ strict: false });
  const { message: _, panel: __, ...filters } = search;
  const query = useListConversationsInfinite(
    { ...toParams(filters), sort: "lastMessageAt", limit: pageSize, include: "lastMessage" },
    { query: { ...cursorQuery, placeholderData: keepPreviousData } },
  );
  const rows = useCursorList(query);
  const tabTitle = useTabTitle(conversationId);

  const replace = (next: ConversationSearch) => {
    const { message, panel } = search;
    changeSearch({ ...next, message, panel });
  };
  const isFiltered = Object.keys(filters).length > 0;
  const isEmpty = !rows.isLoading && rows.error === null && rows.items.length === 0 && !isFiltered;
  const isOpen = conversationId !== undefined;
  return (
    <Page
      title="Conversations"
      tabTitle={tabTitle}
      isContentFirst={isOpen}
      bar={<ConversationFilters search={filters} onReplace={replace} />}
    >
      {isEmpty && !isOpen ? (
        <div className={classes.nothing}>
          <NoConversations />
        </div>
      ) : (
        <div
          className={classes.split}
          data-open={isOpen || undefined}
          data-panel={(isOpen && search.panel === true) || undefined}
        >
          <div className={classes.list}>
            <SideList
              label="Conversations"
              noun="conversation"
              rows={rows}
              rowHeight={rowHeight}
              rowId={idOf}
              openId={conversationId}
              onOpen={({ id }) =>
                void navigate({
                  to: "/conversations/$conversationId",
                  params: { conversationId: id },
                  search: (before) => ({ ...before, message: undefined, panel: undefined }),
                })
              }
              render={(row) => <ConversationRow conversation={row} isOpen={row.id === conversationId} />}
              empty={
                isFiltered ? (
                  <NoMatches noun="conversation" onClear={() => replace({})}>
                    There may be conversations, but none that passes these filters.
                  </NoMatches>
                ) : (
                  <Text size="sm" c="dimmed">
                    No conversations yet
                  </Text>
                )
              }
            />
          </div>
          {conversationId === undefined ? (
            <div className={classes.middle}>
              <div className={classes.nothing}>
                <Text size="sm" c="dimmed" ta="center">
                  Choose a conversation: <Kbd size="xs">j</Kbd> and <Kbd size="xs">k</Kbd> move,{" "}
                  <Kbd size="xs">Enter</Kbd> opens. The one with the latest message stands first.
                </Text>
              </div>
            </div>
          ) : (
            <ConversationView key={conversationId} id={conversationId} />
          )}
        </div>
      )}
    </Page>
  );
}

function useTabTitle(conversationId: string | undefined): string {
  const { data } = useGetConversation(conversationId ?? "", {
    query: { enabled: conversationId !== undefined },
  });
  const name = useName("contact", data?.contactId ?? null);
  return conversationId === undefined || typeof name !== "string" ? "Conversations" : name;
}
