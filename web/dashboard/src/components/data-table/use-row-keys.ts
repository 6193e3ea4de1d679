import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";

interface RowKeys {
  readonly ids: readonly string[];
  open(at: number): void;
  toggle(at: number): void;
  clear(): void;
  /** Scrolls the row into view. */
  show(at: number): void;
  /** Where the first key begins: the place of what is open already. Default: before the first row. */
  readonly start?: number;
}

/**
 * Moves through a table's rows by keyboard. `active` is the row's place, -1 before the first key. It goes along with its
 * row when the list changes, so that a key never hits another one; if the row is gone it stays where it was.
 */
export function useRowKeys({ ids, open, toggle, clear, show, start = -1 }: RowKeys) {
  const [activeId, setActiveId] = useState<string>();
  const lastPlace = useRef(-1);
  const count = ids.length;
  const active = activeId === undefined ? -1 : placeOf(activeId, ids, lastPlace.current);
  useLayoutEffect(() => {
    lastPlace.current = active;
  }, [active]);

  function move(by: number): void {
    if (count === 0) return;
    const from = active === -1 ? start : active;
    const next = Math.max(0, Math.min(count - 1, from + by));
    setActiveId(ids[next]);
    show(next);
  }

  function openActive(): void {
    if (active >= 0) open(active);
  }

  function toggleActive(): void {
    if (active >= 0) toggle(active);
  }

  function letGo(): void {
    setActiveId(undefined);
    clear();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    // Inside a menu or field the keys mean something else; Enter on a button or link is the button's.
    if (target.closest("input:not([type=checkbox]), textarea, [role=menu]") !== null) return;
    const isOnControl = target.closest("a, button, input") !== null;
    const actions: Readonly<Record<string, () => void>> = {
      j: () => move(1),
      ArrowDown: () => move(1),
      k: () => move(-1),
      ArrowUp: () => move(-1),
      Home: () => move(-count),
      End: () => move(count),
      x: toggleActive,
      Escape: letGo,
      ...(isOnControl ? {} : { Enter: openActive }),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  return { active, move, openActive, toggleActive, letGo, onKeyDown };
}

function placeOf(id: string, ids: readonly string[], lastPlace: number): number {
  const place = ids.indexOf(id);
  return place === -1 ? Math.min(lastPlace, ids.length - 1) : place;
}
