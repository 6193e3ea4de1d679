import { Modal, NativeSelect, TextInput } from "@mantine/core";
import { createInvitation } from "../../api/generated/members/members";
import type { CreateInvitation201, CreateInvitationBody } from "../../api/generated/model";
import { Form, useApiForm } from "../../components/form/index.ts";
import { useMe } from "../../session/session.ts";
import { type Role, roles, roleWords } from "./roles.ts";

interface InvitationDialogProps {
  readonly isOpen: boolean;
  onClose(): void;
  onMade(invitation: CreateInvitation201): void;
}

export function InvitationDialog({ isOpen, onClose, onMade }: InvitationDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Invite a member">
      <InvitationForm
        onCancel={onClose}
        onMade={(invitation) => {
          onClose();
          onMade(invitation);
        }}
      />
    </Modal>
  );
}

interface InvitationFormProps {
  onCancel(): void;
  onMade(invitation: CreateInvitation201): void;
}

interface InvitationValues {
  readonly email: string;
  readonly role: Role;
}

function InvitationForm({ onCancel, onMade }: InvitationFormProps) {
  const isOwner = useMe().can("owner");
  const initialValues: InvitationValues = { email: "", role: "operator" };
  const api = useApiForm({
    initialValues,
    send: (values) => createInvitation(toBody(values)),
    onDone: onMade,
  });
  const offered = roles.filter((role) => role !== "owner" || isOwner);
  return (
    <Form
      api={api}
      save="Create invitation"
      onCancel={onCancel}
      isGuarded={false}
      curl={() => ({ method: "POST", path: "/v1/invitations", body: toBody(api.form.getValues()) })}
    >
      <TextInput
        {...api.form.getInputProps("email")}
        label="E-mail"
        type="email"
        description="Empty: for whoever opens the link"
        data-autofocus
      />
      <NativeSelect
        {...api.form.getInputProps("role")}
        label="Role"
        data={offered.map((role) => ({ value: role, label: roleWords[role] }))}
      />
    </Form>
  );
}

function toBody({ email, role }: InvitationValues): CreateInvitationBody {
  return { role, ...(email.trim() === "" ? {} : { email: email.trim() }) };
}
