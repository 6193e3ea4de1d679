import { useComputedColorScheme } from "@mantine/core";
import {
  IconApi,
  IconDeviceMobile,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSnowflake,
  IconSnowflakeOff,
  IconSun,
} from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { useGetWorkspace } from "../../api/generated/workspace/workspace";
import { sayFailed } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";
import { leave } from "../../session/sign-out.ts";
import { chooseTheme } from "../../session/use-theme.ts";
import { openFreezeDialog } from "../freeze-dialog.tsx";
import { phoneOpen } from "../phone/open.ts";
import { useUnfreeze } from "../use-unfreeze.ts";
import type { Command } from "./command.ts";
import { destinations } from "./destinations.ts";
import { keysDialogOpen } from "./open.ts";

/** What this member may do from every page, in the order in which it is listed. */
export function useCommands(): readonly Command[] {
  const me = useMe();
  const router = useRouter();
  const scheme = useComputedColorScheme("light");
  const { unfreeze } = useUnfreeze();
  const isFrozen = (useGetWorkspace().data?.frozenAt ?? null) !== null;
  const other = scheme === "dark" ? "light" : "dark";
  const acts = [
    me.can("write") && {
      label: "Open the Phone",
      icon: IconDeviceMobile,
      words: "test chat play contact try",
      run: () => phoneOpen.set(true),
    },
    {
      label: `Change to the ${other} theme`,
      icon: other === "dark" ? IconMoon : IconSun,
      words: "toggle theme dark light mode appearance",
      run: () =>
        void chooseTheme(other).catch((error: unknown) => sayFailed("The theme stays as it was", error)),
    },
    me.can("admin") &&
      (isFrozen
        ? {
            label: "Unfreeze the workspace…",
            icon: IconSnowflakeOff,
            words: "resume send",
            run: () => void unfreeze(),
          }
        : {
            label: "Freeze the workspace…",
            icon: IconSnowflake,
            words: "stop emergency halt pause all messages",
            run: openFreezeDialog,
          }),
    { label: "API reference", icon: IconApi, words: "docs openapi documentation", run: openReference },
    {
      label: "Keyboard shortcuts",
      icon: IconKeyboard,
      words: "keys help hotkeys",
      keys: "?",
      run: () => keysDialogOpen.set(true),
    },
    {
      label: "Sign out",
      icon: IconLogout,
      words: "log out leave exit",
      run: () => void leave().catch((error: unknown) => sayFailed("You are still signed in", error)),
    },
  ].filter((act) => act !== false);
  return [
    ...destinations
      .filter(({ scope = "read" }) => me.can(scope))
      .map(({ label, icon, group, words = "", keys, to }) => ({
        ...{ id: label, label, icon, group, words, keys },
        run: () => void router.navigate({ to }),
      })),
    ...acts.map((act) => ({ keys: undefined, ...act, id: act.label, group: "Commands" as const })),
  ];
}

function openReference(): void {
  window.open("/docs", "_blank", "noopener");
}
