import { NumberInput, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { DurationField, MetaField } from "../../../components/form/index.ts";
import type { FieldsProps } from "./fields.ts";

interface AdvancedFieldsProps extends FieldsProps {
  onMetaValidity(fault: string | null): void;
}

/** How the model is called, how much one execution may do, and data of one's own. */
export function AdvancedFields({ form, onMetaValidity }: AdvancedFieldsProps) {
  const number = { clampBehavior: "none", hideControls: true } as const;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <NumberInput
          {...form.getInputProps("temperature")}
          {...number}
          label="Temperature"
          description="0 to 2; some models take none"
          placeholder="The provider’s default"
          data-path="temperature"
        />
        <NumberInput
          {...form.getInputProps("maxOutputTokens")}
          {...number}
          label="Longest answer"
          description="Tokens of one model call, 1 to 200,000"
          placeholder="The provider’s default"
          thousandSeparator=","
          data-path="maxOutputTokens"
        />
        <NumberInput
          {...form.getInputProps("limits.maxIterations")}
          {...number}
          label="Model calls"
          description="In one execution, 10 to 100,000"
          placeholder="The default"
          thousandSeparator=","
          data-path="limits.maxIterations"
        />
        <NumberInput
          {...form.getInputProps("limits.maxToolCalls")}
          {...number}
          label="Tool calls"
          description="In one execution, 1 to 100,000"
          placeholder="The default"
          thousandSeparator=","
          data-path="limits.maxToolCalls"
        />
        <DurationField
          label="Time of a reply"
          description="Without waits, 15 minutes to 24 hours"
          placeholder="The default"
          units={["minutes", "hours"]}
          value={form.values.limits.maxTime}
          onChange={(value) => form.setFieldValue("limits.maxTime", value)}
          error={form.errors["limits.maxTime"]}
          path="limits.maxTime"
        />
        <TextInput
          {...form.getInputProps("limits.maxCostUsd")}
          label="Cost of one execution"
          description="US dollars of model calls"
          placeholder="No limit"
          leftSection="$"
          inputMode="decimal"
          data-path="limits.maxCostUsd"
        />
      </SimpleGrid>
      <MetaField
        value={form.values.meta}
        onChange={(meta) => form.setFieldValue("meta", meta)}
        onValidity={onMetaValidity}
        error={form.errors.meta}
      />
    </Stack>
  );
}
