import { Button, Group, Stack, Text } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import type { Agent, ModelProvider } from "../../../api/generated/model";
import { preferProvider } from "../rules.ts";
import { useOpenStep } from "../tour.ts";
import { AgentForm } from "./agent-form.tsx";

interface AgentStepProps {
  readonly providers: readonly ModelProvider[];
  readonly agents: readonly Agent[];
}

/** Makes an agent, or goes on with one that is there. */
export function AgentStep({ providers, agents }: AgentStepProps) {
  const openStep = useOpenStep();
  const { modelProviderId } = useSearch({ from: "/app/welcome" });
  const preferred = preferProvider(providers, modelProviderId);
  if (preferred === undefined)
    return (
      <Stack gap="sm" align="flex-start">
        <Text size="sm">An agent needs a model, and none is connected yet. The sandbox will do.</Text>
        <Button onClick={() => openStep("model")}>Choose a model first</Button>
      </Stack>
    );
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
            <Button key={id} variant="default" onClick={() => openStep("task", { agentId: id })}>
              Use {name}
            </Button>
          ))}
        </Group>
      )}
      <AgentForm
        key={preferred.id}
        providers={providers}
        preferred={preferred}
        isFirst={agents.every(({ demo, isDefault }) => demo || !isDefault)}
        onCreated={({ id }) => openStep("task", { agentId: id })}
      />
    </Stack>
  );
}
