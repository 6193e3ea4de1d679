import { type RefObject, useLayoutEffect, useState } from "react";

/**
 * Whether an element is at least so many pixels wide: pages ask this in place of the screen's width, since the Phone
 * takes a part of that. Undefined until it has been measured, which is before the browser paints.
 */
export function useIsWide(element: RefObject<HTMLElement | null>, leastPx: number): boolean | undefined {
  const [isWide, setWide] = useState<boolean>();
  useLayoutEffect(() => {
    const measured = element.current;
    if (measured === null) return;
    const look = () => setWide(measured.clientWidth >= leastPx);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, leastPx]);
  return isWide;
}
