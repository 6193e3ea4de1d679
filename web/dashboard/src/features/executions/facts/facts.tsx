import { Anchor, Progress, Text, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Execution } from "../../../api/generated/model";
import { shortId } from "../../../components/copy-id.tsx";
import { AgentName, ContactName, TaskName } from "../../../components/links.tsx";
import { Money } from "../../../components/money.tsx";
import { ShortTime } from "../../../components/time.tsx";
import { milliseconds } from "../../../components/time-words.ts";
import { attemptWords, durationMs, triggerOf } from "./fact-words.ts";
import classes from "./facts.module.css";
import type { LimitUse } from "./limit-rules.ts";

interface FactsProps {
  readonly execution: Execution;
  readonly limits: readonly LimitUse[];
  /** Waits among the steps that are loaded. */
  readonly waits: number;
  readonly now: number;
}

/** What the execution is, when it was, and what it used. */
export function Facts({ execution, limits, waits, now }: FactsProps) {
  const { taskId, agentId, contactId, scheduledFor, queuedAt, startedAt, replayOf, attempt } = execution;
  const duration = durationMs(execution, now);
  const again = attemptWords(attempt, waits);
  return (
    <>
      <dl className={classes.facts}>
        {taskId !== null && (
          <Fact label="Task">
            <TaskName id={taskId} />
          </Fact>
        )}
        <Fact label="Agent">
          <AgentName id={agentId} none="None" />
        </Fact>
        <Fact label="Contact">
          <ContactName id={contactId} none="None" />
        </Fact>
        <Fact label="Started by">{triggerOf(execution)}</Fact>
        {replayOf !== null && (
          <Fact label="Repeats">
            <Anchor
              fz="inherit"
              renderRoot={(props) => (
                <Link to="/executions/$executionId" params={{ executionId: replayOf }} {...props} />
              )}
            >
              {shortId(replayOf)}
            </Anchor>
          </Fact>
        )}
        {scheduledFor !== null && (
          <Fact label="Scheduled for">
            <ShortTime at={scheduledFor} />
          </Fact>
        )}
        <Fact label="Queued">
          <ShortTime at={queuedAt} />
        </Fact>
        {startedAt !== null && (
          <Fact
            label="Started"
            more={`after ${milliseconds(Date.parse(startedAt) - Date.parse(queuedAt))} in the queue`}
          >
            <ShortTime at={startedAt} />
          </Fact>
        )}
        {duration !== undefined && (
          <Fact label="Duration">
            {execution.completedAt === null
              ? milliseconds(Math.round(duration / 1_000) * 1_000)
              : milliseconds(duration)}
          </Fact>
        )}
        {attempt > 0 && (
          <Fact label="Attempt" more={again}>
            {attempt}
          </Fact>
        )}
        {startedAt !== null && (
          <>
            <Fact label="Tokens">
              {execution.inputTokens.toLocaleString("en")} in, {execution.outputTokens.toLocaleString("en")}{" "}
              out
            </Fact>
            <Fact label="Cost">
              <Money usd={execution.costUsd} />
            </Fact>
          </>
        )}
      </dl>
      {limits.length > 0 && (
        <section className={classes.section}>
          <h2 className={classes.heading}>Limits used</h2>
          {limits.map((limit) => (
            <Limit key={limit.key} limit={limit} />
          ))}
        </section>
      )}
    </>
  );
}

interface FactProps {
  readonly label: string;
  readonly more?: string | undefined;
  readonly children: ReactNode;
}

function Fact({ label, more, children }: FactProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {children}
        {more !== undefined && <span className={classes.more}>{more}</span>}
      </dd>
    </div>
  );
}

const levelColors = { plain: "accent", near: "yellow", reached: "red" } as const;

function Limit({ limit: { label, words, share, level } }: { readonly limit: LimitUse }) {
  const bar = (
    <div className={classes.limit}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="xs">{words}</Text>
      <Progress
        className={classes.progress}
        value={Math.max(share * 100, share > 0 ? 1 : 0)}
        size={4}
        color={levelColors[level]}
        aria-label={`${label}: ${words}`}
      />
    </div>
  );
  if (level === "plain") return bar;
  return (
    <Tooltip
      label={level === "reached" ? "The limit was reached." : "From 80 % on the agent is told to conclude."}
    >
      {bar}
    </Tooltip>
  );
}
