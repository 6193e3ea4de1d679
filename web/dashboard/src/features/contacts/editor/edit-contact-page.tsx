import { Skeleton, Stack } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import {
  getGetContactQueryKey,
  updateContact,
  useGetContact,
} from "../../../api/generated/contacts/contacts";
import type { Contact } from "../../../api/generated/model";
import { queryClient } from "../../../api/query-client.ts";
import { contactLabel } from "../../../components/contact-label.ts";
import { ErrorState } from "../../../components/error-state.tsx";
import { NotAllowed } from "../../../components/not-allowed.tsx";
import { Page } from "../../../components/page.tsx";
import { sayDone } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { refreshContacts } from "../actions/change-contacts.ts";
import { ContactFields } from "./contact-form.tsx";
import { toForm, toUpdateBody } from "./rules.ts";

const route = getRouteApi("/app/contacts/$contactId/edit");

export function EditContactPage() {
  const mayWrite = useMe().can("write");
  const { contactId } = route.useParams();
  const { data: contact, error, refetch } = useGetContact(contactId);
  const crumbs = [
    { label: "Contacts", link: { to: "/contacts" } as const },
    ...(contact === undefined
      ? []
      : [
          {
            label: contactLabel(contact),
            link: { to: "/contacts/$contactId", params: { contactId } } as const,
          },
        ]),
  ];
  return (
    <Page title="Edit contact" crumbs={crumbs} layout="flow">
      {contact !== undefined && mayWrite && <EditForm key={contactId} contact={contact} />}
      {contact !== undefined && !mayWrite && <NotAllowed what="change contacts" />}
      {contact === undefined && error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {contact === undefined && error === null && <FieldSkeletons />}
    </Page>
  );
}

/** What a colleague changes meanwhile does not reach the fields; only what was changed here is sent. */
function EditForm({ contact }: { readonly contact: Contact }) {
  const [initial] = useState(() => toForm(contact));
  const navigate = useNavigate();
  const { id } = contact;
  const open = () => void navigate({ to: "/contacts/$contactId", params: { contactId: id } });
  return (
    <ContactFields
      initial={initial}
      save="Save"
      send={(form) => updateContact(id, toUpdateBody(form, initial))}
      onDone={(changed) => {
        queryClient.setQueryData(getGetContactQueryKey(id), changed);
        sayDone(`${contactLabel(changed)} saved.`);
        void refreshContacts();
        open();
      }}
      onCancel={open}
      curl={(form) => ({ method: "PATCH", path: `/v1/contacts/${id}`, body: toUpdateBody(form, initial) })}
    />
  );
}

const fields = ["Name", "E-mail", "Phone", "Time zone", "Language", "Tags", "External id"];

function FieldSkeletons() {
  return (
    <Stack gap="md" maw={640} aria-busy>
      {fields.map((field) => (
        <div key={field}>
          <Skeleton height={12} width={80} mb={8} />
          <Skeleton height={36} />
        </div>
      ))}
    </Stack>
  );
}
