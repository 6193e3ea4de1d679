import { ActionIcon, type ActionIconProps, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { type ComponentProps, useEffect, useRef, useState } from "react";
import type { RowAction } from "./types.ts";

interface RowMenuProps<T> {
  readonly row: T;
  readonly label: string;
  readonly actions: readonly RowAction<T>[];
}

/** What can be done with one row. */
export function RowMenu<T>({ row, label, actions }: RowMenuProps<T>) {
  const [isWanted, setWanted] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const target = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isWanted) return;
    // The button is another one now; focus comes back to it when the menu closes.
    target.current?.focus();
    setOpen(true);
  }, [isWanted]);
  const offered = actions.filter((action) => action.isOffered?.(row) ?? true);
  if (offered.length === 0) return null;
  // A menu costs as much as the rest of its row: it is made when it is asked for.
  if (!isWanted) return <Dots label={label} onClick={() => setWanted(true)} />;
  return (
    <Menu position="bottom-end" opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <Dots label={label} ref={target} />
      </Menu.Target>
      <Menu.Dropdown>
        {offered.map(({ key, label: text, icon, isDangerous, run }) => (
          <Menu.Item
            key={key}
            leftSection={icon}
            color={isDangerous ? "red" : undefined}
            onClick={() => run(row)}
          >
            {text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Dots({ label, ...rest }: { readonly label: string } & ActionIconProps & ComponentProps<"button">) {
  return (
    <ActionIcon {...rest} variant="subtle" color="gray" size="sm" aria-label={`Actions for ${label}`}>
      <IconDots size={16} />
    </ActionIcon>
  );
}
