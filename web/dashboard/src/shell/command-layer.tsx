import { useCallback, useEffect, useSyncExternalStore } from "react";
import { useSessionEnded } from "../api/session-end.ts";
import { sayFailed } from "../components/say.tsx";
import { keysDialogOpen } from "./keys/open.ts";
import { useCommandKeys } from "./keys/use-command-keys.ts";
import { useCommands } from "./keys/use-commands.ts";
import { paletteOpen } from "./palette/open.ts";
import { useModK } from "./palette/use-mod-k.ts";
import { useKeepRecentPages } from "./palette/use-recent-pages.ts";
import { useLoaded } from "./use-loaded.ts";

const preloadAfterMs = 1_000;

const loadPalette = async () => (await import("./palette/palette-dialog.tsx")).PaletteDialog;
const loadKeys = async () => (await import("./keys/keys-dialog.tsx")).KeysDialog;

/** What is there on every page by keyboard: the palette, the keys of commands, and the list of keys. */
export function CommandLayer() {
  const commands = useCommands();
  const hasEnded = useSessionEnded();
  const isPaletteOpen = useSyncExternalStore(paletteOpen.subscribe, paletteOpen.get);
  const areKeysOpen = useSyncExternalStore(keysDialogOpen.subscribe, keysDialogOpen.get);
  const Palette = useLoaded({
    load: loadPalette,
    isWanted: isPaletteOpen,
    onFailed(error) {
      paletteOpen.set(false);
      sayFailed("The search did not open", error);
    },
  });
  const Keys = useLoaded({
    load: loadKeys,
    isWanted: areKeysOpen,
    onFailed(error) {
      keysDialogOpen.set(false);
      sayFailed("The list of keys did not open", error);
    },
  });
  useCommandKeys(hasEnded ? [] : commands);
  useModK(
    useCallback(() => paletteOpen.set(!paletteOpen.get()), []),
    !hasEnded,
  );
  useKeepRecentPages();
  // So that what is typed behind ⌘K finds the field there; after what the page itself needs.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), preloadAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      {Palette !== undefined && (
        <Palette
          commands={commands}
          isOpen={isPaletteOpen && !hasEnded}
          onClose={() => paletteOpen.set(false)}
        />
      )}
      {Keys !== undefined && (
        <Keys commands={commands} isOpen={areKeysOpen} onClose={() => keysDialogOpen.set(false)} />
      )}
    </>
  );
}
