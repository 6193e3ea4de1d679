import { Tooltip } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconBolt,
  IconCalendarQuestion,
  IconCircleCheck,
  IconFlag,
  IconLoader2,
  IconPlayerPause,
} from "@tabler/icons-react";
import type { Task } from "../api/generated/model";
import { Pill, type Tone } from "./pill.tsx";
import { missingDate, whyNotRunning } from "./task-standing.ts";

interface Look {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly word: string;
}

/** How each state is called, everywhere. */
export const taskStateLooks: Readonly<Record<Task["state"], Look>> = {
  active: { tone: "green", icon: IconCircleCheck, word: "Active" },
  paused: { tone: "amber", icon: IconPlayerPause, word: "Paused" },
  auto_paused: { tone: "red", icon: IconAlertTriangle, word: "Auto-paused" },
  ended: { tone: "grey", icon: IconFlag, word: "Ended" },
};

/** Active, and waiting for nothing but a person or a program that starts it. */
const onDemand: Look = { tone: "grey", icon: IconBolt, word: "On demand" };

/** Active, and no contact of it has the date that it runs by. */
const withoutDate: Look = { tone: "amber", icon: IconCalendarQuestion, word: "No date" };

type Shown = Pick<
  Task,
  "state" | "schedule" | "running" | "stateReason" | "nextRunAt" | "contactId" | "expiresAt"
>;

/** What a task's state is called where nothing is said of its executions. */
export function taskLookOf(task: Omit<Shown, "running">): Look {
  if (missingDate(task) !== undefined) return withoutDate;
  return task.state === "active" && task.schedule === null ? onDemand : taskStateLooks[task.state];
}

/** A task's state, and before it how many of its executions have not ended. The reason comes on hover. */
export function TaskPill({ task }: { readonly task: Shown }) {
  const { state, running } = task;
  const look = taskLookOf(task);
  const reason = whyNotRunning(task);
  const isSaid = state !== "active" || running === 0;
  return (
    <>
      {running > 0 && (
        <Pill tone="blue" icon={IconLoader2} isBusy>
          {running === 1 ? "Running" : `${running} running`}
        </Pill>
      )}
      {isSaid && reason === undefined && (
        <Pill tone={look.tone} icon={look.icon}>
          {look.word}
        </Pill>
      )}
      {isSaid && reason !== undefined && (
        <Tooltip label={reason} multiline maw={320}>
          <span style={{ display: "inline-flex" }}>
            <Pill tone={look.tone} icon={look.icon}>
              {look.word}
            </Pill>
          </span>
        </Tooltip>
      )}
    </>
  );
}
