import type { Change } from "../../base/change.ts";

/** So many objects' changes are remembered; who was away for longer has to read everything again. */
const mostRemembered = 2_000;

/**
 * The last changes of one workspace, as one process heard of them, so that a client that was away for a moment gets
 * what it missed. An object that changes again takes its new place, so that only different objects count.
 */
export interface Feed {
  /** Where it is now; what is recorded later comes after it. */
  readonly position: string;
  record(change: Change): void;
  /** Anything may have changed: who comes back from before that is not told what. */
  lose(): void;
  /** What came after a position, oldest first. Undefined if that is not known: of another feed, too long ago, or lost. */
  since(position: string): readonly Change[] | undefined;
}

interface Remembered extends Change {
  readonly number: number;
}

/** An empty feed. Its `id` is part of its positions, so that it takes no other feed's for its own. */
export function createFeed(id: string, most: number = mostRemembered): Feed {
  const remembered = new Map<string, Remembered>();
  let number = 0;
  /** Whatever came up to here may be forgotten. */
  let knownAfter = 0;

  function readPosition(position: string): number | undefined {
    const digits = position.startsWith(`${id}-`) ? position.slice(id.length + 1) : "";
    return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
  }

  return {
    get position() {
      return `${id}-${number}`;
    },
    record(change) {
      number += 1;
      const key = `${change.kind}:${change.id ?? ""}`;
      remembered.delete(key);
      remembered.set(key, { ...change, number });
      if (remembered.size <= most) return;
      // A Map keeps the order of insertion, so the first one is the oldest.
      for (const [oldest, { number: forgotten }] of remembered) {
        remembered.delete(oldest);
        knownAfter = forgotten;
        return;
      }
    },
    lose() {
      number += 1;
      remembered.clear();
      knownAfter = number;
    },
    since(position) {
      const after = readPosition(position);
      if (after === undefined || after < knownAfter || after > number) return undefined;
      return [...remembered.values()].filter((change) => change.number > after);
    },
  };
}
