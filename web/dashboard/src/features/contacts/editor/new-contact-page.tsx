import { useNavigate } from "@tanstack/react-router";
import { createContact } from "../../../api/generated/contacts/contacts";
import { contactLabel } from "../../../components/contact-label.ts";
import { NotAllowed } from "../../../components/not-allowed.tsx";
import { Page } from "../../../components/page.tsx";
import { sayDone } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { refreshContacts } from "../actions/change-contacts.ts";
import { ContactFields } from "./contact-form.tsx";
import { emptyContact, toCreateBody } from "./rules.ts";

export function NewContactPage() {
  const mayWrite = useMe().can("write");
  return (
    <Page title="New contact" crumbs={[{ label: "Contacts", link: { to: "/contacts" } }]} layout="flow">
      {mayWrite ? <NewForm /> : <NotAllowed what="make contacts" />}
    </Page>
  );
}

function NewForm() {
  const navigate = useNavigate();
  return (
    <ContactFields
      initial={emptyContact}
      save="Create contact"
      send={(form) => createContact(toCreateBody(form))}
      onDone={(contact) => {
        sayDone(`${contactLabel(contact)} created.`);
        void refreshContacts();
        void navigate({ to: "/contacts/$contactId", params: { contactId: contact.id } });
      }}
      onCancel={() => void navigate({ to: "/contacts" })}
      curl={(form) => ({ method: "POST", path: "/v1/contacts", body: toCreateBody(form) })}
    />
  );
}
