import { Button, Group, Stack, Text } from "@mantine/core";
import type { Agent, ModelProvider } from "../../../api/generated/model";
import { useOpenStep } from "../tour.ts";
import { AgentForm } from "./agent-form.tsx";

interface AgentStepProps {
  readonly providers: readonly ModelProvider[];
  readonly agents: readonly Agent[];
}

/** Makes an agent, or goes on with one that is there. */
export function AgentStep({ providers, agents }: AgentStepProps) {
  const openStep = useOpenStep();
  const [newest] = providers;
  if (newest === undefined)
    return (
      <Stack gap="sm" align="flex-start">
        <Text size="sm">An agent needs a model, and none is connected yet. The sandbox will do.</Text>
        <Button onClick={() => openStep("model")}>Choose a model first</Button>
      </Stack>
    );
  // The newest that is no stand-in, else the sandbox.
  const preferred = providers.find(({ kind }) => kind !== "sandbox") ?? newest;
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        An agent has a model and instructions that hold for everything it does. What is to be done comes from
        tasks.
      </Text>
      {agents.length > 0 && (
        <Group gap="xs">
          <Text size="sm">There already:</Text>
          {agents.slice(0, 3).map(({ id, name }) => (
            <Button key={id} variant="default" onClick={() => openStep("task", id)}>
              Use {name}
            </Button>
          ))}
        </Group>
      )}
      <AgentForm
        providers={providers}
        preferred={preferred}
        isFirst={agents.every(({ demo, isDefault }) => demo || !isDefault)}
        onCreated={({ id }) => openStep("task", id)}
      />
    </Stack>
  );
}
