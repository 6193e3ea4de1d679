import { Button } from "@mantine/core";
import type { Task } from "../../../api/generated/model";
import type { Column } from "../../../components/data-table/index.ts";
import { AgentName, ContactName } from "../../../components/links.tsx";
import { TaskPill } from "../../../components/task-pill.tsx";
import { missingDate, whyNotRunning } from "../../../components/task-standing.ts";
import { RelativeTime } from "../../../components/time.tsx";
import { DateMend } from "../actions/date-mend.tsx";
import { isPaused } from "../actions/rules.ts";
import { resumeTasks } from "../actions/task-actions.ts";
import classes from "./columns.module.css";
import { Sparkline } from "./sparkline.tsx";

/** What the list shows of each task, name and state sharing what the others leave; `mayResume`: with the button that mends a pause. */
export function taskColumns(mayResume: boolean): readonly Column<Task>[] {
  return [
    { key: "name", header: "Name", isLink: true, render: (task) => <Name task={task} /> },
    {
      key: "agent",
      header: "Agent",
      width: "10%",
      from: 1000,
      render: ({ agentId }) => <AgentName id={agentId} />,
    },
    {
      key: "contact",
      header: "Contact",
      width: "11%",
      from: 1000,
      render: (task) => <Whom task={task} />,
    },
    {
      key: "state",
      header: "State",
      render: (task) => <State task={task} mayResume={mayResume} />,
    },
    {
      key: "outcomes",
      header: "Last ten",
      width: 104,
      from: 600,
      render: ({ recentExecutions = [] }) => <Sparkline executions={recentExecutions} />,
    },
    {
      key: "lastRun",
      header: "Last run",
      width: 96,
      from: 1200,
      render: ({ lastRunAt }) => <RelativeTime at={lastRunAt} />,
    },
    {
      key: "nextRun",
      header: "Next run",
      width: 96,
      from: 600,
      render: ({ nextRunAt }) => <RelativeTime at={nextRunAt} />,
    },
  ];
}

/** On a narrow screen the reason of a state stands in place of the schedule. */
function Name({ task }: { readonly task: Task }) {
  const { name, schedule, scheduleDescription } = task;
  const reason = whyNotRunning(task);
  const words = schedule === null ? "Only on demand" : (scheduleDescription ?? "");
  return (
    <div className={classes.name}>
      <span className={classes.title} title={name}>
        {name}
      </span>
      <span className={classes.words} data-gives-way={reason !== undefined || undefined} title={words}>
        {words}
      </span>
      {reason !== undefined && (
        <span className={classes.narrowReason} title={reason}>
          {reason}
        </span>
      )}
    </div>
  );
}

function Whom({ task: { contactId, audience } }: { readonly task: Task }) {
  if (audience !== null) return <span>Audience</span>;
  return <ContactName id={contactId} none="Nobody" />;
}

/** The state, why it is so, and the button that mends it. */
function State({ task, mayResume }: { readonly task: Task; readonly mayResume: boolean }) {
  const reason = whyNotRunning(task);
  return (
    <div className={classes.state}>
      <TaskPill task={task} />
      {reason !== undefined && (
        <span className={classes.reason} title={reason}>
          {reason}
        </span>
      )}
      {mayResume && missingDate(task) !== undefined && (
        <DateMend task={task} size="compact-xs" className={classes.mend} />
      )}
      {mayResume && isPaused(task) && (
        <Button
          className={classes.mend}
          variant="default"
          size="compact-xs"
          aria-label={`Resume ${task.name}`}
          onClick={() => void resumeTasks([task])}
        >
          Resume
        </Button>
      )}
    </div>
  );
}
