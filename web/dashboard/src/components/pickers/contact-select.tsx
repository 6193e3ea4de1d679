import { useListContacts } from "../../api/generated/contacts/contacts";
import { contactLabel } from "../contact-label.ts";
import { useName } from "../names.ts";
import { ObjectSelect, type ObjectSelectProps } from "./object-select.tsx";

function useChoices(q: string) {
  const { data, isPending } = useListContacts({ limit: 50, ...(q === "" ? {} : { q }) });
  const choices = (data?.items ?? []).map((contact) => ({
    id: contact.id,
    label: contactLabel(contact),
    hint: contact.email ?? contact.phone ?? contact.externalId ?? undefined,
  }));
  return { choices, isLoading: isPending };
}

function useLabel(id: string | null) {
  const name = useName("contact", id);
  return name === null ? "Deleted contact" : name;
}

export function ContactSelect(props: ObjectSelectProps) {
  return (
    <ObjectSelect
      {...props}
      useChoices={useChoices}
      useLabel={useLabel}
      nothing="No contact matches this text"
    />
  );
}
