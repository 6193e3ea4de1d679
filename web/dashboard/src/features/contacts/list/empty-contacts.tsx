import { Button } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { putContact } from "../../../api/generated/contacts/contacts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { refreshContacts } from "../actions/change-contacts.ts";

/** Addresses of nobody: the domain and the number are kept free for examples. */
const example = {
  externalId: "errand-example",
  name: "Example contact",
  email: "contact@example.com",
  phone: "+12025550123",
  language: "en",
  tags: ["example"],
  attributes: { plan: "trial", seats: 3 },
} as const;

/** A workspace without contacts: what they are, and three ways to begin. */
export function NoContacts() {
  const { can, timezone } = useMe();
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      putContact({ ...example, tags: [...example.tags], attributes: { ...example.attributes }, timezone }),
    onSuccess: async ({ id, name }) => {
      sayDone(`“${name}” is there and reaches nobody real.`);
      await navigate({ to: "/contacts/$contactId", params: { contactId: id } });
    },
    onError: (error) => sayFailed("The example was not made", error),
    onSettled: refreshContacts,
  });
  const mayWrite = can("write");
  return (
    <EmptyState
      icon={IconUsers}
      title="No contacts yet"
      actions={
        mayWrite ? (
          <>
            <Button renderRoot={(props) => <Link to="/contacts/import" {...props} />}>Import CSV</Button>
            <Button variant="default" renderRoot={(props) => <Link to="/contacts/new" {...props} />}>
              New contact
            </Button>
            <Button variant="default" loading={isPending} onClick={() => mutate()}>
              Create an example contact
            </Button>
          </>
        ) : undefined
      }
    >
      A contact is a customer that agents write to: addresses, language, time zone, and attributes from your
      systems. Contacts also appear by themselves when they write on a channel.
      {!mayWrite && " Your role may look at contacts, not make them."}
    </EmptyState>
  );
}
