import { Autocomplete, Select, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { createAgent, getListAgentsQueryKey } from "../../../api/generated/agents/agents";
import type { Agent, ModelProvider } from "../../../api/generated/model";
import { useListProviderModels } from "../../../api/generated/model-providers/model-providers";
import { Form, useApiForm } from "../../../components/form";
import { isUnnamed } from "../../../session/rules.ts";
import { useMe } from "../../../session/session.ts";
import { suggestModel } from "../rules.ts";

interface AgentFormProps {
  readonly providers: readonly ModelProvider[];
  readonly preferred: ModelProvider;
  /** True: it becomes the default agent. */
  readonly isFirst: boolean;
  onCreated(agent: Agent): void;
}

interface Values {
  readonly name: string;
  readonly instructions: string;
  readonly modelProviderId: string;
  /** Null until chosen: then what is suggested of the provider's list. */
  readonly model: string | null;
}

/** Says who it is, how it writes, what it may not do, and what it does then; to be changed, not to be kept. */
function exampleFor(company: string): string {
  return [
    `You write to customers of ${company}. Be warm and brief: three sentences at most, one question at a time.`,
    "Say only what you know from the task, the contact and your tools. Never promise dates, refunds or discounts.",
    "If somebody asks for one of these or for a person, write that a colleague will answer, and nothing else.",
  ].join("\n");
}

export function AgentForm({ providers, preferred, isFirst, onCreated }: AgentFormProps) {
  const { membership } = useMe();
  const queryClient = useQueryClient();
  const initialValues: Values = {
    name: "",
    instructions: exampleFor(isUnnamed(membership) ? "our company" : membership.workspaceName),
    modelProviderId: preferred.id,
    model: null,
  };
  const toSend = (values: Values) => ({ ...values, model: values.model ?? suggested, isDefault: isFirst });
  const api = useApiForm({
    initialValues,
    async send(values) {
      const agent = await createAgent(toSend(values));
      await queryClient.invalidateQueries({ queryKey: getListAgentsQueryKey() });
      return agent;
    },
    onDone: onCreated,
  });
  const { form } = api;
  const provider = providers.find(({ id }) => id === form.values.modelProviderId) ?? preferred;
  const isSandbox = provider.kind === "sandbox";
  const models = useListProviderModels(provider.id, {
    query: { enabled: !isSandbox, staleTime: Number.POSITIVE_INFINITY },
  });
  const ids = models.data?.items.map(({ id }) => id) ?? [];
  const suggested = suggestModel(provider.kind, ids);
  return (
    <Form
      api={api}
      save="Create agent"
      curl={() => ({ method: "POST", path: "/v1/agents", body: toSend(form.getValues()) })}
    >
      <TextInput
        {...form.getInputProps("name")}
        label="Name"
        description={
          isFirst
            ? "What people call it. It becomes the default agent: tasks that name no agent are its."
            : "What people call it"
        }
        placeholder="Mia"
        maxLength={200}
      />
      <Textarea
        {...form.getInputProps("instructions")}
        label="Instructions"
        description="Who it is, how it writes, and what it may not do. This is an example; change it."
        autosize
        minRows={4}
        maxRows={14}
        maxLength={20_000}
      />
      {providers.length > 1 && (
        <Select
          label="Model provider"
          data={providers.map(({ id, name }) => ({ value: id, label: name }))}
          value={form.values.modelProviderId}
          onChange={(id) => id !== null && form.setValues({ modelProviderId: id, model: null })}
          error={form.errors.modelProviderId}
          allowDeselect={false}
        />
      )}
      {!isSandbox && (
        <Autocomplete
          label="Model"
          description={models.data?.error?.message ?? "Its name at the provider"}
          data={ids}
          limit={50}
          value={form.values.model ?? suggested}
          onChange={(model) => form.setFieldValue("model", model)}
          error={form.errors.model}
          maxLength={200}
        />
      )}
    </Form>
  );
}
