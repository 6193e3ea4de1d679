import { IconMessageReply } from "@tabler/icons-react";
import type { Execution } from "../../../api/generated/model";
import type { Column } from "../../../components/data-table/index.ts";
import { ExecutionPill } from "../../../components/execution-pill.tsx";
import { ExecutionSummary } from "../../../components/execution-summary.tsx";
import { AgentName, ContactName, TaskName } from "../../../components/links.tsx";
import { Money } from "../../../components/money.tsx";
import { RelativeTime, useNow } from "../../../components/time.tsx";
import { milliseconds } from "../../../components/time-words.ts";
import { durationMs, triggerOf } from "../facts/fact-words.ts";
import { missedCountOf } from "../reasons/reason-rules.ts";
import classes from "./list.module.css";

const status: Column<Execution> = {
  key: "status",
  header: "Status",
  isLink: true,
  width: 168,
  render: (execution) => <ExecutionPill execution={execution} />,
};

const what: Column<Execution> = {
  key: "what",
  header: "Task",
  render: ({ kind, taskId }) =>
    kind === "reply" ? (
      <span className={classes.reply}>
        <IconMessageReply size={14} aria-hidden /> Reply
      </span>
    ) : (
      <span className={classes.task}>
        <TaskName id={taskId} none="Deleted task" />
      </span>
    ),
};

const contact: Column<Execution> = {
  key: "contact",
  header: "Contact",
  width: "11%",
  from: 600,
  render: ({ contactId }) => <ContactName id={contactId} />,
};

const agent: Column<Execution> = {
  key: "agent",
  header: "Agent",
  width: "10%",
  from: 1200,
  render: ({ agentId }) => <AgentName id={agentId} none="–" />,
};

const trigger: Column<Execution> = {
  key: "trigger",
  header: "Started by",
  width: 108,
  from: 1200,
  render: triggerOf,
};

const queued: Column<Execution> = {
  key: "queued",
  header: "Queued",
  width: 92,
  render: ({ queuedAt }) => <RelativeTime at={queuedAt} />,
};

const duration: Column<Execution> = {
  key: "duration",
  header: "Duration",
  width: 86,
  align: "right",
  from: 900,
  render: (execution) => <Took execution={execution} />,
};

const cost: Column<Execution> = {
  key: "cost",
  header: "Cost",
  width: 74,
  align: "right",
  from: 900,
  render: ({ costUsd, startedAt }) => (startedAt === null ? "–" : <Money usd={costUsd} />),
};

const summary: Column<Execution> = {
  key: "summary",
  header: "Summary",
  width: "20%",
  from: 1000,
  render: (execution) => <Summary execution={execution} />,
};

export const executionColumns: readonly Column<Execution>[] = [
  status,
  what,
  contact,
  agent,
  trigger,
  queued,
  duration,
  cost,
  summary,
];

function Took({ execution }: { readonly execution: Execution }) {
  const now = useNow();
  const ms = durationMs(execution, now);
  if (ms === undefined) return "–";
  return execution.completedAt === null ? milliseconds(Math.round(ms / 1_000) * 1_000) : milliseconds(ms);
}

function Summary({ execution }: { readonly execution: Execution }) {
  const missed = missedCountOf(execution);
  const before = missed !== undefined && missed.count > 1 ? `${missed.words}: ` : "";
  return <ExecutionSummary execution={execution} before={before} />;
}
