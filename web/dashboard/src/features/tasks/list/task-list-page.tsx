import { Button } from "@mantine/core";
import {
  IconArrowRight,
  IconBan,
  IconCopy,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlus,
  IconTrash,
} from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Task } from "../../../api/generated/model";
import {
  type BulkAction,
  DataTable,
  type RowAction,
  useCursorList,
} from "../../../components/data-table/index.ts";
import { NoMatches } from "../../../components/no-matches.tsx";
import { Page } from "../../../components/page.tsx";
import { usePageKey } from "../../../components/page-keys.ts";
import { known } from "../../../routes/search.ts";
import { useMe } from "../../../session/session.ts";
import { isPaused } from "../actions/rules.ts";
import {
  cancelExecutions,
  deleteTasks,
  pauseTasks,
  pauseWithNote,
  resumeTasks,
  runNow,
} from "../actions/task-actions.ts";
import { taskColumns } from "./columns.tsx";
import { NoTasks } from "./empty-tasks.tsx";
import type { TaskSearch } from "./rules.ts";
import { TaskFilters } from "./task-filters.tsx";
import { taskListQuery } from "./task-list-query.ts";

const route = getRouteApi("/app/tasks");
const iconSize = 14;

const bulkActions: readonly BulkAction<Task>[] = [
  { key: "pause", label: "Pause", icon: <IconPlayerPause size={iconSize} aria-hidden />, run: pauseTasks },
  { key: "resume", label: "Resume", icon: <IconPlayerPlay size={iconSize} aria-hidden />, run: resumeTasks },
  {
    key: "cancel",
    label: "Cancel running",
    icon: <IconBan size={iconSize} aria-hidden />,
    run: cancelExecutions,
  },
  {
    key: "delete",
    label: "Delete",
    icon: <IconTrash size={iconSize} aria-hidden />,
    isDangerous: true,
    run: deleteTasks,
  },
];

/** All tasks, newest first. */
export function TaskListPage() {
  const search = route.useSearch();
  const changeSearch = route.useNavigate();
  const navigate = useNavigate();
  const mayWrite = useMe().can("write");
  const query = useInfiniteQuery({ ...taskListQuery(search), placeholderData: keepPreviousData });
  const rows = useCursorList(query);
  const columns = useMemo(() => taskColumns(mayWrite), [mayWrite]);
  const rowActions = useMemo(() => rowActionsOf(navigate, mayWrite), [navigate, mayWrite]);
  usePageKey("n", "New task", () => void navigate({ to: "/tasks/new" }), mayWrite);

  const replace = (next: TaskSearch) => void changeSearch({ search: known(next), replace: true });
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page
      title="Scheduled"
      actions={
        mayWrite && (
          <Button
            leftSection={<IconPlus size={iconSize} aria-hidden />}
            title="N"
            renderRoot={(props) => <Link to="/tasks/new" {...props} />}
          >
            New task
          </Button>
        )
      }
      bar={<TaskFilters search={search} onReplace={replace} />}
    >
      <DataTable
        label="Tasks"
        rows={rows}
        columns={columns}
        rowId={idOf}
        rowLabel={nameOf}
        linkOf={linkOf}
        rowActions={rowActions}
        bulkActions={mayWrite ? bulkActions : []}
        empty={
          isFiltered ? (
            <NoMatches noun="task" onClear={() => replace({})}>
              There are tasks, but none that passes these filters.
            </NoMatches>
          ) : (
            <NoTasks />
          )
        }
      />
    </Page>
  );
}

const idOf = ({ id }: Task) => id;
const nameOf = ({ name }: Task) => name;
const linkOf = ({ id }: Task): LinkProps => ({ to: "/tasks/$taskId", params: { taskId: id } });

function rowActionsOf(
  navigate: ReturnType<typeof useNavigate>,
  mayWrite: boolean,
): readonly RowAction<Task>[] {
  const openExecution = (executionId: string) =>
    void navigate({ to: "/executions/$executionId", params: { executionId } });
  const open: RowAction<Task> = {
    key: "open",
    label: "Open",
    icon: <IconArrowRight size={iconSize} aria-hidden />,
    run: ({ id }) => void navigate({ to: "/tasks/$taskId", params: { taskId: id } }),
  };
  if (!mayWrite) return [open];
  return [
    open,
    {
      key: "run",
      label: "Run now",
      icon: <IconPlayerPlay size={iconSize} aria-hidden />,
      run: (task) => void runNow(task, openExecution),
    },
    {
      key: "pause",
      label: "Pause…",
      icon: <IconPlayerPause size={iconSize} aria-hidden />,
      isOffered: ({ state }) => state === "active",
      run: (task) => void pauseWithNote(task),
    },
    {
      key: "resume",
      label: "Resume",
      icon: <IconPlayerPlay size={iconSize} aria-hidden />,
      isOffered: isPaused,
      run: (task) => void resumeTasks([task]),
    },
    {
      key: "cancel",
      label: "Cancel running",
      icon: <IconBan size={iconSize} aria-hidden />,
      isOffered: ({ running }) => running > 0,
      run: (task) => void cancelExecutions([task]),
    },
    {
      key: "edit",
      label: "Edit",
      icon: <IconPencil size={iconSize} aria-hidden />,
      run: ({ id }) => void navigate({ to: "/tasks/$taskId/edit", params: { taskId: id } }),
    },
    {
      key: "copy",
      label: "Copy",
      icon: <IconCopy size={iconSize} aria-hidden />,
      run: ({ id }) => void navigate({ to: "/tasks/new", search: { copyOf: id } }),
    },
    {
      key: "delete",
      label: "Delete",
      icon: <IconTrash size={iconSize} aria-hidden />,
      isDangerous: true,
      run: (task) => void deleteTasks([task]),
    },
  ];
}
