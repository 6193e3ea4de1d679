import { Button } from "@mantine/core";
import { IconBook, IconPlus, IconTrash } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useListKnowledgeInfinite } from "../../api/generated/knowledge/knowledge";
import type { Knowledge } from "../../api/generated/model";
import {
  type Column,
  cursorQuery,
  DataTable,
  type RowAction,
  useCursorList,
} from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { SearchInput } from "../../components/search-input.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { known } from "../../routes/search.ts";
import { useMe } from "../../session/session.ts";
import { KnowledgePill } from "./knowledge-pill.tsx";
import { removeKnowledge } from "./remove-knowledge.ts";

const route = getRouteApi("/app/settings/knowledge");

/** The texts that agents look things up in. */
export function KnowledgeListPage() {
  const search = route.useSearch();
  const changeSearch = route.useNavigate();
  const navigate = useNavigate();
  const mayWrite = useMe().can("write");
  const rows = useCursorList(
    useListKnowledgeInfinite(
      { ...search, limit: 50 },
      { query: { ...cursorQuery, placeholderData: keepPreviousData } },
    ),
  );
  const rowActions = useMemo(() => (mayWrite ? [removing] : []), [mayWrite]);
  const create = mayWrite && (
    <Button
      leftSection={<IconPlus size={14} aria-hidden />}
      renderRoot={(props) => (
        <Link to="/settings/knowledge/$knowledgeId" params={{ knowledgeId: "new" }} {...props} />
      )}
    >
      New text
    </Button>
  );
  const isFiltered = search.q !== undefined || search.tag !== undefined;
  return (
    <Page
      title="Knowledge"
      actions={create}
      bar={
        <SearchInput
          label="Search knowledge"
          value={search.q}
          onChange={(q) => void changeSearch({ search: known({ ...search, q }), replace: true })}
        />
      }
    >
      <DataTable
        label="Knowledge"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ title }) => title}
        onOpen={({ id }) =>
          void navigate({ to: "/settings/knowledge/$knowledgeId", params: { knowledgeId: id } })
        }
        rowActions={rowActions}
        empty={
          isFiltered ? (
            <EmptyState
              icon={IconBook}
              title="No text matches"
              actions={
                <Button variant="default" onClick={() => void changeSearch({ search: {}, replace: true })}>
                  Clear filters
                </Button>
              }
            >
              No text has these words.
            </EmptyState>
          ) : (
            <EmptyState icon={IconBook} title="No knowledge yet" actions={create}>
              Opening hours, prices, return rules: an agent looks things up here instead of making them up.
              One subject in each text is found best.
            </EmptyState>
          )
        }
      />
    </Page>
  );
}

const columns: readonly Column<Knowledge>[] = [
  { key: "title", header: "Title", render: ({ title }) => title },
  { key: "tags", header: "Tags", width: "24%", from: 600, render: ({ tags }) => tags.join(", ") || "–" },
  { key: "language", header: "Language", width: 96, from: 900, render: ({ language }) => language ?? "–" },
  {
    key: "state",
    header: "State",
    width: 112,
    render: (knowledge) => <KnowledgePill knowledge={knowledge} />,
  },
  {
    key: "updated",
    header: "Changed",
    width: 104,
    from: 900,
    render: ({ updatedAt }) => <RelativeTime at={updatedAt} />,
  },
];

const removing: RowAction<Knowledge> = {
  key: "delete",
  label: "Delete",
  icon: <IconTrash size={14} aria-hidden />,
  isDangerous: true,
  run: (knowledge) => void removeKnowledge(knowledge),
};
