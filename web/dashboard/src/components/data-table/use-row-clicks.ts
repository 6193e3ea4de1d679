import type { MouseEvent } from "react";

interface RowClicks<T> {
  readonly items: readonly T[];
  onOpen(row: T): void;
  /** Undefined: rows have no page of their own. */
  readonly openTab: ((row: T) => void) | undefined;
}

/** A middle button's, in the terms of events. */
const middle = 1;

/** Clicks on rows, apart from those on what does something of its own; one set of handlers for all of them. */
export function useRowClicks<T>({ items, onOpen, openTab }: RowClicks<T>) {
  const rowAt = (event: MouseEvent) => {
    const { target } = event;
    if (!(target instanceof Element) || isControl(target)) return undefined;
    const place = target.closest("tr")?.getAttribute("aria-rowindex");
    // The head is the first row.
    return place === null || place === undefined ? undefined : items[Number(place) - 2];
  };
  return {
    onClick(event: MouseEvent) {
      const row = rowAt(event);
      if (row === undefined) return;
      if (openTab !== undefined && (event.ctrlKey || event.metaKey)) openTab(row);
      else onOpen(row);
    },
    onAuxClick(event: MouseEvent) {
      const row = event.button === middle ? rowAt(event) : undefined;
      if (row !== undefined) openTab?.(row);
    },
    onMouseDown(event: MouseEvent) {
      // Else the page would begin to scroll with the pointer.
      if (event.button === middle && openTab !== undefined && rowAt(event) !== undefined)
        event.preventDefault();
    },
  };
}

function isControl(target: Element): boolean {
  return target.closest("a, button, input, label, [role=menu]") !== null;
}
