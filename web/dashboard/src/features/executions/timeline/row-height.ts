import type { Entry } from "./entry.ts";

/** Each row's height follows from what it says, so that a long journal scrolls without measuring. As in the CSS. */
export function rowHeight(entry: Entry | undefined, isTight: boolean): number {
  if (entry?.type === "attempt") return 28;
  const line = isTight ? 46 : 36;
  return entry?.reason === undefined ? line : line + 18;
}
