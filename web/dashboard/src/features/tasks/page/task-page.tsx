import { getRouteApi } from "@tanstack/react-router";
import type { Task } from "../../../api/generated/model";
import { useGetTask } from "../../../api/generated/tasks/tasks";
import { ConversationTable } from "../../../components/conversation-table.tsx";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { Page } from "../../../components/page.tsx";
import { SplitSkeleton, SplitTabs } from "../../../components/split-tabs/index.ts";
import { TaskPill } from "../../../components/task-pill.tsx";
import { Configuration } from "./configuration.tsx";
import { ExecutionsTab } from "./executions-tab.tsx";
import { StateNotice } from "./state-notice.tsx";
import { TaskActions } from "./task-actions.tsx";
import { UpcomingTab } from "./upcoming-tab.tsx";

const route = getRouteApi("/app/tasks/$taskId");
const crumbs = [{ label: "Scheduled", link: { to: "/tasks" } }] as const;

/** One task: how it is set up to the left, what happened and what is to come to the right. */
export function TaskPage() {
  const { taskId } = route.useParams();
  const { data: task, error, refetch } = useGetTask(taskId);
  if (task === undefined)
    return (
      <Page title="Task" crumbs={crumbs}>
        {error === null ? <SplitSkeleton /> : <ErrorState error={error} onRetry={() => void refetch()} />}
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

const first = { wide: "executions", narrow: "executions" } as const;

function Content({ task }: { readonly task: Task }) {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <SplitTabs
      side={{ value: "configuration", label: "Configuration", content: <Configuration task={task} /> }}
      tabs={[
        {
          value: "executions",
          label: "Executions",
          content: <ExecutionsTab task={task} />,
          isFilling: true,
        },
        {
          value: "conversations",
          label: "Conversations",
          content: <Conversations task={task} />,
          isFilling: true,
        },
        { value: "upcoming", label: "Upcoming", content: <UpcomingTab task={task} /> },
      ]}
      wanted={tab}
      first={first}
      onChoose={(next) =>
        void navigate({ search: next === "executions" ? {} : { tab: next }, replace: true })
      }
    />
  );
}

function Conversations({ task }: { readonly task: Task }) {
  return (
    <ConversationTable
      of={{ taskId: task.id }}
      empty="Conversations in which this task wrote are listed here, with who speaks in them now."
    />
  );
}
