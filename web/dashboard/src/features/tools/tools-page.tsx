import { Button, Code } from "@mantine/core";
import { IconPlus, IconTool, IconTrash } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps } from "@tanstack/react-router";
import { useMemo } from "react";
import { cursorQuery } from "../../api/cursor-query.ts";
import type { Tool } from "../../api/generated/model";
import { useListToolsInfinite } from "../../api/generated/tools/tools";
import { type Column, DataTable, type RowAction, useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnabledPill } from "../../components/enabled-pill.tsx";
import { NoMatches } from "../../components/no-matches.tsx";
import { Page } from "../../components/page.tsx";
import { SearchInput } from "../../components/search-input.tsx";
import { known } from "../../routes/search.ts";
import { useMe } from "../../session/session.ts";
import { removeTool } from "./remove-tool.ts";

const route = getRouteApi("/app/settings/tools");

/** What agents may call at the company's own servers. */
export function ToolsPage() {
  const search = route.useSearch();
  const changeSearch = route.useNavigate();
  const mayWrite = useMe().can("admin");
  const rows = useCursorList(
    useListToolsInfinite(
      { ...search, limit: 50 },
      { query: { ...cursorQuery, placeholderData: keepPreviousData } },
    ),
  );
  const rowActions = useMemo(() => (mayWrite ? [removing] : []), [mayWrite]);
  const create = mayWrite && (
    <Button
      leftSection={<IconPlus size={14} aria-hidden />}
      renderRoot={(props) => <Link to="/settings/tools/$toolId" params={{ toolId: "new" }} {...props} />}
    >
      New tool
    </Button>
  );
  return (
    <Page
      title="Tools"
      actions={create}
      bar={
        <SearchInput
          label="Search tools"
          value={search.q}
          onChange={(q) => void changeSearch({ search: known({ q }), replace: true })}
        />
      }
    >
      <DataTable
        label="Tools"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ name }) => name}
        linkOf={linkOf}
        rowActions={rowActions}
        empty={
          search.q === undefined ? (
            <EmptyState icon={IconTool} title="No tools yet" actions={create}>
              A tool is a request to a server of yours: look up an order, check a balance, ask for a free
              appointment. Agents call it when its description says so; its secret stays here.
            </EmptyState>
          ) : (
            <NoMatches
              noun="tool"
              icon={IconTool}
              onClear={() => void changeSearch({ search: {}, replace: true })}
            >
              No tool has this text in its name or description.
            </NoMatches>
          )
        }
      />
    </Page>
  );
}

const linkOf = ({ id }: Tool): LinkProps => ({ to: "/settings/tools/$toolId", params: { toolId: id } });

const columns: readonly Column<Tool>[] = [
  { key: "name", header: "Name", width: "24%", isLink: true, render: ({ name }) => <Code>{name}</Code> },
  { key: "description", header: "What it does", from: 900, render: ({ description }) => description },
  { key: "call", header: "Request", from: 600, render: ({ method, url }) => `${method} ${url}` },
  { key: "state", header: "State", width: 112, render: ({ enabled }) => <EnabledPill isEnabled={enabled} /> },
];

const removing: RowAction<Tool> = {
  key: "delete",
  label: "Delete",
  icon: <IconTrash size={14} aria-hidden />,
  isDangerous: true,
  run: (tool) => void removeTool(tool),
};
