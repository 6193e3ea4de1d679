import { PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { ModelProvider } from "../../../api/generated/model";
import {
  createModelProvider,
  getListModelProvidersQueryKey,
  updateModelProvider,
} from "../../../api/generated/model-providers/model-providers";
import { Form, useApiForm } from "../../../components/form";
import { labelOf } from "./kinds.ts";

interface ProviderFormProps {
  readonly kind: ModelProvider["kind"];
  /** The one to change; absent: a new one. */
  readonly provider?: ModelProvider;
  onDone(): void;
  onCancel?(): void;
}

interface Values {
  readonly apiKey: string;
  readonly baseUrl: string;
}

/** Key and, where there is one to choose, address of a provider. */
export function ProviderForm({ kind, provider, onDone, onCancel }: ProviderFormProps) {
  const queryClient = useQueryClient();
  const hasAddress = kind === "openai_compatible";

  function toSend({ apiKey, baseUrl }: Values) {
    return {
      // Not sent, it stays as it is; a server of one's own may need none.
      ...(apiKey === "" ? {} : { apiKey }),
      ...(hasAddress ? { baseUrl } : {}),
    };
  }

  const api = useApiForm({
    initialValues: { apiKey: "", baseUrl: provider?.baseUrl ?? "" },
    async send(values: Values) {
      if (provider === undefined) await createModelProvider({ name: labelOf(kind), kind, ...toSend(values) });
      else await updateModelProvider(provider.id, toSend(values));
      await queryClient.invalidateQueries({ queryKey: getListModelProvidersQueryKey() });
    },
    onDone,
  });
  return (
    <Form
      api={api}
      save={provider === undefined ? `Connect ${labelOf(kind)}` : "Save"}
      {...(onCancel === undefined ? {} : { onCancel })}
      curl={() => ({
        method: provider === undefined ? "POST" : "PATCH",
        path: `/v1/model-providers${provider === undefined ? "" : `/${provider.id}`}`,
        body: {
          ...(provider === undefined ? { name: labelOf(kind), kind } : {}),
          ...toSend(api.form.getValues()),
          ...(api.form.getValues().apiKey === "" ? {} : { apiKey: "your key" }),
        },
      })}
    >
      {hasAddress && (
        <TextInput
          {...api.form.getInputProps("baseUrl")}
          label="Base URL"
          description="Up to and including the version. Ollama, vLLM, LM Studio, OpenRouter and others speak this protocol."
          placeholder="http://localhost:11434/v1"
          autoComplete="off"
          maxLength={2_000}
        />
      )}
      <PasswordInput
        {...api.form.getInputProps("apiKey")}
        label="API key"
        description={describeKey(hasAddress, provider)}
        autoComplete="off"
        maxLength={2_000}
      />
    </Form>
  );
}

function describeKey(hasAddress: boolean, provider: ModelProvider | undefined): string {
  if (provider?.hasApiKey === true) return "One is stored. Leave this empty to keep it.";
  return hasAddress ? "If the server wants one" : "From the provider's own settings";
}
