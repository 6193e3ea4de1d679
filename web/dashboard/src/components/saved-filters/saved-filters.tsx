import { ActionIcon, Button, Divider, Group, Popover, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { IconBookmark, IconCheck, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useMe } from "../../session/session.ts";
import { isSame, mostSaved, readSaved, type SavedFilter, withoutSaved, withSaved } from "./rules.ts";
import classes from "./saved-filters.module.css";

type Search = SavedFilter["search"];

interface SavedFiltersProps {
  /** Of which list: "tasks". */
  readonly list: string;
  /** The filters of now; empty: none. */
  readonly current: Search;
  onApply(search: Search): void;
}

/** Named filters of a list, kept in this browser for each workspace. */
export function SavedFilters({ list, current, onApply }: SavedFiltersProps) {
  const { workspaceId } = useMe().membership;
  const [saved, setSaved] = useLocalStorage<readonly SavedFilter[]>({
    key: `errand.filters.${workspaceId}.${list}`,
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: (text) => readSaved(text ?? null),
  });
  const [isOpen, setOpen] = useState(false);
  const hasFilters = Object.keys(current).length > 0;

  function apply(search: Search): void {
    setOpen(false);
    onApply(search);
  }

  function save(name: string): void {
    setSaved((before) => withSaved(before, { name, search: current }));
  }

  return (
    <Popover position="bottom-end" width={260} shadow="md" withinPortal opened={isOpen} onChange={setOpen}>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconBookmark size={14} aria-hidden />}
          onClick={() => setOpen((before) => !before)}
        >
          Saved
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label="Saved filters">
        {saved.length === 0 && (
          <Text size="xs" c="dimmed" p={8}>
            None yet. Set filters and save them under a name; they stay in this browser.
          </Text>
        )}
        {saved.map(({ name, search }) => (
          <Group key={name} gap={2} wrap="nowrap">
            <UnstyledButton className={classes.entry} onClick={() => apply(search)}>
              <span className={classes.mark}>
                {isSame(search, current) && <IconCheck size={14} aria-label="Applied" />}
              </span>
              <span className={classes.name}>{name}</span>
            </UnstyledButton>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Delete the filter ${name}`}
              onClick={() => setSaved((before) => withoutSaved(before, name))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Divider my={4} />
        <Button
          variant="subtle"
          fullWidth
          justify="flex-start"
          disabled={!hasFilters || saved.length >= mostSaved}
          onClick={() => {
            setOpen(false);
            askName(save);
          }}
        >
          Save these filters…
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

function askName(save: (name: string) => void): void {
  const modalId = modals.open({
    title: "Save these filters",
    children: (
      <NameForm
        onSave={(name) => {
          save(name);
          modals.close(modalId);
        }}
      />
    ),
  });
}

function NameForm({ onSave }: { onSave(name: string): void }) {
  const [name, setName] = useState("");
  const isNamed = name.trim() !== "";

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isNamed) onSave(name.trim());
  }

  return (
    <form onSubmit={submit}>
      <TextInput
        label="Name"
        description="One of the same name is replaced."
        maxLength={60}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit" disabled={!isNamed}>
          Save
        </Button>
      </Group>
    </form>
  );
}
