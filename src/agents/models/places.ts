import { ModelError } from "./errors.ts";

/** Bounds how many calls run at once at each provider, in this process. */
export interface CallPlaces {
  /**
   * Runs `work` when a place is free; those who wait go in order. `max` is the bound as it is now (null: none), and also
   * holds for those who already wait. Throws a ModelError `aborted` when the signal ends the wait.
   */
  run<T>(providerId: string, max: number | null, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Line {
  held: number;
  max: number;
  /** In order of arrival. */
  readonly waiting: Set<() => void>;
}

export function createCallPlaces(): CallPlaces {
  const lines = new Map<string, Line>();

  function findLine(providerId: string): Line {
    const found = lines.get(providerId);
    if (found !== undefined) return found;
    const line: Line = { held: 0, max: Number.POSITIVE_INFINITY, waiting: new Set() };
    lines.set(providerId, line);
    return line;
  }

  /** Lets in as many as there are places. */
  function admit(line: Line): void {
    for (const enter of line.waiting) {
      if (line.held >= line.max) return;
      line.waiting.delete(enter);
      line.held += 1;
      enter();
    }
  }

  async function enter(line: Line, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      line.waiting.delete(resolve);
      reject(new ModelError("aborted", "The model call was aborted while it waited for a free place."));
    };
    line.waiting.add(resolve);
    signal.addEventListener("abort", leave, { once: true });
    admit(line);
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  return {
    async run(providerId, max, signal, work) {
      if (signal.aborted) throw new ModelError("aborted", "The model call was aborted.");
      const line = findLine(providerId);
      line.max = max ?? Number.POSITIVE_INFINITY;
      try {
        await enter(line, signal);
        try {
          return await work();
        } finally {
          line.held -= 1;
          admit(line);
        }
      } finally {
        if (line.held === 0 && line.waiting.size === 0) lines.delete(providerId);
      }
    },
  };
}
