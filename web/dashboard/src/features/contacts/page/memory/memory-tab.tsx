import { ActionIcon, Anchor, Button, Center, Group, Skeleton, Stack, Tooltip } from "@mantine/core";
import { IconBrain, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { cursorQuery } from "../../../../api/cursor-query.ts";
import {
  createContactMemory,
  deleteContactMemory,
  useListContactMemoryInfinite,
} from "../../../../api/generated/contacts/contacts";
import type { Contact, ContactMemory } from "../../../../api/generated/model";
import { useCursorList } from "../../../../components/data-table/index.ts";
import { EmptyState } from "../../../../components/empty-state.tsx";
import { ErrorState } from "../../../../components/error-state.tsx";
import { sayDone, sayFailed } from "../../../../components/say.tsx";
import { RelativeTime } from "../../../../components/time.tsx";
import { useMe } from "../../../../session/session.ts";
import { refreshContacts } from "../../actions/change-contacts.ts";
import { FactDialog } from "./fact-dialog.tsx";
import classes from "./memory-tab.module.css";
import { toSameFact } from "./rules.ts";

/** What agents remember of the contact. */
export function MemoryTab({ contact }: { readonly contact: Contact }) {
  const mayWrite = useMe().can("write");
  const [edited, setEdited] = useState<ContactMemory | "new" | null>(null);
  const rows = useCursorList<ContactMemory>(
    useListContactMemoryInfinite(contact.id, { limit: 50 }, { query: cursorQuery }),
  );
  if (rows.error !== null && rows.error !== undefined)
    return <ErrorState error={rows.error} onRetry={rows.retry} />;
  if (rows.isLoading) return <Waiting />;
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setEdited("new")}>
      Add a fact
    </Button>
  );
  return (
    <>
      {rows.items.length === 0 ? (
        <Center mih={280}>
          <EmptyState icon={IconBrain} title="Nothing is remembered yet" actions={add}>
            Agents keep here what they learn in conversations and read it the next time. What your systems
            know for certain belongs into attributes.
          </EmptyState>
        </Center>
      ) : (
        <>
          <div className={classes.head}>
            <p className={classes.about}>Agents read this in all they do for the contact, newest first.</p>
            {add}
          </div>
          <ul className={classes.list}>
            {rows.items.map((fact) => (
              <Fact
                key={fact.id}
                fact={fact}
                mayWrite={mayWrite}
                onEdit={() => setEdited(fact)}
                onDelete={() => void forget(contact, fact)}
              />
            ))}
          </ul>
          {rows.hasMore && (
            <Button variant="default" loading={rows.isLoadingMore} onClick={rows.loadMore}>
              Show more
            </Button>
          )}
        </>
      )}
      {edited !== null && (
        <FactDialog
          contact={contact}
          fact={edited === "new" ? undefined : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}

interface FactProps {
  readonly fact: ContactMemory;
  readonly mayWrite: boolean;
  onEdit(): void;
  onDelete(): void;
}

const sourceWords: Readonly<Record<ContactMemory["source"], string>> = {
  agent: "An agent",
  member: "A member",
  api: "A program",
};

function Fact({ fact, mayWrite, onEdit, onDelete }: FactProps) {
  const { text, key, value, source, executionId, expiresAt, createdAt } = fact;
  return (
    <li className={classes.fact}>
      <div>
        <p className={classes.text}>{text}</p>
        <div className={classes.facts}>
          <span>
            {executionId === null ? (
              sourceWords[source]
            ) : (
              <Anchor
                fz="inherit"
                renderRoot={(props) => (
                  <Link to="/executions/$executionId" params={{ executionId }} {...props} />
                )}
              >
                {sourceWords[source]}
              </Anchor>
            )}
            , <RelativeTime at={createdAt} />
          </span>
          {expiresAt !== null && (
            <span>
              Expires <RelativeTime at={expiresAt} />
            </span>
          )}
          {key !== null && <span className={classes.code}>{key}</span>}
          {value !== null && <span className={classes.code}>{JSON.stringify(value)}</span>}
        </div>
      </div>
      {mayWrite && (
        <Group gap={4} wrap="nowrap" align="flex-start">
          <Tooltip label="Change">
            <ActionIcon variant="subtle" color="gray" aria-label={`Change: ${text}`} onClick={onEdit}>
              <IconPencil size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Delete">
            <ActionIcon variant="subtle" color="gray" aria-label={`Delete: ${text}`} onClick={onDelete}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      )}
    </li>
  );
}

/** Deletes at once; taken back, the fact is made again and counts as the member's. */
async function forget({ id }: Contact, fact: ContactMemory): Promise<void> {
  try {
    await deleteContactMemory(id, fact.id);
    sayDone("Deleted from memory.", () => void remember(id, fact));
  } catch (error) {
    sayFailed("Not deleted", error);
  }
  await refreshContacts();
}

async function remember(contactId: string, fact: ContactMemory): Promise<void> {
  try {
    await createContactMemory(contactId, toSameFact(fact));
  } catch (error) {
    sayFailed("Not brought back", error);
  }
  await refreshContacts();
}

function Waiting() {
  return (
    <Stack gap="lg" aria-hidden>
      {["72%", "58%", "66%"].map((width) => (
        <div key={width}>
          <Skeleton height={12} width={width} radius="xl" mb={8} />
          <Skeleton height={8} width="30%" radius="xl" />
        </div>
      ))}
    </Stack>
  );
}
