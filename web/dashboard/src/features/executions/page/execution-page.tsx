import { Skeleton } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useGetExecution } from "../../../api/generated/executions/executions";
import { ApiError } from "../../../api/problem.ts";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { ExecutionPill } from "../../../components/execution-pill.tsx";
import { NotFoundPage } from "../../../components/not-found-page.tsx";
import { Page } from "../../../components/page.tsx";
import { ActionButtons } from "./action-buttons.tsx";
import { ConversationButton } from "./conversation-button.tsx";
import { ExecutionBody } from "./execution-body.tsx";
import classes from "./page.module.css";
import { useActions } from "./use-actions.ts";
import { useTitle } from "./use-title.ts";

const route = getRouteApi("/app/executions/$executionId");
const crumbs = [{ label: "Executions", link: { to: "/executions" } }] as const;
const nothingYet = { kind: "task", taskId: null, contactId: null };

/** One execution: what it is, what came of it and why, and its journal step by step, live. */
export function ExecutionPage() {
  const { executionId } = route.useParams();
  const { data: execution, error, refetch } = useGetExecution(executionId);
  const title = useTitle(execution ?? nothingYet);
  const actions = useActions({ id: executionId });
  if (execution !== undefined)
    return (
      <Page
        title={title}
        crumbs={crumbs}
        beside={
          <>
            {/* What changes by itself is told to those who do not see it. */}
            <span role="status">
              <ExecutionPill execution={execution} isReasonShown />
            </span>
            <CopyId id={executionId} />
          </>
        }
        actions={
          <>
            <ConversationButton execution={execution} />
            <ActionButtons execution={execution} actions={actions} />
          </>
        }
      >
        {/* Another execution begins with a page of its own. */}
        <ExecutionBody key={executionId} execution={execution} actions={actions} />
      </Page>
    );
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  return (
    <Page title="Execution" crumbs={crumbs}>
      {error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />}
    </Page>
  );
}

function Loading() {
  return (
    <div className={classes.body} aria-busy="true">
      <div className={classes.side}>
        {["80%", "64%", "72%", "56%", "68%", "60%"].map((width) => (
          <Skeleton key={width} height={12} width={width} radius="xl" mb={14} />
        ))}
      </div>
      <div className={classes.main}>
        {["58%", "42%", "50%", "36%", "54%"].map((width) => (
          <Skeleton key={width} height={12} width={width} radius="xl" m={12} />
        ))}
      </div>
    </div>
  );
}
