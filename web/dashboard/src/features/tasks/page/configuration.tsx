import { Anchor, Progress } from "@mantine/core";
import { useState } from "react";
import { useListAgents } from "../../../api/generated/agents/agents";
import { useGetExecution } from "../../../api/generated/executions/executions";
import type { Task } from "../../../api/generated/model";
import { ChannelName } from "../../../components/channel-name.tsx";
import { JsonView } from "../../../components/code/json-view.tsx";
import { CopyId } from "../../../components/copy-id.tsx";
import { ExecutionPill } from "../../../components/execution-pill.tsx";
import { Fact, FactGroup, Facts } from "../../../components/facts.tsx";
import { limitsThen, useStartStep } from "../../../components/journal/start-step.ts";
import { AgentName, ContactName } from "../../../components/links.tsx";
import { ExactTime, RelativeTime } from "../../../components/time.tsx";
import { useDefaultAgent } from "../default-agent.ts";
import { toRows } from "../editor/audience-rules.ts";
import { sayCondition } from "../editor/audience-words.ts";
import { limitsInForce, limitUse, ownPolicies, sayGoals, sayLimits, saySession } from "./rules.ts";
import classes from "./task-page.module.css";

const longInstruction = 600;

/** How the task is set up, in words. */
export function Configuration({ task }: { readonly task: Task }) {
  const policies = ownPolicies(task.policies);
  const hasMeta = Object.keys(task.meta).length > 0;
  return (
    <>
      <FactGroup title="Instruction">
        <Instruction text={task.description} />
      </FactGroup>
      <FactGroup title="When">
        <Facts>
          <Fact label="Schedule">{task.scheduleDescription ?? "Only on demand"}</Fact>
          {task.state === "active" && task.schedule !== null && (
            <Fact label="Next run">
              <RelativeTime at={task.nextRunAt} />
            </Fact>
          )}
          <Fact label="Last run">
            {task.lastRunAt === null ? "Never" : <RelativeTime at={task.lastRunAt} />}
          </Fact>
          {task.expiresAt !== null && (
            <Fact label="Expires">
              <ExactTime at={task.expiresAt} />
            </Fact>
          )}
          {task.endWhen.length > 0 && <Fact label="Ends when">{sayGoals(task.endWhen)}</Fact>}
        </Facts>
      </FactGroup>
      <LastRun task={task} />
      <FactGroup title="Who and whom">
        <Facts>
          <Fact label="Agent">
            {task.agentId === null ? <DefaultAgent /> : <AgentName id={task.agentId} />}
          </Fact>
          <Fact label="For">
            <Whom task={task} />
          </Fact>
          <Fact label="Channel">
            {task.channelId === null ? "Chosen at each run" : <ChannelName id={task.channelId} />}
          </Fact>
          {task.conversationId !== null && (
            <Fact label="Conversation">
              <CopyId id={task.conversationId} />
            </Fact>
          )}
          <Fact label="Session">{saySession(task.sessionDurationSeconds)}</Fact>
          {task.purpose !== "service" && <Fact label="Purpose">Marketing</Fact>}
          {task.whenBlocked !== "hold" && <Fact label="When blocked">The message is dropped</Fact>}
        </Facts>
      </FactGroup>
      {policies.length > 0 && (
        <FactGroup title="Policies">
          <Facts>
            {policies.map(({ label, value }) => (
              <Fact key={label} label={label}>
                {value}
              </Fact>
            ))}
          </Facts>
        </FactGroup>
      )}
      <Limits task={task} />
      <FactGroup title="More">
        <Facts>
          {task.externalId !== null && <Fact label="External id">{task.externalId}</Fact>}
          <Fact label="Created">
            <RelativeTime at={task.createdAt} />
          </Fact>
          <Fact label="Changed">
            <RelativeTime at={task.updatedAt} />
          </Fact>
        </Facts>
        {hasMeta && <JsonView value={task.meta} label="meta" />}
      </FactGroup>
    </>
  );
}

function Instruction({ text }: { readonly text: string }) {
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > longInstruction || text.split("\n").length > 10;
  return (
    <>
      <p className={classes.instruction} data-folded={(isLong && !isOpen) || undefined}>
        {text}
      </p>
      {isLong && (
        <Anchor
          component="button"
          type="button"
          size="xs"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Show less" : "Show all"}
        </Anchor>
      )}
    </>
  );
}

function DefaultAgent() {
  const { name, isNone } = useDefaultAgent();
  if (isNone) return "None: the workspace has no default agent";
  return name === undefined ? "Default agent" : `${name} (default agent)`;
}

function Whom({ task }: { readonly task: Task }) {
  const { audience, contactId, mayWriteTo } = task;
  if (audience !== null) return <Audience audience={audience} />;
  if (contactId !== null) return <ContactName id={contactId} />;
  return mayWriteTo === "any" ? "Nobody in particular; it may look contacts up and write to them" : "Nobody";
}

function Audience({ audience }: { readonly audience: NonNullable<Task["audience"]> }) {
  const { filter, maxContactsPerRun, pacePerMinute } = audience;
  const rows = toRows(filter);
  const pace = pacePerMinute === null ? "" : `, ${pacePerMinute.toLocaleString("en")} a minute`;
  return (
    <>
      {rows === undefined && <JsonView value={filter} label="filter" />}
      {rows?.conditions.length === 0 && "Every contact"}
      {rows !== undefined && rows.conditions.length > 0 && (
        <>
          {rows.match === "all" ? "Contacts with all of" : "Contacts with any of"}
          <ul className={classes.conditions}>
            {rows.conditions.map((condition) => (
              <li key={condition.id}>{sayCondition(condition)}</li>
            ))}
          </ul>
        </>
      )}
      <div>
        At most {maxContactsPerRun.toLocaleString("en")} in one run{pace}
      </div>
    </>
  );
}

function useLimits(task: Task): Task["limits"] {
  // A list, since the agent may have been deleted.
  const ids = task.agentId ?? "";
  const { data } = useListAgents({ ids }, { query: { enabled: task.agentId !== null } });
  return limitsInForce(task.limits, data?.items[0]?.limits);
}

function Limits({ task }: { readonly task: Task }) {
  const limits = useLimits(task);
  return (
    <FactGroup title="Limits of one execution">
      <Facts>
        {sayLimits(limits).map(({ label, value }) => (
          <Fact key={label} label={label}>
            {value}
          </Fact>
        ))}
      </Facts>
    </FactGroup>
  );
}

/** What came of the last run, and what it used of the limits that it had where that is much. */
function LastRun({ task }: { readonly task: Task }) {
  const { lastExecution } = task;
  const { data: execution } = useGetExecution(lastExecution?.id ?? "", {
    query: { enabled: lastExecution !== null, retry: false },
  });
  const limits = limitsThen(useStartStep(lastExecution?.id ?? "", (execution?.startedAt ?? null) !== null));
  if (lastExecution === null) return null;
  const uses = execution === undefined || limits === undefined ? [] : limitUse(execution, limits);
  return (
    <FactGroup title="Last result">
      <ExecutionPill execution={{ ...lastExecution, reason: execution?.reason ?? null }} />
      {lastExecution.summary !== null && (
        <p className={classes.instruction} style={{ marginTop: 6 }}>
          {lastExecution.summary}
        </p>
      )}
      {uses.length > 0 && (
        <div className={classes.bars} style={{ marginTop: 8 }}>
          {uses.map(({ label, words, percent }) => (
            <div key={label}>
              <div className={classes.barHead}>
                <span>{label}</span>
                <span>
                  {words} ({percent} %)
                </span>
              </div>
              <Progress
                value={Math.min(100, percent)}
                size="sm"
                color={percent >= 80 ? "red" : "accent"}
                aria-label={`${label}: ${percent} % of the limit`}
              />
            </div>
          ))}
        </div>
      )}
    </FactGroup>
  );
}
