import { Tooltip } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconBolt,
  IconCircleCheck,
  IconFlag,
  IconLoader2,
  IconPlayerPause,
} from "@tabler/icons-react";
import type { Task } from "../api/generated/model";
import { Pill, type Tone } from "./pill.tsx";

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

type Shown = Pick<Task, "state" | "schedule" | "running" | "stateReason">;

/** A task's state, and before it how many of its executions have not ended. The reason comes on hover. */
export function TaskPill({ task }: { readonly task: Shown }) {
  const { state, schedule, running, stateReason } = task;
  const look = state === "active" && schedule === null ? onDemand : taskStateLooks[state];
  const isSaid = state !== "active" || running === 0;
  return (
    <>
      {running > 0 && (
        <Pill tone="blue" icon={IconLoader2} isBusy>
          {running === 1 ? "Running" : `${running} running`}
        </Pill>
      )}
      {isSaid && stateReason === null && (
        <Pill tone={look.tone} icon={look.icon}>
          {look.word}
        </Pill>
      )}
      {isSaid && stateReason !== null && (
        <Tooltip label={stateReason.message} multiline maw={320}>
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
