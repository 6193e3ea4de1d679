import { Button, Select } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { cursorQuery } from "../../../api/cursor-query.ts";
import { useListExecutionsInfinite } from "../../../api/generated/executions/executions";
import type { Execution, ListExecutionsStatus, Task } from "../../../api/generated/model";
import { type Column, DataTable, useCursorList } from "../../../components/data-table/index.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ExecutionPill } from "../../../components/execution-pill.tsx";
import { ExecutionSummary } from "../../../components/execution-summary.tsx";
import { ContactName } from "../../../components/links.tsx";
import { Money } from "../../../components/money.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import { between } from "../../../components/time-words.ts";
import { sayTrigger } from "./rules.ts";
import classes from "./task-page.module.css";

const statuses: readonly { readonly value: ListExecutionsStatus; readonly label: string }[] = [
  { value: "queued", label: "Queued" },
  { value: "running", label: "Running" },
  { value: "waiting", label: "Waiting" },
  { value: "completed", label: "Completed" },
  { value: "failed", label: "Failed" },
  { value: "canceled", label: "Cancelled" },
  { value: "skipped", label: "Skipped" },
];

/** Every run of the task, skipped ones with their reason. */
export function ExecutionsTab({ task }: { readonly task: Task }) {
  const [status, setStatus] = useState<ListExecutionsStatus | null>(null);
  const query = useListExecutionsInfinite(
    { taskId: task.id, limit: 50, ...(status === null ? {} : { status }) },
    { query: cursorQuery },
  );
  const rows = useCursorList(query);
  const hasAudience = task.audience !== null;
  const columns = useMemo(() => columnsOf(hasAudience), [hasAudience]);
  return (
    <>
      <div className={classes.filter}>
        <Select
          size="xs"
          w={160}
          aria-label="Status"
          placeholder="Any status"
          clearable
          data={[...statuses]}
          value={status}
          onChange={(next) => setStatus(statuses.find(({ value }) => value === next)?.value ?? null)}
        />
      </div>
      <DataTable
        label="Executions"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ id }) => id}
        linkOf={linkOf}
        empty={
          status === null ? (
            <EmptyState icon={IconPlayerPlay} title="It has not run yet">
              {task.schedule === null
                ? "It runs on demand. Each run is listed here with what came of it, what it cost and why."
                : "Each run is listed here with what came of it, what it cost and why."}
            </EmptyState>
          ) : (
            <EmptyState
              icon={IconPlayerPlay}
              title="No such executions"
              actions={
                <Button variant="default" onClick={() => setStatus(null)}>
                  Show all
                </Button>
              }
            >
              None of its executions has this status.
            </EmptyState>
          )
        }
      />
    </>
  );
}

const linkOf = ({ id }: Execution): LinkProps => ({
  to: "/executions/$executionId",
  params: { executionId: id },
});

function columnsOf(hasAudience: boolean): readonly Column<Execution>[] {
  return [
    {
      key: "result",
      header: "Result",
      isLink: true,
      width: 168,
      render: (execution) => <ExecutionPill execution={execution} />,
    },
    ...(hasAudience ? [contactColumn] : []),
    {
      key: "trigger",
      header: "Trigger",
      width: 96,
      from: 900,
      render: ({ trigger }) => sayTrigger(trigger),
    },
    {
      key: "when",
      header: "When",
      width: 112,
      render: ({ scheduledFor, queuedAt }) => <RelativeTime at={scheduledFor ?? queuedAt} />,
    },
    {
      key: "duration",
      header: "Duration",
      width: 96,
      align: "right",
      from: 600,
      render: ({ startedAt, completedAt }) =>
        startedAt === null || completedAt === null ? "–" : between(startedAt, completedAt),
    },
    {
      key: "cost",
      header: "Cost",
      width: 88,
      align: "right",
      from: 600,
      render: ({ costUsd }) => <Money usd={costUsd} />,
    },
    {
      key: "summary",
      header: "Summary",
      from: 900,
      render: (execution) => <ExecutionSummary execution={execution} />,
    },
  ];
}

const contactColumn: Column<Execution> = {
  key: "contact",
  header: "Contact",
  width: 160,
  render: ({ contactId }) => <ContactName id={contactId} />,
};
