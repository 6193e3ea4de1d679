import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Task } from "../../../api/generated/model";
import { Notice } from "../../../components/notice.tsx";
import { missingDate } from "../../../components/task-standing.ts";
import { useMe } from "../../../session/session.ts";
import { DateMend } from "../actions/date-mend.tsx";
import { resumeTasks } from "../actions/task-actions.ts";
import { type Mend, mendOf } from "./rules.ts";

const tones: Readonly<Record<Task["state"], "grey" | "amber" | "red">> = {
  active: "grey",
  paused: "amber",
  auto_paused: "red",
  ended: "grey",
};

const heads: Readonly<Record<Task["state"], string>> = {
  active: "Active",
  paused: "Paused",
  auto_paused: "Paused by itself",
  ended: "Ended",
};

const mendWords: Readonly<Record<Exclude<Mend, "resume">, string>> = {
  agent: "Choose an agent",
  channel: "Choose a channel",
  contact: "Choose a contact",
  schedule: "Change the schedule",
  expiry: "Change the expiry",
};

/** Why the task does not run, with the button that mends it. */
export function StateNotice({ task }: { readonly task: Task }) {
  const mayWrite = useMe().can("write");
  const { state, stateReason } = task;
  const noDate = missingDate(task);
  if (noDate !== undefined)
    return (
      <Notice tone="amber" mend={mayWrite && <DateMend task={task} size="compact-sm" />}>
        <strong>No coming run.</strong> {noDate}
      </Notice>
    );
  if (state === "active" || stateReason === null) return null;
  return (
    <Notice tone={tones[state]} mend={mayWrite && <MendButton task={task} />}>
      <strong>{heads[state]}.</strong> {stateReason.message}
    </Notice>
  );
}

function MendButton({ task }: { readonly task: Task }) {
  const mend = mendOf(task);
  if (mend === "resume")
    return (
      <Button variant="default" size="compact-sm" onClick={() => void resumeTasks([task])}>
        Resume
      </Button>
    );
  return (
    <Button
      variant="default"
      size="compact-sm"
      renderRoot={(props) => <Link to="/tasks/$taskId/edit" params={{ taskId: task.id }} {...props} />}
    >
      {mendWords[mend]}
    </Button>
  );
}
