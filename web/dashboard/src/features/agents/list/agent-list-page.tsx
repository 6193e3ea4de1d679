import { Button } from "@mantine/core";
import {
  IconCircleCheck,
  IconCircleOff,
  IconCopy,
  IconPencil,
  IconPlus,
  IconStar,
  IconTrash,
} from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { cursorQuery } from "../../../api/cursor-query.ts";
import { useListAgentsInfinite } from "../../../api/generated/agents/agents";
import type { Agent, ListAgentsEnabled } from "../../../api/generated/model";
import { useListModelProviders } from "../../../api/generated/model-providers/model-providers";
import { DataTable, type RowAction, useCursorList } from "../../../components/data-table/index.ts";
import { NoMatches } from "../../../components/no-matches.tsx";
import { Page } from "../../../components/page.tsx";
import { usePageKey } from "../../../components/page-keys.ts";
import type { AgentSearch } from "../../../routes/agents.ts";
import { known } from "../../../routes/search.ts";
import { useMe } from "../../../session/session.ts";
import { changeAgent, removeAgent } from "../actions/agent-actions.tsx";
import { agentColumns } from "./agent-columns.tsx";
import { AgentFilters } from "./agent-filters.tsx";
import { NoAgents } from "./empty-agents.tsx";
import { useMonthCosts } from "./month-costs.ts";

const route = getRouteApi("/app/agents");
const pageSize = 50;
const iconSize = 14;

/** All agents, newest first. */
export function AgentListPage() {
  const search = route.useSearch();
  const changeSearch = route.useNavigate();
  const navigate = useNavigate();
  const mayWrite = useMe().can("write");
  const { enabled, ...texts } = search;
  const query = useListAgentsInfinite(
    {
      ...texts,
      ...(enabled === undefined ? {} : { enabled: String(enabled) as ListAgentsEnabled }),
      limit: pageSize,
    },
    { query: { ...cursorQuery, placeholderData: keepPreviousData } },
  );
  const rows = useCursorList(query);
  const { data: providers } = useListModelProviders({ limit: 100 });
  const costs = useMonthCosts();
  const names = useMemo(
    () => providers && new Map(providers.items.map(({ id, name }) => [id, name])),
    [providers],
  );
  const columns = useMemo(
    () => agentColumns({ mayWrite, providers: names, costs }),
    [mayWrite, names, costs],
  );
  const rowActions = useMemo(() => rowActionsOf(navigate, mayWrite), [navigate, mayWrite]);
  usePageKey("n", "New agent", () => void navigate({ to: "/agents/new" }), mayWrite);

  const replace = (next: AgentSearch) => void changeSearch({ search: known(next), replace: true });
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page
      title="Agents"
      actions={
        mayWrite && (
          <Button
            leftSection={<IconPlus size={iconSize} aria-hidden />}
            title="N"
            renderRoot={(props) => <Link to="/agents/new" {...props} />}
          >
            New agent
          </Button>
        )
      }
      bar={<AgentFilters search={search} providers={providers?.items ?? []} onChange={replace} />}
    >
      <DataTable
        label="Agents"
        rows={rows}
        columns={columns}
        rowId={idOf}
        rowLabel={nameOf}
        linkOf={linkOf}
        rowActions={rowActions}
        empty={
          isFiltered ? (
            <NoMatches noun="agent" onClear={() => replace({})}>
              There are agents, but none with this text, state and provider.
            </NoMatches>
          ) : (
            <NoAgents />
          )
        }
      />
    </Page>
  );
}

const idOf = ({ id }: Agent) => id;
const nameOf = ({ name }: Agent) => name;
const linkOf = ({ id }: Agent): LinkProps => ({ to: "/agents/$agentId", params: { agentId: id } });

function rowActionsOf(
  navigate: ReturnType<typeof useNavigate>,
  mayWrite: boolean,
): readonly RowAction<Agent>[] {
  const open: RowAction<Agent> = {
    key: "open",
    label: mayWrite ? "Edit and test" : "Open",
    icon: <IconPencil size={iconSize} aria-hidden />,
    run: ({ id }) => void navigate({ to: "/agents/$agentId", params: { agentId: id } }),
  };
  if (!mayWrite) return [open];
  return [
    open,
    {
      key: "default",
      label: "Make default",
      icon: <IconStar size={iconSize} aria-hidden />,
      isOffered: ({ isDefault }) => !isDefault,
      run: (agent) => void changeAgent(agent, { isDefault: true }),
    },
    {
      key: "enable",
      label: "Enable",
      icon: <IconCircleCheck size={iconSize} aria-hidden />,
      isOffered: ({ enabled }) => !enabled,
      run: (agent) => void changeAgent(agent, { enabled: true }),
    },
    {
      key: "disable",
      label: "Disable",
      icon: <IconCircleOff size={iconSize} aria-hidden />,
      isOffered: ({ enabled }) => enabled,
      run: (agent) => void changeAgent(agent, { enabled: false }),
    },
    {
      key: "copy",
      label: "Copy",
      icon: <IconCopy size={iconSize} aria-hidden />,
      run: ({ id }) => void navigate({ to: "/agents/new", search: { copyOf: id } }),
    },
    {
      key: "delete",
      label: "Delete",
      icon: <IconTrash size={iconSize} aria-hidden />,
      isDangerous: true,
      run: (agent) => void removeAgent(agent),
    },
  ];
}
