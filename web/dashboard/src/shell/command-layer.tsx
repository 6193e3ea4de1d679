import { lazy, Suspense, useCallback, useEffect, useSyncExternalStore } from "react";
import { useSessionEnded } from "../api/session-end.ts";
import { keysDialogOpen } from "./keys/open.ts";
import { useCommandKeys } from "./keys/use-command-keys.ts";
import { useCommands } from "./keys/use-commands.ts";
import { paletteOpen } from "./palette/open.ts";
import { useModK } from "./palette/use-mod-k.ts";
import { useKeepRecentPages } from "./palette/use-recent-pages.ts";
import { useEverTrue } from "./use-ever-true.ts";

const preloadAfterMs = 1_000;

const loadPalette = () => import("./palette/palette-dialog.tsx");
const PaletteDialog = lazy(async () => ({ default: (await loadPalette()).PaletteDialog }));
const KeysDialog = lazy(async () => ({ default: (await import("./keys/keys-dialog.tsx")).KeysDialog }));

/** What is there on every page by keyboard: the palette, the keys of commands, and the list of keys. */
export function CommandLayer() {
  const commands = useCommands();
  const hasEnded = useSessionEnded();
  const isPaletteOpen = useSyncExternalStore(paletteOpen.subscribe, paletteOpen.get);
  const areKeysOpen = useSyncExternalStore(keysDialogOpen.subscribe, keysDialogOpen.get);
  const isPaletteLoaded = useEverTrue(isPaletteOpen);
  const areKeysLoaded = useEverTrue(areKeysOpen);
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
    <Suspense>
      {isPaletteLoaded && (
        <PaletteDialog
          commands={commands}
          isOpen={isPaletteOpen && !hasEnded}
          onClose={() => paletteOpen.set(false)}
        />
      )}
      {areKeysLoaded && (
        <KeysDialog commands={commands} isOpen={areKeysOpen} onClose={() => keysDialogOpen.set(false)} />
      )}
    </Suspense>
  );
}
