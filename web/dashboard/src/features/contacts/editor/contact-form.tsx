import { TagsInput, TextInput } from "@mantine/core";
import type { Contact } from "../../../api/generated/model";
import type { CurlCall } from "../../../components/code/curl-text.ts";
import { Fold } from "../../../components/fold.tsx";
import { Form, JsonField, useApiForm, useJsonFaults } from "../../../components/form";
import { TimezoneSelect } from "../../../components/pickers/timezone-select.tsx";
import { AttributesField } from "./attributes-field.tsx";
import { type ContactForm, fieldOf, readRows } from "./rules.ts";

interface ContactFormProps {
  readonly initial: ContactForm;
  /** The verb on the button. */
  readonly save: string;
  send(form: ContactForm): Promise<Contact>;
  onDone(contact: Contact): void;
  onCancel(): void;
  curl(form: ContactForm): CurlCall;
}

/** All fields of a contact. */
export function ContactFields({ initial, save, send, onDone, onCancel, curl }: ContactFormProps) {
  const faults = useJsonFaults();
  const api = useApiForm<ContactForm, Contact>({
    initialValues: initial,
    async send(values) {
      faults.refuse(readRows(values.attributes).faults);
      return await send(values);
    },
    onDone,
    fieldOf: (path, values) => fieldOf(path, values.attributes),
  });
  const { form } = api;
  return (
    <Form api={api} save={save} onCancel={onCancel} curl={() => curl(form.getValues())}>
      <TextInput {...form.getInputProps("name")} label="Name" maxLength={200} data-autofocus />
      <TextInput
        {...form.getInputProps("email")}
        label="E-mail"
        type="email"
        inputMode="email"
        maxLength={320}
      />
      <TextInput
        {...form.getInputProps("phone")}
        label="Phone"
        description="With + and the country code, digits only, such as +4930123456"
        type="tel"
        maxLength={40}
      />
      <TimezoneSelect
        value={form.values.timezone}
        onChange={(timezone) => form.setFieldValue("timezone", timezone)}
        error={form.errors.timezone}
        description="Of the contact. Quiet hours and times that agents name follow it."
        placeholder="As the channel or workspace"
        isClearable
      />
      <TextInput
        {...form.getInputProps("language")}
        label="Language"
        description="A language tag, such as en, de or pt-BR. Agents write in it."
        maxLength={100}
      />
      <TagsInput
        label="Tags"
        description="Enter or comma ends a tag"
        value={[...form.values.tags]}
        onChange={(tags) => form.setFieldValue("tags", tags)}
        error={form.errors.tags}
        isDuplicate={(tag, tags) => tags.includes(tag)}
      />
      <TextInput
        {...form.getInputProps("externalId")}
        label="External id"
        description="The contact's id in your own system. No two contacts have the same."
        maxLength={200}
      />
      <AttributesField
        rows={form.values.attributes}
        onChange={(rows) => form.setFieldValue("attributes", rows)}
        errors={form.errors}
        onJsonFault={faults.keep("attributes")}
      />
      <Fold label="Meta" hint="for your own programs" isHeldOpen={form.errors.meta !== undefined}>
        <JsonField
          label="Meta"
          description="A JSON object of your own, at most 16 kB. No agent sees it."
          value={form.values.meta}
          onChange={(meta) => form.setFieldValue("meta", meta)}
          onValidity={faults.keep("meta")}
          error={typeof form.errors.meta === "string" ? form.errors.meta : undefined}
        />
      </Fold>
    </Form>
  );
}
