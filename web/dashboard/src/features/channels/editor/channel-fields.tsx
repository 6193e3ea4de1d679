import { Select, Stack, TextInput } from "@mantine/core";
import { type ApiForm, MetaField } from "../../../components/form/index.ts";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { kinds } from "../actions/rules.ts";
import type { ChannelValues } from "./values.ts";

interface ChannelFieldsProps {
  readonly form: ApiForm<ChannelValues>["form"];
  onMetaValidity(fault: string | null): void;
}

/** Everything that can be set of a web channel. */
export function ChannelFields({ form, onMetaValidity }: ChannelFieldsProps) {
  const { values, errors } = form;
  const chosen = kinds.find(({ name }) => name === values.kind);
  return (
    <Stack gap="md">
      <TextInput
        {...form.getInputProps("name")}
        label="Name"
        description="Visitors see it at the head of the chat"
        required
        data-path="name"
      />
      <Select
        {...form.getInputProps("kind")}
        label="Kind"
        description={chosen === undefined ? "How contacts reach it" : `For ${chosen.purpose}`}
        data={kinds.map(({ name, label }) => ({ value: name, label }))}
        allowDeselect={false}
        maw={320}
        data-path="kind"
      />
      <AgentSelect
        label="Default agent"
        description="Answers where no task or member is at work. Without one the conversation waits for a person."
        placeholder="None: a person answers"
        value={values.defaultAgentId}
        onChange={(id) => form.setFieldValue("defaultAgentId", id)}
        error={errors.defaultAgentId}
        path="defaultAgentId"
      />
      <MetaField
        value={values.meta}
        onChange={(meta) => form.setFieldValue("meta", meta)}
        onValidity={onMetaValidity}
        error={errors.meta}
      />
    </Stack>
  );
}
