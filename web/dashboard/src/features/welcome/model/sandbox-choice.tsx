import { Button, List, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { ModelProvider } from "../../../api/generated/model";
import {
  getListModelProvidersQueryKey,
  useCreateModelProvider,
} from "../../../api/generated/model-providers/model-providers";
import { sayFailed } from "../../../components/say.tsx";

interface SandboxChoiceProps {
  readonly providers: readonly ModelProvider[];
  onDone(modelProviderId: string): void;
}

/** What the sandbox is, honestly, and the button that stays with it. */
export function SandboxChoice({ providers, onDone }: SandboxChoiceProps) {
  const queryClient = useQueryClient();
  const { mutate, isPending } = useCreateModelProvider({
    mutation: {
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries({ queryKey: getListModelProvidersQueryKey() });
        onDone(id);
      },
      onError: (error) => sayFailed("The sandbox is not set up", error),
    },
  });
  const sandbox = providers.find(({ kind }) => kind === "sandbox");
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">The sandbox is a built-in stand-in for a model:</Text>
      <List size="sm" spacing={4}>
        <List.Item>
          It follows fixed rules and understands nothing: it repeats the task's text to the contact.
        </List.Item>
        <List.Item>It needs no key, costs nothing and sends nothing to anybody else.</List.Item>
        <List.Item>Every text that it writes ends with “(sandbox model)”.</List.Item>
      </List>
      <Text size="sm">
        Schedules, messages, limits and records are the real ones. You can connect a model at any time.
      </Text>
      <Button
        size="sm"
        loading={isPending}
        onClick={() =>
          sandbox === undefined ? mutate({ data: { name: "Sandbox", kind: "sandbox" } }) : onDone(sandbox.id)
        }
      >
        Stay with the sandbox
      </Button>
    </Stack>
  );
}
