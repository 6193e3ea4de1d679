import { type Clock, pause } from "../../base/clock.ts";
import { isRunning, sendSignal } from "./process.ts";

const pollMs = 20;

/** How long each way of stopping gets, in milliseconds; 5 s together. */
const defaultBounds = { politeMs: 500, fastMs: 3000, immediateMs: 1000, killMs: 500 };

/**
 * Stops a server and resolves when it is gone: smart shutdown (clients leave by themselves), then fast (open transactions
 * are rolled back), then immediate (as if the machine had lost power; the next start recovers), then the kernel. Throws if
 * even that leaves the process there.
 *
 * The polite moment is for our own pools: they say goodbye without waiting until the server has heard it, and a fast
 * shutdown in between writes FATAL lines into both logs.
 */
export async function stopServer(clock: Clock, pid: number, bounds = defaultBounds): Promise<void> {
  const attempts = [
    ["SIGTERM", bounds.politeMs],
    ["SIGINT", bounds.fastMs],
    ["SIGQUIT", bounds.immediateMs],
    ["SIGKILL", bounds.killMs],
  ] as const;
  for (const [signal, waitMs] of attempts) {
    sendSignal(pid, signal);
    if (await waitUntilGone(clock, pid, waitMs)) return;
  }
  throw new Error(`PostgreSQL (pid ${pid}) does not end, even when killed`);
}

async function waitUntilGone(clock: Clock, pid: number, waitMs: number): Promise<boolean> {
  const startedAt = clock.monotonicMs();
  while (await isRunning(pid)) {
    if (clock.monotonicMs() - startedAt >= waitMs) return false;
    await pause(clock, pollMs);
  }
  return true;
}
