import { Alert, Autocomplete, Button, Group, Modal, Stack } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import type { ModelProvider, ModelProviderTrial } from "../../api/generated/model";
import {
  useListProviderModels,
  useTestModelProvider,
} from "../../api/generated/model-providers/model-providers";
import { sentenceOf } from "../../api/problem.ts";
import { milliseconds } from "../../components/time-words.ts";

interface ProviderTrialDialogProps {
  readonly provider: ModelProvider;
  onClose(): void;
}

/** One small call to one model, and what came of it. */
export function ProviderTrialDialog({ provider, onClose }: ProviderTrialDialogProps) {
  const models = useListProviderModels(provider.id);
  const [model, setModel] = useState(provider.kind === "sandbox" ? "sandbox" : "");
  const trial = useTestModelProvider();
  const chosen = model.trim();
  return (
    <Modal opened onClose={onClose} title={`Test ${provider.name}`}>
      <Stack gap="md">
        <Autocomplete
          label="Model"
          description={
            models.isPending
              ? "Asking the provider for its models …"
              : (models.data?.error?.message ??
                "Empty: the model of the newest agent that uses this provider")
          }
          data={models.data?.items.map(({ id }) => id) ?? []}
          limit={50}
          value={model}
          onChange={setModel}
          error={trial.error === null ? undefined : sentenceOf(trial.error)}
          maxLength={200}
          data-autofocus
        />
        <Group gap="xs">
          <Button
            size="sm"
            loading={trial.isPending}
            onClick={() =>
              trial.mutate({ modelProviderId: provider.id, data: chosen === "" ? {} : { model: chosen } })
            }
          >
            Test
          </Button>
          <Button size="sm" variant="default" onClick={onClose}>
            Close
          </Button>
        </Group>
        <div role="status">{trial.data !== undefined && <Answer trial={trial.data} />}</div>
      </Stack>
    </Modal>
  );
}

function Answer({ trial: { ok, model, latencyMs, error } }: { readonly trial: ModelProviderTrial }) {
  if (ok)
    return (
      <Alert color="green" variant="light" icon={<IconCheck size={18} aria-hidden />} title="It works">
        {model} answered in {milliseconds(latencyMs)}.
      </Alert>
    );
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={model === "" ? "No answer" : `${model} did not answer`}
    >
      {error?.message}
    </Alert>
  );
}
