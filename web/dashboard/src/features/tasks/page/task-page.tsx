import { Skeleton, Stack, Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import type { Task } from "../../../api/generated/model";
import { useGetTask } from "../../../api/generated/tasks/tasks";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { Page } from "../../../components/page.tsx";
import { TaskPill } from "../../../components/task-pill.tsx";
import { Configuration } from "./configuration.tsx";
import { ConversationsTab } from "./conversations-tab.tsx";
import { ExecutionsTab } from "./executions-tab.tsx";
import { StateNotice } from "./state-notice.tsx";
import { TaskActions } from "./task-actions.tsx";
import classes from "./task-page.module.css";
import { UpcomingTab } from "./upcoming-tab.tsx";

const route = getRouteApi("/app/tasks/$taskId");
const crumbs = [{ label: "Scheduled", link: { to: "/tasks" } }] as const;
const wide = "(min-width: 900px)";

/** One task: how it is set up to the left, what happened and what is to come to the right. */
export function TaskPage() {
  const { taskId } = route.useParams();
  const { data: task, error, refetch } = useGetTask(taskId);
  if (task === undefined)
    return (
      <Page title="Task" crumbs={crumbs}>
        {error === null ? <Waiting /> : <ErrorState error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  return (
    <Page
      title={task.name}
      crumbs={crumbs}
      beside={
        <>
          <TaskPill task={task} />
          <CopyId id={task.id} />
        </>
      }
      actions={<TaskActions task={task} />}
    >
      <StateNotice task={task} />
      <Content task={task} />
    </Page>
  );
}

type Tab = "configuration" | "executions" | "conversations" | "upcoming";

function Content({ task }: { readonly task: Task }) {
  const { tab: wanted = "executions" } = route.useSearch();
  const navigate = route.useNavigate();
  const isWide = useMediaQuery(wide, undefined, { getInitialValueInEffect: false });
  const tab: Tab = isWide && wanted === "configuration" ? "executions" : wanted;
  const choose = (next: string | null) =>
    void navigate({ search: next === "executions" ? {} : { tab: next as Tab }, replace: true });
  return (
    <div className={classes.split}>
      {isWide && (
        <aside className={classes.side} aria-label="Configuration">
          <Configuration task={task} />
        </aside>
      )}
      <div className={classes.main}>
        <Tabs
          value={tab}
          onChange={choose}
          keepMounted={false}
          classNames={{ root: classes.tabs, list: classes.list, tab: classes.tab }}
        >
          <Tabs.List>
            {!isWide && <Tabs.Tab value="configuration">Configuration</Tabs.Tab>}
            <Tabs.Tab value="executions">Executions</Tabs.Tab>
            <Tabs.Tab value="conversations">Conversations</Tabs.Tab>
            <Tabs.Tab value="upcoming">Upcoming</Tabs.Tab>
          </Tabs.List>
          {!isWide && (
            <Tabs.Panel value="configuration" className={classes.scroll}>
              <Configuration task={task} />
            </Tabs.Panel>
          )}
          <Tabs.Panel value="executions" className={classes.panel}>
            <ExecutionsTab task={task} />
          </Tabs.Panel>
          <Tabs.Panel value="conversations" className={classes.panel}>
            <ConversationsTab task={task} />
          </Tabs.Panel>
          <Tabs.Panel value="upcoming" className={classes.scroll}>
            <UpcomingTab task={task} />
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  );
}

/** Where the task will be. */
function Waiting() {
  return (
    <Stack gap="sm" p="md" maw={360} aria-hidden>
      {["40%", "90%", "75%", "60%", "82%", "48%", "66%"].map((width) => (
        <Skeleton key={width} height={12} width={width} radius="xl" />
      ))}
    </Stack>
  );
}
