/** Lets work through a few at a time; the others wait in order. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** `places` is asked whenever a turn could begin and may answer something else each time, at least 1. */
export function createTurns(places: () => number): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;

  function admit(): void {
    while (waiting.length > 0 && taken < places()) {
      taken += 1;
      waiting.shift()?.();
    }
  }

  return async (work) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      admit();
    });
    try {
      return await work();
    } finally {
      taken -= 1;
      admit();
    }
  };
}
