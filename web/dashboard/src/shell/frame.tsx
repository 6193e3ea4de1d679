import { AppShell, Box, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useLive } from "../api/use-live.ts";
import { useMe } from "../session/session.ts";
import { useProfileTheme } from "../session/use-theme.ts";
import { AccountMenu } from "./account-menu.tsx";
import { Bell } from "./bell.tsx";
import { CommandPalette, PaletteButton } from "./command-palette.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import classes from "./frame.module.css";
import { FrozenBanner } from "./frozen-banner.tsx";
import { Navigation } from "./navigation.tsx";
import { PhoneButton } from "./phone-button.tsx";
import { SessionEndDialog } from "./session-end-dialog.tsx";
import { WorkspaceMenu } from "./workspace-menu.tsx";

/** Navigation to the left, workspace and tools above, the page in the rest. */
export function Frame() {
  const { membership } = useMe();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const router = useRouter();
  useLive(membership.workspaceId);
  useProfileTheme();
  // On a narrow screen the menu lies over the page that it opened.
  useEffect(() => router.subscribe("onResolved", close), [router, close]);
  return (
    <AppShell
      header={{ height: 44 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      classNames={{ header: classes.header, navbar: classes.navbar, main: classes.main }}
      transitionDuration={0}
    >
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="xs"
              aria-label={isOpen ? "Close navigation" : "Open navigation"}
            />
            <WorkspaceMenu />
          </Group>
          <Group gap={6} wrap="nowrap">
            <PaletteButton />
            <PhoneButton />
            <Bell />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p={8}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main>
        <ConnectionBanner />
        <FrozenBanner />
        <Box id="content" className={classes.content} tabIndex={-1}>
          <Outlet />
        </Box>
      </AppShell.Main>
      <CommandPalette />
      <SessionEndDialog />
    </AppShell>
  );
}
