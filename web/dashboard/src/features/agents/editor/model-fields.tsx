import { Anchor, Autocomplete, Select, SimpleGrid } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import {
  useListModelProviders,
  useListProviderModels,
} from "../../../api/generated/model-providers/model-providers";
import { useMe } from "../../../session/session.ts";
import type { FieldsProps } from "./fields.ts";
import { describeModels, kindNames } from "./model-rules.ts";

/** Which model, and where it is. The suggestions are what the provider itself lists. */
export function ModelFields({ form }: FieldsProps) {
  const mayWrite = useMe().can("write");
  const { data: providers } = useListModelProviders({ limit: 100 });
  const { modelProviderId, model } = form.values;
  const { data: models, isFetching } = useListProviderModels(modelProviderId ?? "", {
    query: { enabled: modelProviderId !== null && mayWrite, staleTime: 5 * 60_000 },
  });
  const chosen = providers?.items.find(({ id }) => id === modelProviderId);

  function chooseProvider(id: string | null): void {
    form.setFieldValue("modelProviderId", id);
    const kind = providers?.items.find((provider) => provider.id === id)?.kind;
    // Another provider has other models; the sandbox has one.
    if (kind === "sandbox") form.setFieldValue("model", "sandbox");
    else if (id !== modelProviderId) form.setFieldValue("model", "");
  }

  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
      <Select
        label="Model provider"
        description={
          providers?.items.length === 0 ? (
            <>
              There is none yet.{" "}
              <Anchor renderRoot={(props) => <Link to="/settings/model-providers" {...props} />} fz="inherit">
                Connect one
              </Anchor>
            </>
          ) : (
            "Where the model is called"
          )
        }
        placeholder="Choose a provider"
        required
        data={(providers?.items ?? []).map(({ id, name, kind }) => ({
          value: id,
          label: name.toLowerCase() === kindNames[kind].toLowerCase() ? name : `${name} · ${kindNames[kind]}`,
        }))}
        value={modelProviderId}
        onChange={chooseProvider}
        error={form.errors.modelProviderId}
        allowDeselect={false}
        data-path="modelProviderId"
      />
      <Autocomplete
        label="Model"
        description={describeModels(chosen?.kind, models, isFetching)}
        placeholder={modelProviderId === null ? "Choose a provider first" : "Its name at the provider"}
        required
        data={(models?.items ?? []).map(({ id }) => id)}
        limit={100}
        maxDropdownHeight={280}
        value={model}
        onChange={(value) => form.setFieldValue("model", value)}
        error={form.errors.model}
        spellCheck={false}
        data-path="model"
      />
    </SimpleGrid>
  );
}
