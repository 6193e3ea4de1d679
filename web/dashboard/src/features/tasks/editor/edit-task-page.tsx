import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Task, Workspace } from "../../../api/generated/model";
import { useGetTask } from "../../../api/generated/tasks/tasks";
import { useGetWorkspace } from "../../../api/generated/workspace/workspace";
import { ErrorState } from "../../../components/error-state.tsx";
import { NotAllowed } from "../../../components/not-allowed.tsx";
import { Page } from "../../../components/page.tsx";
import { useMe, useTimezone } from "../../../session/session.ts";
import { EditorSkeleton } from "./editor-skeleton.tsx";
import { toForm } from "./rules.ts";
import { TaskEditor } from "./task-editor.tsx";

/** A task that is there, with everything it was told. */
export function EditTaskPage() {
  const mayWrite = useMe().can("write");
  const { taskId } = useParams({ from: "/app/tasks/$taskId/edit" });
  const workspace = useGetWorkspace();
  const task = useGetTask(taskId);
  const error = workspace.error ?? task.error;
  const crumbs = [
    { label: "Scheduled", link: { to: "/tasks" } },
    { label: task.data?.name ?? "Task", link: { to: "/tasks/$taskId", params: { taskId } } },
  ] as const;
  return (
    <Page title="Edit task" crumbs={crumbs} layout="flow">
      {!mayWrite ? (
        <NotAllowed what="change tasks" />
      ) : workspace.data !== undefined && task.data !== undefined ? (
        <EditTask key={taskId} workspace={workspace.data} task={task.data} />
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => void (workspace.error ? workspace : task).refetch()} />
      ) : (
        <EditorSkeleton />
      )}
    </Page>
  );
}

function EditTask({ workspace, task }: { readonly workspace: Workspace; readonly task: Task }) {
  const navigate = useNavigate();
  const reader = useTimezone();
  // As it was at first: only what is changed here is sent, so what changed elsewhere meanwhile stays.
  const [{ zones, initial }] = useState(() => {
    const zones = { workspace: workspace.timezone, reader };
    return { zones, initial: toForm(task, zones) };
  });
  const cancel = () => void navigate({ to: "/tasks/$taskId", params: { taskId: task.id } });
  return <TaskEditor task={task} initial={initial} zones={zones} onCancel={cancel} />;
}
