import { Modal, Textarea, TextInput } from "@mantine/core";
import { createContactMemory, updateContactMemory } from "../../../../api/generated/contacts/contacts";
import type { Contact, ContactMemory } from "../../../../api/generated/model";
import { ApiError } from "../../../../api/problem.ts";
import { Fold } from "../../../../components/fold.tsx";
import { Form, useApiForm } from "../../../../components/form";
import { sayDone } from "../../../../components/say.tsx";
import { useTimezone } from "../../../../session/session.ts";
import { refreshContacts } from "../../actions/change-contacts.ts";
import { emptyFact, type FactForm, toCreateFact, toFactForm, toUpdateFact, valueFault } from "./rules.ts";

interface FactDialogProps {
  readonly contact: Contact;
  /** Undefined: another one. */
  readonly fact: ContactMemory | undefined;
  onClose(): void;
}

/** A fact that is added or changed. */
export function FactDialog(props: FactDialogProps) {
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.fact === undefined ? "Add to memory" : "Change what is remembered"}
    >
      <FactFields {...props} />
    </Modal>
  );
}

function FactFields({ contact, fact, onClose }: FactDialogProps) {
  const timezone = useTimezone();
  const api = useApiForm<FactForm, ContactMemory>({
    initialValues: fact === undefined ? emptyFact : toFactForm(fact, timezone),
    async send(form) {
      const fault = valueFault(form);
      if (fault !== undefined)
        throw new ApiError(422, { errors: [{ path: "value", code: "invalid", message: fault }] }, null);
      return fact === undefined
        ? createContactMemory(contact.id, toCreateFact(form, timezone))
        : updateContactMemory(contact.id, fact.id, toUpdateFact(form, timezone));
    },
    onDone() {
      sayDone(fact === undefined ? "Remembered." : "Changed.");
      void refreshContacts();
      onClose();
    },
  });
  const { form } = api;
  const path = `/v1/contacts/${contact.id}/memory`;
  return (
    <Form
      api={api}
      save={fact === undefined ? "Add" : "Save"}
      onCancel={onClose}
      isGuarded={false}
      curl={() =>
        fact === undefined
          ? { method: "POST", path, body: toCreateFact(form.getValues(), timezone) }
          : { method: "PATCH", path: `${path}/${fact.id}`, body: toUpdateFact(form.getValues(), timezone) }
      }
    >
      <Textarea
        {...form.getInputProps("text")}
        label="Fact"
        description="In a sentence, as agents read it"
        placeholder="Is at home after 17:00."
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2_000}
        data-autofocus
      />
      <TextInput
        {...form.getInputProps("expiresAt")}
        label="Expires"
        description={`Forgotten then; empty: never. In ${timezone}.`}
        type="datetime-local"
      />
      <Fold
        label="For programs"
        hint="key and value"
        isOpenAtFirst={fact !== undefined && (fact.key !== null || fact.value !== null)}
        isHeldOpen={form.errors.value !== undefined || form.errors.key !== undefined}
      >
        {fact === undefined ? (
          <TextInput
            {...form.getInputProps("key")}
            label="Key"
            description="What the fact is about. A fact with the same key is replaced."
            placeholder="delivery_time"
            maxLength={200}
          />
        ) : (
          <TextInput label="Key" value={fact.key ?? "none"} readOnly description="Stays as it is." />
        )}
        <Textarea
          {...form.getInputProps("value")}
          label="Value"
          description='JSON; a text stands in double quotes, such as "after 17:00".'
          autosize
          minRows={1}
          maxRows={8}
          mt="md"
          spellCheck={false}
        />
      </Fold>
    </Form>
  );
}
