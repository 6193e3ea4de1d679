import { Button } from "@mantine/core";
import {
  IconArrowRight,
  IconBell,
  IconBellOff,
  IconPencil,
  IconPlus,
  IconTag,
  IconTagOff,
  IconTrash,
  IconUpload,
} from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { cursorQuery } from "../../../api/cursor-query.ts";
import { useListContactsInfinite } from "../../../api/generated/contacts/contacts";
import type { Contact } from "../../../api/generated/model";
import { contactLabel } from "../../../components/contact-label.ts";
import {
  type BulkAction,
  DataTable,
  type RowAction,
  useCursorList,
} from "../../../components/data-table/index.ts";
import { NoMatches } from "../../../components/no-matches.tsx";
import { Page } from "../../../components/page.tsx";
import { usePageKey } from "../../../components/page-keys.ts";
import { known } from "../../../routes/search.ts";
import { useMe } from "../../../session/session.ts";
import { addTag, deleteContacts, optIn, optOut, removeTag } from "../actions/contact-actions.ts";
import { tagsOf } from "../actions/words.ts";
import { contactColumns } from "./columns.tsx";
import { ContactFilters } from "./contact-filters.tsx";
import { NoContacts } from "./empty-contacts.tsx";
import { type ContactSearch, toParams } from "./rules.ts";

const route = getRouteApi("/app/contacts");
const pageSize = 100;
const iconSize = 14;

const bulkActions: readonly BulkAction<Contact>[] = [
  {
    key: "tag",
    label: "Add tag",
    icon: <IconTag size={iconSize} aria-hidden />,
    run: (rows) => addTag(rows),
  },
  { key: "untag", label: "Remove tag", icon: <IconTagOff size={iconSize} aria-hidden />, run: removeTag },
  { key: "optOut", label: "Opt out", icon: <IconBellOff size={iconSize} aria-hidden />, run: optOut },
  {
    key: "delete",
    label: "Delete",
    icon: <IconTrash size={iconSize} aria-hidden />,
    isDangerous: true,
    run: deleteContacts,
  },
];

/** All contacts, newest first. */
export function ContactListPage() {
  const search = route.useSearch();
  const changeSearch = route.useNavigate();
  const navigate = useNavigate();
  const mayWrite = useMe().can("write");
  const query = useListContactsInfinite(
    { ...toParams(search), limit: pageSize },
    { query: { ...cursorQuery, placeholderData: keepPreviousData } },
  );
  const rows = useCursorList(query);
  const { items } = rows;
  const knownTags = useMemo(() => tagsOf(items), [items]);
  const knownLanguages = useMemo(() => languagesOf(items), [items]);
  const rowActions = useMemo(() => rowActionsOf(navigate, mayWrite), [navigate, mayWrite]);
  usePageKey("n", "New contact", () => void navigate({ to: "/contacts/new" }), mayWrite);

  const replace = (next: ContactSearch) => void changeSearch({ search: known(next), replace: true });
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page
      title="Contacts"
      actions={
        mayWrite && (
          <>
            <Button
              variant="default"
              leftSection={<IconUpload size={iconSize} aria-hidden />}
              renderRoot={(props) => <Link to="/contacts/import" {...props} />}
            >
              Import CSV
            </Button>
            <Button
              leftSection={<IconPlus size={iconSize} aria-hidden />}
              title="N"
              renderRoot={(props) => <Link to="/contacts/new" {...props} />}
            >
              New contact
            </Button>
          </>
        )
      }
      bar={
        <ContactFilters
          search={search}
          knownTags={knownTags}
          knownLanguages={knownLanguages}
          onReplace={replace}
        />
      }
    >
      <DataTable
        label="Contacts"
        rows={rows}
        columns={contactColumns}
        rowId={idOf}
        rowLabel={nameOf}
        linkOf={linkOf}
        rowActions={rowActions}
        bulkActions={mayWrite ? bulkActions : []}
        empty={
          isFiltered ? (
            <NoMatches noun="contact" onClear={() => replace({})}>
              There may be contacts, but none that passes these filters. Tag and language are compared as
              whole words.
            </NoMatches>
          ) : (
            <NoContacts />
          )
        }
      />
    </Page>
  );
}

const idOf = ({ id }: Contact) => id;
const nameOf = (contact: Contact) => contactLabel(contact);
const linkOf = ({ id }: Contact): LinkProps => ({ to: "/contacts/$contactId", params: { contactId: id } });

function languagesOf(contacts: readonly Contact[]): readonly string[] {
  return [
    ...new Set(contacts.map(({ language }) => language).filter((language) => language !== null)),
  ].toSorted();
}

function rowActionsOf(
  navigate: ReturnType<typeof useNavigate>,
  mayWrite: boolean,
): readonly RowAction<Contact>[] {
  const open: RowAction<Contact> = {
    key: "open",
    label: "Open",
    icon: <IconArrowRight size={iconSize} aria-hidden />,
    run: ({ id }) => void navigate({ to: "/contacts/$contactId", params: { contactId: id } }),
  };
  if (!mayWrite) return [open];
  return [
    open,
    {
      key: "edit",
      label: "Edit",
      icon: <IconPencil size={iconSize} aria-hidden />,
      run: ({ id }) => void navigate({ to: "/contacts/$contactId/edit", params: { contactId: id } }),
    },
    {
      key: "task",
      label: "New task",
      icon: <IconPlus size={iconSize} aria-hidden />,
      run: ({ id }) => void navigate({ to: "/tasks/new", search: { contactId: id } }),
    },
    {
      key: "optOut",
      label: "Opt out…",
      icon: <IconBellOff size={iconSize} aria-hidden />,
      isOffered: ({ optedOutAt }) => optedOutAt === null,
      run: (contact) => void optOut([contact]),
    },
    {
      key: "optIn",
      label: "Opt in",
      icon: <IconBell size={iconSize} aria-hidden />,
      isOffered: ({ optedOutAt }) => optedOutAt !== null,
      run: (contact) => void optIn([contact]),
    },
    {
      key: "delete",
      label: "Delete",
      icon: <IconTrash size={iconSize} aria-hidden />,
      isDangerous: true,
      run: (contact) => void deleteContacts([contact]),
    },
  ];
}
