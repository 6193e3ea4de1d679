import { Autocomplete, Divider, Stack, Switch, TextInput } from "@mantine/core";
import { Fold } from "../../../components/fold.tsx";
import { KnowledgeMultiSelect } from "../../../components/pickers/knowledge-multi-select.tsx";
import { ToolMultiSelect } from "../../../components/pickers/tool-multi-select.tsx";
import { AdvancedFields } from "./advanced-fields.tsx";
import { BudgetFields } from "./budget-fields.tsx";
import { CountedTextarea } from "./counted-textarea.tsx";
import type { FieldsProps } from "./fields.ts";
import { languageName, languages } from "./languages.ts";
import { ModelFields } from "./model-fields.tsx";
import { hasAdvancedFault } from "./values.ts";

interface AgentFieldsProps extends FieldsProps {
  /** Null for one that is not there yet. */
  readonly agentId: string | null;
  onMetaValidity(fault: string | null): void;
}

const longest = 20_000;

/** Everything that an agent is. */
export function AgentFields({ form, agentId, onMetaValidity }: AgentFieldsProps) {
  const { values, errors } = form;
  return (
    <Stack gap="md">
      <TextInput
        {...form.getInputProps("name")}
        label="Name"
        description="Visitors of the hosted page see it, too"
        required
        data-path="name"
      />
      <CountedTextarea
        {...form.getInputProps("instructions")}
        value={values.instructions}
        most={longest}
        label="Instructions"
        description="How it behaves in everything it does; each task adds what is to be done"
        required
        minRows={8}
        maxRows={24}
        data-path="instructions"
      />
      <CountedTextarea
        {...form.getInputProps("guidance")}
        value={values.guidance}
        most={longest}
        label="Guidance"
        description="Rules of style and conduct that hold beside the instructions"
        minRows={3}
        maxRows={12}
        data-path="guidance"
      />
      <ModelFields form={form} />
      <Autocomplete
        {...form.getInputProps("language")}
        label="Language"
        description={languageName(values.language) ?? "The language to write in, such as de or pt-BR"}
        placeholder="The contact’s"
        data={[...languages]}
        renderOption={({ option }) => `${option.value} · ${languageName(option.value) ?? ""}`}
        maw={320}
        spellCheck={false}
        data-path="language"
      />
      <Divider />
      <ToolMultiSelect
        label="Tools"
        description="What it may call beside the built-in tools"
        placeholder="None"
        value={values.toolIds}
        onChange={(ids) => form.setFieldValue("toolIds", [...ids])}
        error={errors.toolIds}
        path="toolIds"
      />
      <KnowledgeMultiSelect
        label="Knowledge"
        description="Texts that its tool search_knowledge searches"
        placeholder="None"
        value={values.knowledgeIds}
        onChange={(ids) => form.setFieldValue("knowledgeIds", [...ids])}
        error={errors.knowledgeIds}
        path="knowledgeIds"
      />
      <Divider />
      <BudgetFields form={form} agentId={agentId} />
      <Fold
        label="Advanced"
        hint="Temperature, limits of one execution, meta"
        isHeldOpen={hasAdvancedFault(errors)}
      >
        <AdvancedFields form={form} onMetaValidity={onMetaValidity} />
      </Fold>
      <Divider />
      <Switch
        {...form.getInputProps("enabled", { type: "checkbox" })}
        label="Enabled"
        description="While off it answers nobody, and no message of its tasks goes out"
      />
      <Switch
        {...form.getInputProps("isDefault", { type: "checkbox" })}
        label="Default agent"
        description="Works in tasks that name no agent; takes this from the agent that does now"
      />
    </Stack>
  );
}
