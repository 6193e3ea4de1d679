import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconBell, IconBellOff, IconDots, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Contact } from "../../../api/generated/model";
import { deleteContacts, optIn, optOut } from "../actions/contact-actions.ts";

const iconSize = 14;

/** What can be done with the contact. */
export function ContactActions({ contact }: { readonly contact: Contact }) {
  const { id, optedOutAt } = contact;
  const navigate = useNavigate();

  async function remove(): Promise<void> {
    if (await deleteContacts([contact])) await navigate({ to: "/contacts" });
  }

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {optedOutAt === null ? (
            <Menu.Item
              leftSection={<IconBellOff size={iconSize} aria-hidden />}
              onClick={() => void optOut([contact])}
            >
              Opt out…
            </Menu.Item>
          ) : (
            <Menu.Item
              leftSection={<IconBell size={iconSize} aria-hidden />}
              onClick={() => void optIn([contact])}
            >
              Opt in
            </Menu.Item>
          )}
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={iconSize} aria-hidden />}
            onClick={() => void remove()}
          >
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button
        variant="default"
        leftSection={<IconPencil size={iconSize} aria-hidden />}
        renderRoot={(props) => <Link to="/contacts/$contactId/edit" params={{ contactId: id }} {...props} />}
      >
        Edit
      </Button>
      <Button
        leftSection={<IconPlus size={iconSize} aria-hidden />}
        renderRoot={(props) => <Link to="/tasks/new" search={{ contactId: id }} {...props} />}
      >
        New task
      </Button>
    </>
  );
}
