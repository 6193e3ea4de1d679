import { Alert, Button, Group, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMe } from "../../session/session.ts";
import { type TourData, useOpenStep } from "./tour.ts";

/** That the demo is there, what it does, and how to use it or be rid of it. */
export function DemoNote({ data }: { readonly data: TourData }) {
  const me = useMe();
  const openStep = useOpenStep();
  const task = data.tasks.find(({ demo }) => demo);
  const agent = data.agents.find(({ demo }) => demo);
  if (task === undefined || agent === undefined) return null;
  return (
    <Alert
      variant="light"
      color="gray"
      icon={<IconInfoCircle size={18} aria-hidden />}
      title="The demo is running"
    >
      <Text size="sm">
        {agent.name} works on the sandbox model: its task “{task.name}” writes to a made-up contact every two
        minutes, who answers. Look at it, use its agent for a task of yours, or remove it all.
      </Text>
      <Group gap="xs" mt="sm">
        <Button
          variant="default"
          renderRoot={(props) => <Link to="/tasks/$taskId" params={{ taskId: task.id }} {...props} />}
        >
          See its task
        </Button>
        <Button variant="default" onClick={() => openStep("task", { agentId: agent.id })}>
          Use its agent
        </Button>
        {me.can("admin") && (
          <Button variant="default" renderRoot={(props) => <Link to="/settings/demo" {...props} />}>
            Remove the demo
          </Button>
        )}
      </Group>
    </Alert>
  );
}
