import { Loader, Modal, VisuallyHidden } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import type { Command } from "../keys/command.ts";
import type { Item } from "./item.ts";
import { ItemList } from "./item-list.tsx";
import classes from "./palette.module.css";
import { useItemGroups } from "./use-item-groups.ts";

interface PaletteDialogProps {
  readonly commands: readonly Command[];
  readonly isOpen: boolean;
  onClose(): void;
}

/** Above dialogs and menus, below the one that says that the session has ended. */
const layer = 400;

/** Pages, commands and objects by what is typed; arrows and Enter choose. */
export function PaletteDialog({ commands, isOpen, onClose }: PaletteDialogProps) {
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      centered={false}
      size={600}
      yOffset="10dvh"
      zIndex={layer}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label="Search and commands" radius="md">
        <Modal.Body p={0}>
          <Palette commands={commands} onClose={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Palette({ commands, onClose }: Omit<PaletteDialogProps, "isOpen">) {
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [wanted, setWanted] = useState<string | null>(null);
  const { groups, isLooking } = useItemGroups(typed, commands);
  const items = groups.flatMap((group) => group.items);
  // What was chosen may be gone with the next letter.
  const active = items.find(({ id }) => id === wanted) ?? items[0];
  const optionId = (item: Item) => `${listId}-${item.id}`;
  const activeId = active === undefined ? undefined : optionId(active);

  useEffect(() => {
    if (activeId !== undefined) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);

  function move(by: number): void {
    const at = active === undefined ? -1 : items.indexOf(active);
    const next = items.at((at + by + items.length) % items.length);
    if (next !== undefined) setWanted(next.id);
  }

  function choose(item: Item): void {
    // Before it runs: what it opens takes the focus, which closing would give back to the page.
    onClose();
    item.run();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // A letter that is being composed of several keys.
    if (event.nativeEvent.isComposing) return;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: () => active !== undefined && choose(active),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  return (
    <>
      <div className={classes.field}>
        {isLooking ? <Loader size={16} aria-hidden /> : <IconSearch size={16} aria-hidden />}
        <input
          className={classes.input}
          data-autofocus
          role="combobox"
          aria-label="Search and commands"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={activeId}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          placeholder="Search, or go to a page or an id"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setWanted(null);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ItemList
        id={listId}
        groups={groups}
        active={active}
        optionId={optionId}
        onPoint={(item) => setWanted(item.id)}
        onChoose={choose}
      />
      {items.length === 0 && (
        <p className={classes.nothing}>{isLooking ? "Searching…" : `Nothing is called “${typed.trim()}”.`}</p>
      )}
      <VisuallyHidden role="status">
        {isLooking ? "" : items.length === 1 ? "1 result" : `${items.length} results`}
      </VisuallyHidden>
    </>
  );
}
