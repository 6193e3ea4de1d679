import { Button, Group, Stack, Text } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useListChannels } from "../../../api/generated/channels/channels";
import type { Task } from "../../../api/generated/model";
import { listOwnChannels } from "../rules.ts";
import { type TourData, useOpenStep } from "../tour.ts";
import { RunView } from "./run-view.tsx";
import { TaskForm } from "./task-form.tsx";

interface TaskStepProps {
  readonly data: TourData;
  /** The newest as the tour makes them. */
  readonly task: Task | undefined;
}

/** Makes a task and shows its first run as it happens. */
export function TaskStep({ data, task }: TaskStepProps) {
  const { agentId } = useSearch({ from: "/app/welcome" });
  const openStep = useOpenStep();
  const [isMaking, setMaking] = useState(false);
  const channels = useListChannels({ limit: 100 });
  const agent = data.agents.find(({ id }) => id === agentId) ?? data.agents.find(({ demo }) => !demo);
  if (task !== undefined && !isMaking)
    return <RunView task={task} data={data} onAgain={() => setMaking(true)} />;
  if (data.agents.length === 0)
    return (
      <Stack gap="sm" align="flex-start">
        <Text size="sm">A task needs an agent that does it.</Text>
        <Button onClick={() => openStep("agent")}>Make an agent first</Button>
      </Stack>
    );
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        A task is an instruction to an agent, here about one contact. This one runs at once; a schedule can be
        added later.
      </Text>
      {channels.data !== undefined && (
        <TaskForm
          key={agent?.id}
          agentId={agent?.id ?? data.agents[0]?.id ?? null}
          channels={listOwnChannels(channels.data.items)}
          onStarted={() => setMaking(false)}
        />
      )}
      {task !== undefined && (
        <Group>
          <Button variant="default" onClick={() => setMaking(false)}>
            Back to “{task.name}”
          </Button>
        </Group>
      )}
    </Stack>
  );
}
