import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { createStore } from "../api/store.ts";

/** A key of the page that is shown, beside those of every page. */
export interface PageKey {
  /** As the browser names it: "n", "/". */
  readonly key: string;
  /** What it does: "New task". Null: the list of keys says so already. */
  readonly label: string | null;
}

interface Bound extends PageKey {
  run(): void;
}

const bound = createStore<readonly Bound[]>([]);

/** Where letters are text, and where a dialog has its own keys. */
const elsewhere =
  "input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=dialog], [role=menu]";

/** Whether a key is a letter of a text, belongs to a dialog or menu, or is taken already. */
export function isMeantElsewhere(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.target instanceof Element && event.target.closest(elsewhere) !== null;
}

/** What the Enter key is for. */
const controls = "a, button, input, summary, [role=button], [tabindex]:not([tabindex='-1'])";

function onKeyDown(event: KeyboardEvent): void {
  if (isMeantElsewhere(event)) return;
  if (event.key === "Enter" && event.target instanceof Element && event.target.closest(controls) !== null)
    return;
  // The newest wins: what lies above the page was there later.
  const found = bound.get().findLast(({ key }) => key === event.key);
  if (found === undefined) return;
  event.preventDefault();
  found.run();
}

function bind(key: Bound): () => void {
  if (bound.get().length === 0) document.addEventListener("keydown", onKeyDown);
  bound.set([...bound.get(), key]);
  return () => {
    bound.set(bound.get().filter((other) => other !== key));
    if (bound.get().length === 0) document.removeEventListener("keydown", onKeyDown);
  };
}

/** While the component is there the key does this, and the list of keys names it by its label. `isBound` false: not now. */
export function usePageKey(key: string, label: string | null, run: () => void, isBound = true): void {
  const onKey = useEffectEvent(run);
  useEffect(() => (isBound ? bind({ key, label, run: () => onKey() }) : undefined), [key, label, isBound]);
}

/** The keys of the page that is shown. */
export function usePageKeys(): readonly PageKey[] {
  return useSyncExternalStore(bound.subscribe, bound.get);
}
