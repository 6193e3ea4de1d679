import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Task, Workspace } from "../../../api/generated/model";
import { useGetTask } from "../../../api/generated/tasks/tasks";
import { useGetWorkspace } from "../../../api/generated/workspace/workspace";
import { ErrorState } from "../../../components/error-state.tsx";
import { NotAllowed } from "../../../components/not-allowed.tsx";
import { Page } from "../../../components/page.tsx";
import { useMe, useTimezone } from "../../../session/session.ts";
import { EditorSkeleton } from "./editor-skeleton.tsx";
import { emptyTask, toCopy } from "./rules.ts";
import { TaskEditor } from "./task-editor.tsx";

const crumbs = [{ label: "Scheduled", link: { to: "/tasks" } }] as const;

/** A new task, empty or as a copy of another one. */
export function NewTaskPage() {
  const mayWrite = useMe().can("write");
  const { copyOf } = useSearch({ from: "/app/tasks/new" });
  const workspace = useGetWorkspace();
  const original = useGetTask(copyOf ?? "", { query: { enabled: copyOf !== undefined } });
  const error = workspace.error ?? original.error;
  const isReady = workspace.data !== undefined && (copyOf === undefined || original.data !== undefined);
  return (
    <Page title={copyOf === undefined ? "New task" : "Copy of a task"} crumbs={crumbs} layout="flow">
      {!mayWrite ? (
        <NotAllowed what="make tasks" />
      ) : isReady ? (
        <NewTask key={copyOf} workspace={workspace.data} original={original.data} />
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => void (workspace.error ? workspace : original).refetch()} />
      ) : (
        <EditorSkeleton />
      )}
    </Page>
  );
}

interface NewTaskProps {
  readonly workspace: Workspace;
  readonly original: Task | undefined;
}

function NewTask({ workspace, original }: NewTaskProps) {
  const navigate = useNavigate();
  const search = useSearch({ from: "/app/tasks/new" });
  const reader = useTimezone();
  // As it was at first: what changes elsewhere must not change what is being typed.
  const [{ zones, initial }] = useState(() => {
    const zones = { workspace: workspace.timezone, reader };
    return { zones, initial: original === undefined ? emptyTask(zones, search) : toCopy(original, zones) };
  });
  const cancel = () =>
    void (original === undefined
      ? navigate({ to: "/tasks" })
      : navigate({ to: "/tasks/$taskId", params: { taskId: original.id } }));
  return <TaskEditor initial={initial} zones={zones} onCancel={cancel} />;
}
