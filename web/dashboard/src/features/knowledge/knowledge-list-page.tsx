import { Button, Group, Select } from "@mantine/core";
import { IconBook, IconPlus, IconTrash } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps } from "@tanstack/react-router";
import { useMemo } from "react";
import { cursorQuery } from "../../api/cursor-query.ts";
import { createKnowledge, useListKnowledgeInfinite } from "../../api/generated/knowledge/knowledge";
import type { Knowledge } from "../../api/generated/model";
import { askAgain } from "../../api/kept-answers.ts";
import { type Column, DataTable, type RowAction, useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnabledPill } from "../../components/enabled-pill.tsx";
import { NoMatches } from "../../components/no-matches.tsx";
import { Page } from "../../components/page.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";
import { SearchInput } from "../../components/search-input.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { known } from "../../routes/search.ts";
import { useMe } from "../../session/session.ts";
import { removeKnowledge } from "./remove-knowledge.ts";

const route = getRouteApi("/app/settings/knowledge");

/** The texts that agents look things up in. */
export function KnowledgeListPage() {
  const search = route.useSearch();
  const changeSearch = route.useNavigate();
  const mayWrite = useMe().can("write");
  const rows = useCursorList<Knowledge>(
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
  // There is no list of all tags: those of the texts that are shown, and the chosen one.
  const { items } = rows;
  const tags = useMemo(
    () =>
      [
        ...new Set<string>([
          ...items.flatMap((text) => text.tags),
          ...(search.tag === undefined ? [] : [search.tag]),
        ]),
      ].toSorted(),
    [items, search.tag],
  );
  const isFiltered = search.q !== undefined || search.tag !== undefined;
  return (
    <Page
      title="Knowledge"
      actions={create}
      bar={
        <Group gap="xs">
          <SearchInput
            label="Search knowledge"
            value={search.q}
            onChange={(q) => void changeSearch({ search: known({ ...search, q }), replace: true })}
          />
          <Select
            size="xs"
            w={160}
            aria-label="Tag"
            placeholder="Tag"
            nothingFoundMessage="No text shown has this tag"
            searchable
            clearable
            clearButtonProps={{ "aria-label": "Clear Tag" }}
            data={tags}
            value={search.tag ?? null}
            onChange={(tag) =>
              void changeSearch({ search: known({ ...search, tag: tag ?? undefined }), replace: true })
            }
          />
        </Group>
      }
    >
      <DataTable
        label="Knowledge"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ title }) => title}
        linkOf={linkOf}
        rowActions={rowActions}
        empty={
          isFiltered ? (
            <NoMatches
              noun="text"
              icon={IconBook}
              onClear={() => void changeSearch({ search: {}, replace: true })}
            >
              No text has these words and this tag.
            </NoMatches>
          ) : (
            <EmptyState
              icon={IconBook}
              title="No knowledge yet"
              actions={
                mayWrite && (
                  <>
                    {create}
                    <Button variant="default" onClick={() => void addExample()}>
                      Create an example
                    </Button>
                  </>
                )
              }
            >
              Opening hours, prices, return rules: an agent looks things up here instead of making them up.
              One subject in each text is found best.
            </EmptyState>
          )
        }
      />
    </Page>
  );
}

const linkOf = ({ id }: Knowledge): LinkProps => ({
  to: "/settings/knowledge/$knowledgeId",
  params: { knowledgeId: id },
});

const columns: readonly Column<Knowledge>[] = [
  { key: "title", header: "Title", isLink: true, render: ({ title }) => title },
  { key: "tags", header: "Tags", width: "24%", from: 600, render: ({ tags }) => tags.join(", ") || "–" },
  { key: "language", header: "Language", width: 96, from: 900, render: ({ language }) => language ?? "–" },
  {
    key: "state",
    header: "State",
    width: 112,
    render: ({ enabled }) => <EnabledPill isEnabled={enabled} />,
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

async function addExample(): Promise<void> {
  try {
    const { title } = await createKnowledge({
      title: "Opening hours (example)",
      text: "We are open Monday to Friday from 9 to 18 and Saturday from 10 to 14. On public holidays we are closed.",
      tags: ["example"],
      language: "en",
    });
    sayDone(`“${title}” created.`);
  } catch (error) {
    sayFailed("No example created", error);
  }
  askAgain("/v1/knowledge");
}
