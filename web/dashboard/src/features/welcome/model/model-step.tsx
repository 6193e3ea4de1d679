import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { ModelProvider } from "../../../api/generated/model";
import { useMe } from "../../../session/session.ts";
import { versionOf } from "../rules.ts";
import { useOpenStep } from "../tour.ts";
import { kinds, labelOf } from "./kinds.ts";
import { ProviderCheck } from "./provider-check.tsx";
import { ProviderForm } from "./provider-form.tsx";
import { SandboxChoice } from "./sandbox-choice.tsx";

interface ModelStepProps {
  readonly providers: readonly ModelProvider[];
  /** A provider has answered as it is now. */
  onTested(provider: ModelProvider): void;
}

/** Connects a model provider and tries it, or stays with the sandbox. */
export function ModelStep({ providers, onTested }: ModelStepProps) {
  const me = useMe();
  const openStep = useOpenStep();
  const [kind, setKind] = useState<ModelProvider["kind"]>("openai");
  /** What is on the screen instead of the newest provider: a form for another one, or for the address and key of it. */
  const [form, setForm] = useState<"new" | "change" | null>(null);
  const connected = providers.find((provider) => provider.kind !== "sandbox");

  if (!me.can("admin"))
    return (
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          An administrator connects models, because that says where customers' data goes.{" "}
          {providers.length === 0
            ? "None is connected yet, so ask one of them first."
            : `Connected: ${providers.map(({ name }) => name).join(", ")}.`}
        </Text>
        {providers.length > 0 && <Button onClick={() => openStep("agent")}>Continue</Button>}
      </Stack>
    );

  if (connected !== undefined && form !== "new")
    return form === "change" ? (
      <ProviderForm
        kind={connected.kind}
        provider={connected}
        onDone={() => setForm(null)}
        onCancel={() => setForm(null)}
      />
    ) : (
      <ProviderCheck
        key={versionOf(connected)}
        provider={connected}
        onChange={() => setForm("change")}
        onAdd={() => setForm("new")}
        onTested={() => onTested(connected)}
        onContinue={() => openStep("agent", { modelProviderId: connected.id })}
      />
    );

  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        A model reads what contacts write and decides what the agent does. Keys are stored encrypted and never
        shown again.
      </Text>
      <Radio.Group
        label="Provider"
        value={kind}
        onChange={(value) => setKind(kinds.find((one) => one.kind === value)?.kind ?? kind)}
      >
        <Group gap="lg" mt={6}>
          {kinds.map((one) => (
            <Radio key={one.kind} value={one.kind} label={one.label} />
          ))}
        </Group>
      </Radio.Group>
      {kind === "sandbox" ? (
        <SandboxChoice
          providers={providers}
          onDone={(modelProviderId) => openStep("agent", { modelProviderId })}
        />
      ) : (
        <ProviderForm
          key={kind}
          kind={kind}
          onDone={() => setForm(null)}
          {...(connected === undefined ? {} : { onCancel: () => setForm(null) })}
        />
      )}
      {kind !== "sandbox" && connected === undefined && (
        <Text size="sm" c="dimmed">
          No key at hand? Choose {labelOf("sandbox")} above: it needs none.
        </Text>
      )}
    </Stack>
  );
}
