import { type Clock, pause } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { CommitUncertainError, isConflict, isConnectionLoss } from "../db/index.ts";

const pauseMs = 200;

/**
 * Repeats a write that may safely happen twice while the database is away or in the way, as long as it is wanted.
 * Any other error, or the last one when nobody wants it any more, is thrown.
 */
export async function repeatWhileLost<T>(
  tools: { readonly clock: Clock; readonly log: Logger },
  wanted: () => boolean,
  write: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const passing = isConnectionLoss(error) || isConflict(error) || error instanceof CommitUncertainError;
      if (!passing || !wanted()) throw error;
      tools.log.debug({ err: error }, "a write is repeated");
      await pause(tools.clock, pauseMs);
    }
  }
}
