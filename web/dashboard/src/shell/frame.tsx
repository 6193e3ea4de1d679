import { AppShell, Box, Burger, Group, useMantineTheme } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";
import { useLive } from "../api/use-live.ts";
import { useLightLinks } from "../components/light-link.tsx";
import { sayFailed } from "../components/say.tsx";
import { useMe } from "../session/session.ts";
import { useProfileTheme } from "../session/use-theme.ts";
import { AccountMenu } from "./account-menu.tsx";
import { Bell } from "./bell/bell.tsx";
import { CommandLayer } from "./command-layer.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import classes from "./frame.module.css";
import { FrozenBanner } from "./frozen-banner.tsx";
import { Navigation } from "./navigation.tsx";
import { PaletteButton } from "./palette/palette-button.tsx";
import { phoneOpen } from "./phone/open.ts";
import { PhoneButton } from "./phone/phone-button.tsx";
import { SessionEndDialog } from "./session-end-dialog.tsx";
import { useLoaded } from "./use-loaded.ts";
import { WorkspaceMenu } from "./workspace-menu.tsx";

const loadPhone = async () => (await import("./phone/phone.tsx")).Phone;

/** Narrower than this, the Phone lies over the page. */
const phoneBreakpoint = "md";

/** Navigation to the left, workspace and tools above, the Phone to the right, the page in the rest. */
export function Frame() {
  const { membership } = useMe();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const router = useRouter();
  const theme = useMantineTheme();
  useLive(membership.workspaceId);
  useProfileTheme();
  useLightLinks();
  const isPhoneOpen = useSyncExternalStore(phoneOpen.subscribe, phoneOpen.get);
  const isPhoneAbove = useMediaQuery(`(max-width: ${theme.breakpoints[phoneBreakpoint]})`) === true;
  const Phone = useLoaded({
    load: loadPhone,
    isWanted: isPhoneOpen,
    onFailed(error) {
      phoneOpen.set(false);
      sayFailed("The Phone did not open", error);
    },
  });
  // On a narrow screen the menu lies over the page that it opened, and so does the Phone.
  useEffect(
    () =>
      router.subscribe("onResolved", ({ pathChanged }) => {
        close();
        if (pathChanged && isPhoneAbove) phoneOpen.set(false);
      }),
    [router, close, isPhoneAbove],
  );
  return (
    <AppShell
      header={{ height: 44 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      aside={{
        width: 380,
        breakpoint: phoneBreakpoint,
        collapsed: { mobile: !isPhoneOpen || isOpen, desktop: !isPhoneOpen },
      }}
      classNames={{
        ...{ header: classes.header, navbar: classes.navbar, main: classes.main, aside: classes.aside },
      }}
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
            <img src="/pages/icon.svg" alt="Errand" width={20} height={20} className={classes.mark} />
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
        <FrozenBanner />
        <div className={classes.page}>
          <Box id="content" className={classes.content} tabIndex={-1}>
            <Outlet />
          </Box>
          <ConnectionBanner />
        </div>
      </AppShell.Main>
      {isPhoneOpen && Phone !== undefined && (
        <AppShell.Aside aria-label="Phone">
          <Phone />
        </AppShell.Aside>
      )}
      <CommandLayer />
      <SessionEndDialog />
    </AppShell>
  );
}
