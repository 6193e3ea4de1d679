import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { cursorQuery } from "../../../api/cursor-query.ts";
import { useListExecutionsInfinite } from "../../../api/generated/executions/executions";
import { useCursorList } from "../../../components/data-table/index.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { NoMatches } from "../../../components/no-matches.tsx";
import { Page } from "../../../components/page.tsx";
import type { ExecutionSearch } from "../../../routes/executions.ts";
import { known } from "../../../routes/search.ts";
import { useTimezone } from "../../../session/session.ts";
import { dayAfter, startOfDay } from "./days.ts";
import { ExecutionFilters } from "./execution-filters.tsx";
import { ExecutionTable } from "./execution-table.tsx";

const route = getRouteApi("/app/executions");
const pageSize = 50;

/** What agents did and did not do, newest first. */
export function ExecutionListPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const timezone = useTimezone();
  const { from, to, ...filters } = search;
  const query = useListExecutionsInfinite(
    {
      ...filters,
      ...(from === undefined ? {} : { from: startOfDay(from, timezone) }),
      // The day itself is among them.
      ...(to === undefined ? {} : { to: startOfDay(dayAfter(to), timezone) }),
      limit: pageSize,
    },
    { query: { ...cursorQuery, placeholderData: keepPreviousData } },
  );
  const rows = useCursorList(query);
  const replace = (next: ExecutionSearch) => void navigate({ search: known(next), replace: true });
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page title="Executions" bar={<ExecutionFilters search={search} onReplace={replace} />}>
      <ExecutionTable
        rows={rows}
        empty={
          isFiltered ? (
            <NoMatches noun="execution" onClear={() => replace({})}>
              None has all of what the filters ask for. Executions are kept for 90 days unless the workspace
              says otherwise.
            </NoMatches>
          ) : (
            <NoExecutions />
          )
        }
      />
    </Page>
  );
}

function NoExecutions() {
  return (
    <EmptyState
      icon={IconPlayerPlay}
      title="No executions yet"
      actions={<Button renderRoot={(props) => <Link to="/tasks" {...props} />}>Go to tasks</Button>}
    >
      Whatever an agent does is an execution: a run of a task, or a reply to a contact. Each is recorded step
      by step, and so is each run that did not happen, with the reason. They begin when a task runs.
    </EmptyState>
  );
}
