import type { Execution } from "../../../api/generated/model";
import type { Column } from "../../../components/data-table/index.ts";
import { ExecutionPill } from "../../../components/execution-pill.tsx";
import { ExecutionSummary } from "../../../components/execution-summary.tsx";
import { TaskName } from "../../../components/links.tsx";
import { RelativeTime } from "../../../components/time.tsx";

/** What was done for one contact: what came of it, of which task, and in words what was done or why not. */
export const pastColumns: readonly Column<Execution>[] = [
  {
    key: "status",
    header: "Status",
    isLink: true,
    width: 168,
    render: (execution) => <ExecutionPill execution={execution} />,
  },
  {
    key: "what",
    header: "Task",
    width: "30%",
    render: ({ kind, taskId }) => (kind === "reply" ? "Reply" : <TaskName id={taskId} none="Deleted task" />),
  },
  {
    key: "summary",
    header: "Summary",
    from: 900,
    render: (execution) => <ExecutionSummary execution={execution} />,
  },
  {
    key: "queued",
    header: "When",
    width: 100,
    render: ({ queuedAt }) => <RelativeTime at={queuedAt} />,
  },
];
