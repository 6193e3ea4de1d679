import { type RefObject, useLayoutEffect, useRef } from "react";
import { countShift } from "./rest.ts";

/**
 * Keeps the rows on the screen where they are while others come above them or go. Who is at the beginning of the list
 * stays there, and sees what comes.
 */
export function useRest(
  scroller: RefObject<HTMLElement | null>,
  ids: readonly string[],
  rowHeight: number,
): void {
  const before = useRef(ids);
  useLayoutEffect(() => {
    const former = before.current;
    before.current = ids;
    const element = scroller.current;
    if (element === null || former === ids) return;
    const { scrollTop, clientHeight } = element;
    if (scrollTop < rowHeight / 2) return;
    const first = Math.floor(scrollTop / rowHeight);
    const last = Math.floor((scrollTop + clientHeight) / rowHeight);
    element.scrollTop += countShift(former, ids, { first, last }) * rowHeight;
  }, [scroller, ids, rowHeight]);
}
