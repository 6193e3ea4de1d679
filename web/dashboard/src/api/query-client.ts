import { QueryClient } from "@tanstack/react-query";
import { ApiError, ConnectionError } from "./problem.ts";

const freshMs = 30_000;
const mostRetries = 3;

/** What the server says will not change by asking again, except where it names a time or is only busy. */
function mayRetry(failures: number, error: unknown): boolean {
  if (failures >= mostRetries) return false;
  if (error instanceof ConnectionError) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

function retryDelayMs(failures: number, error: unknown): number {
  const seconds = error instanceof ApiError ? error.retryAfterSeconds : null;
  return seconds === null ? Math.min(500 * 2 ** failures, 8_000) : seconds * 1_000;
}

/**
 * Answers stay for half a minute without being asked again: the live stream says when they changed. Changes are never
 * repeated from here; `callApi` does that where it is safe.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: freshMs,
      retry: mayRetry,
      retryDelay: retryDelayMs,
      refetchOnWindowFocus: true,
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});
