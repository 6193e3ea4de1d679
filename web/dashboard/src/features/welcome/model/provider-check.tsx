import { Alert, Anchor, Autocomplete, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import type { ModelProvider, ModelProviderTrial } from "../../../api/generated/model";
import {
  useListProviderModels,
  useTestModelProvider,
} from "../../../api/generated/model-providers/model-providers";
import { sentenceOf } from "../../../api/problem.ts";
import { milliseconds } from "../../../components/time-words.ts";
import { suggestModel } from "../rules.ts";

interface ProviderCheckProps {
  readonly provider: ModelProvider;
  onChange(): void;
  onAdd(): void;
  onTested(): void;
  onContinue(): void;
}

/** Tries a connected provider with one small call and shows what it really answers. */
export function ProviderCheck({ provider, onChange, onAdd, onTested, onContinue }: ProviderCheckProps) {
  const models = useListProviderModels(provider.id, { query: { staleTime: Number.POSITIVE_INFINITY } });
  const ids = models.data?.items.map(({ id }) => id) ?? [];
  const [typed, setTyped] = useState<string | null>(null);
  const model = typed ?? suggestModel(provider.kind, ids);
  const trial = useTestModelProvider({ mutation: { onSuccess: ({ ok }) => ok && onTested() } });
  const works = trial.data?.ok === true;
  const fault = models.data?.error?.message;

  return (
    <Stack gap="md">
      <Text size="sm">
        {provider.name} is connected{provider.baseUrl === null ? "" : ` at ${provider.baseUrl}`}.{" "}
        <Anchor component="button" type="button" fz="inherit" onClick={onChange}>
          Change key
        </Anchor>{" "}
        ·{" "}
        <Anchor component="button" type="button" fz="inherit" onClick={onAdd}>
          Connect another
        </Anchor>
      </Text>
      {fault !== undefined && <Fault title={`${provider.name} does not list its models`} text={fault} />}
      <Autocomplete
        label="Model"
        description={
          models.isPending
            ? `Asking ${provider.name} for its models …`
            : models.data?.supported === true && fault === undefined
              ? `${ids.length} ${ids.length === 1 ? "is" : "are"} listed by ${provider.name}; another name can be typed`
              : "Type its name at the provider"
        }
        data={ids}
        limit={50}
        value={model}
        onChange={setTyped}
        error={trial.error === null ? undefined : sentenceOf(trial.error)}
        maxLength={200}
      />
      <div role="status">{trial.data !== undefined && <Answer trial={trial.data} />}</div>
      <Group gap="xs">
        <Button
          variant={works ? "default" : "filled"}
          size="sm"
          loading={trial.isPending}
          onClick={() => trial.mutate({ modelProviderId: provider.id, data: { model } })}
        >
          Test
        </Button>
        <Button size="sm" variant={works ? "filled" : "default"} onClick={onContinue}>
          {works ? "Continue" : "Continue without a working test"}
        </Button>
      </Group>
    </Stack>
  );
}

function Answer({ trial }: { readonly trial: ModelProviderTrial }) {
  if (trial.error !== null)
    return <Fault title={`${trial.model} did not answer`} text={trial.error.message} />;
  return (
    <Alert color="green" variant="light" icon={<IconCheck size={18} aria-hidden />} title="It works">
      {trial.model} answered in {milliseconds(trial.latencyMs)}.
    </Alert>
  );
}

function Fault({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} aria-hidden />} title={title}>
      {text}
    </Alert>
  );
}
