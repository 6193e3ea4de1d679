import { Script } from "node:vm";

/**
 * How long one pattern of a tool's input schema may look at one text. Some, such as `^(a+)+$`, take longer than the
 * universe for forty letters, and until they are through the whole process does nothing else. What is usual takes
 * microseconds.
 */
const mostMs = 50;

/** A pattern took longer than it may, so nothing is known of the text. */
export class PatternTimeoutError extends Error {
  constructor(pattern: string, cause: unknown) {
    super(`the pattern ${pattern} takes too long for this text`, { cause });
    this.name = "PatternTimeoutError";
  }
}

/**
 * A regular expression that gives up with a `PatternTimeoutError`. Only code of its own can be stopped from outside,
 * so each text is written into a script; that takes about 0.1 ms.
 */
export function createBoundedPattern(pattern: string, flags: string) {
  const source = `new RegExp(${JSON.stringify(pattern)}, ${JSON.stringify(flags)})`;
  return {
    test(text: string): boolean {
      try {
        return new Script(`${source}.test(${JSON.stringify(text)})`).runInThisContext({
          timeout: mostMs,
        }) as boolean;
      } catch (error) {
        if (isTimeout(error)) throw new PatternTimeoutError(pattern, error);
        throw error;
      }
    },
    /** Ajv tells patterns apart by it. */
    toString: () => `/${pattern}/${flags}`,
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
