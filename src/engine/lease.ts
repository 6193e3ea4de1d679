/**
 * How long a worker may be silent. The order matters: a worker stops by its own monotonic clock well before others
 * take over by the database's, so that the two never run the same execution knowingly.
 */
export interface LeaseTimings {
  readonly renewEveryMs: number;
  /** Without a renewal for so long a worker aborts its handlers and starts nothing. */
  readonly staleAfterMs: number;
  /** After so long anyone returns its executions to the queue. */
  readonly lapsesAfterMs: number;
  /** How often a process looks for workers whose lease has lapsed. */
  readonly reapEveryMs: number;
}

export const defaultLease: LeaseTimings = {
  renewEveryMs: 2_000,
  staleAfterMs: 6_000,
  lapsesAfterMs: 10_000,
  reapEveryMs: 2_000,
};

/** Deaths in a row without a new step, after which an execution is not tried again. */
export const maxDeaths = 5;
