import { Anchor, Button, Group, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { getListContactsQueryKey, useCreateContact } from "../../../api/generated/contacts/contacts";
import { sentenceOf } from "../../../api/problem.ts";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";

interface ContactFieldProps {
  readonly value: string | null;
  onChange(id: string | null): void;
  readonly error: ReactNode;
}

/** One contact, found by typing or made on the spot. */
export function ContactField({ value, onChange, error }: ContactFieldProps) {
  const [isNew, setNew] = useState(false);
  return (
    <div>
      <ContactSelect
        label="Contact"
        required
        placeholder="Search by name, e-mail or phone"
        value={value}
        onChange={onChange}
        error={error}
        path="contactId"
      />
      {isNew ? (
        <NewContact
          onCancel={() => setNew(false)}
          onCreated={(id) => {
            setNew(false);
            onChange(id);
          }}
        />
      ) : (
        <Anchor component="button" type="button" size="xs" mt={4} onClick={() => setNew(true)}>
          New contact
        </Anchor>
      )}
    </div>
  );
}

interface NewContactProps {
  onCreated(id: string): void;
  onCancel(): void;
}

function NewContact({ onCreated, onCancel }: NewContactProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const { mutate, isPending, error } = useCreateContact({
    mutation: {
      onSuccess: (contact) => {
        void queryClient.invalidateQueries({ queryKey: getListContactsQueryKey() });
        onCreated(contact.id);
      },
    },
  });
  const create = () => mutate({ data: { name } });

  /** Enter makes the contact and must not save the task around it. */
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Escape") onCancel();
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    create();
  }

  return (
    <Group align="flex-start" gap="xs" mt="xs" wrap="nowrap">
      <TextInput
        aria-label="Name of the new contact"
        placeholder="Name of the new contact"
        flex={1}
        maw={360}
        autoFocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        error={error === null ? undefined : sentenceOf(error)}
      />
      <Button variant="default" size="sm" loading={isPending} onClick={create}>
        Create contact
      </Button>
      <Button variant="subtle" color="gray" size="sm" onClick={onCancel}>
        Cancel
      </Button>
    </Group>
  );
}
