import { ActionIcon, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { KeyCaps } from "../keys/key-caps.tsx";
import { modKey } from "../keys/mod-key.ts";
import { paletteOpen } from "./open.ts";
import classes from "./palette.module.css";

const label = "Search and commands";

/** Opens the palette; where there is room it looks like the field that it opens. */
export function PaletteButton() {
  const open = () => paletteOpen.set(true);
  return (
    <>
      <UnstyledButton className={classes.button} visibleFrom="sm" aria-label={label} onClick={open}>
        <IconSearch size={14} aria-hidden />
        <span className={classes.placeholder}>Search</span>
        <KeyCaps keys={`${modKey}+K`} />
      </UnstyledButton>
      <ActionIcon hiddenFrom="sm" variant="subtle" color="gray" size={28} aria-label={label} onClick={open}>
        <IconSearch size={17} stroke={1.75} aria-hidden />
      </ActionIcon>
    </>
  );
}
