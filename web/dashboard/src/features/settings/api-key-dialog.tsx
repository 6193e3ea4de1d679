import { Modal, NativeSelect, TextInput } from "@mantine/core";
import { createApiKey } from "../../api/generated/api-keys/api-keys";
import type { CreateApiKey201, CreateApiKeyBody } from "../../api/generated/model";
import { Form, useApiForm } from "../../components/form/index.ts";
import { useMe } from "../../session/session.ts";

interface ApiKeyDialogProps {
  readonly isOpen: boolean;
  onClose(): void;
  onMade(key: CreateApiKey201): void;
}

const scopes = [
  { value: "read", label: "read: sees everything, changes nothing" },
  { value: "write", label: "write: also works with tasks, contacts and conversations" },
  { value: "admin", label: "admin: also changes settings, members and keys" },
];
const lives = [
  { value: "", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
];
const dayMs = 86_400_000;

export function ApiKeyDialog({ isOpen, onClose, onMade }: ApiKeyDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="New API key">
      <ApiKeyForm
        onCancel={onClose}
        onMade={(key) => {
          onClose();
          onMade(key);
        }}
      />
    </Modal>
  );
}

interface ApiKeyFormProps {
  onCancel(): void;
  onMade(key: CreateApiKey201): void;
}

interface ApiKeyValues {
  readonly name: string;
  readonly scope: CreateApiKeyBody["scope"];
  /** Days; empty: for ever. */
  readonly expiresAt: string;
}

function ApiKeyForm({ onCancel, onMade }: ApiKeyFormProps) {
  const me = useMe();
  const initialValues: ApiKeyValues = { name: "", scope: "read", expiresAt: "" };
  const api = useApiForm({ initialValues, send: (values) => createApiKey(toBody(values)), onDone: onMade });
  return (
    <Form
      api={api}
      save="Create key"
      onCancel={onCancel}
      isGuarded={false}
      curl={() => ({ method: "POST", path: "/v1/api-keys", body: toBody(api.form.getValues()) })}
    >
      <TextInput
        {...api.form.getInputProps("name")}
        label="Name"
        description="Which program it is for"
        maxLength={200}
        data-autofocus
      />
      <NativeSelect
        {...api.form.getInputProps("scope")}
        label="Scope"
        description="As little as the program needs"
        data={me.can("admin") ? scopes : scopes.slice(0, 2)}
      />
      <NativeSelect {...api.form.getInputProps("expiresAt")} label="Expires" data={lives} />
    </Form>
  );
}

function toBody({ name, scope, expiresAt }: ApiKeyValues): CreateApiKeyBody {
  if (expiresAt === "") return { name, scope };
  return { name, scope, expiresAt: new Date(Date.now() + Number(expiresAt) * dayMs).toISOString() };
}
