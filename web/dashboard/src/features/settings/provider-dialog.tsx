import { Modal, NativeSelect, NumberInput, PasswordInput, Stack, TextInput } from "@mantine/core";
import type { CreateModelProviderBody, ModelProvider } from "../../api/generated/model";
import {
  createModelProvider,
  updateModelProvider,
} from "../../api/generated/model-providers/model-providers";
import { Fold } from "../../components/fold.tsx";
import { Form, JsonField, useApiForm, useJsonFaults } from "../../components/form/index.ts";
import { sayDone } from "../../components/say.tsx";
import { kindLabel, type ProviderKind, providerKinds } from "./provider-kinds.ts";

interface ProviderDialogProps {
  /** The one to change; undefined makes one. */
  readonly provider: ModelProvider | undefined;
  onClose(): void;
  onSaved(provider: ModelProvider, isNew: boolean): void;
}

interface ProviderValues {
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly maxConcurrent: number | string;
  readonly prices: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, unknown>>;
}

export function ProviderDialog({ provider, onClose, onSaved }: ProviderDialogProps) {
  const title = provider === undefined ? "New model provider" : provider.name;
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <ProviderForm provider={provider} onCancel={onClose} onSaved={onSaved} />
    </Modal>
  );
}

type ProviderFormProps = Pick<ProviderDialogProps, "provider" | "onSaved"> & { onCancel(): void };

function ProviderForm({ provider, onCancel, onSaved }: ProviderFormProps) {
  const isNew = provider === undefined;
  const faults = useJsonFaults();
  const api = useApiForm({
    initialValues: toValues(provider),
    async send(values) {
      faults.refuse();
      return isNew
        ? await createModelProvider(toNew(values))
        : await updateModelProvider(provider.id, toChange(values));
    },
    onDone(saved) {
      sayDone(`“${saved.name}” saved.`);
      onSaved(saved, isNew);
    },
  });
  const { form } = api;
  const { kind } = form.values;
  const usualUrl = providerKinds.find(({ value }) => value === kind)?.usualUrl ?? null;
  const callsOut = kind !== "sandbox";
  const folded = ["maxConcurrent", "prices", "meta"].some((field) => form.errors[field] !== undefined);
  return (
    <Form
      api={api}
      save={isNew ? "Create provider" : "Save"}
      onCancel={onCancel}
      isGuarded={false}
      curl={() => ({
        method: isNew ? "POST" : "PATCH",
        path: isNew ? "/v1/model-providers" : `/v1/model-providers/${provider.id}`,
        body: withoutKey(isNew ? toNew(form.getValues()) : toChange(form.getValues())),
      })}
    >
      {isNew && (
        <NativeSelect
          {...form.getInputProps("kind")}
          label="Kind"
          data={providerKinds.map(({ value, label }) => ({ value, label }))}
          onChange={({ currentTarget }) => {
            const next = currentTarget.value as ProviderKind;
            // Only what nobody has typed over follows the kind.
            if (form.getValues().name === kindLabel(kind)) form.setFieldValue("name", kindLabel(next));
            form.setFieldValue("kind", next);
          }}
        />
      )}
      <TextInput {...form.getInputProps("name")} label="Name" maxLength={200} />
      {callsOut && (
        <>
          <TextInput
            {...form.getInputProps("baseUrl")}
            label="Base URL"
            description="Up to and including the version, such as http://localhost:11434/v1"
            placeholder={usualUrl ?? "https://…/v1"}
            maxLength={2_000}
            required={usualUrl === null}
          />
          <PasswordInput
            {...form.getInputProps("apiKey")}
            label="API key"
            description={
              provider?.hasApiKey === true
                ? "One is stored, encrypted. Leave this empty to keep it."
                : "Stored encrypted and never shown"
            }
            autoComplete="off"
            maxLength={2_000}
          />
        </>
      )}
      <Fold label="Advanced" isHeldOpen={folded}>
        <Stack gap="md">
          <NumberInput
            {...form.getInputProps("maxConcurrent")}
            label="Calls at once"
            description="How many model calls may be under way; empty: any number"
            placeholder="Any"
            clampBehavior="none"
            hideControls
          />
          <JsonField
            label="Prices"
            description='By model, before the built-in ones: {"my-model": {"inputUsdPerMillionTokens": "0.50", "outputUsdPerMillionTokens": "1.50"}}'
            value={form.values.prices}
            onChange={(prices) => form.setFieldValue("prices", prices)}
            onValidity={faults.keep("prices")}
            error={textOf(form.errors.prices)}
          />
          <JsonField
            label="Meta"
            description="A JSON object of your own, at most 16 kB"
            value={form.values.meta}
            onChange={(meta) => form.setFieldValue("meta", meta)}
            onValidity={faults.keep("meta")}
            error={textOf(form.errors.meta)}
          />
        </Stack>
      </Fold>
    </Form>
  );
}

function textOf(error: unknown): string | undefined {
  return typeof error === "string" ? error : undefined;
}

function toValues(provider: ModelProvider | undefined): ProviderValues {
  return {
    kind: provider?.kind ?? "openai",
    name: provider?.name ?? kindLabel("openai"),
    baseUrl: provider?.baseUrl ?? "",
    apiKey: "",
    maxConcurrent: provider?.maxConcurrent ?? "",
    prices: provider?.prices ?? {},
    meta: provider?.meta ?? {},
  };
}

function toChange({ name, baseUrl, apiKey, maxConcurrent, prices, meta }: ProviderValues) {
  return {
    name,
    baseUrl: baseUrl.trim() === "" ? null : baseUrl.trim(),
    maxConcurrent: maxConcurrent === "" ? null : Number(maxConcurrent),
    prices: prices as CreateModelProviderBody["prices"],
    meta: meta as CreateModelProviderBody["meta"],
    // Not sent, the stored one stays.
    ...(apiKey === "" ? {} : { apiKey }),
  };
}

function toNew(values: ProviderValues): CreateModelProviderBody {
  return { kind: values.kind, ...toChange(values) };
}

/** For showing: a key is nothing to copy into a shell's history. */
function withoutKey(body: { readonly apiKey?: string | null }): object {
  return body.apiKey === undefined ? body : { ...body, apiKey: "your key" };
}
