/** What becomes of ticks that nobody could run in time, and of one that comes while a run is under way. */
export interface SchedulePolicies {
  /**
   * `skip`: none is made up for. `run_once`: the newest is. `run_all`: the newest 100 are, one after another
   * unless `overlap` is `allow` (`cancel_previous` leaves only the newest of them).
   */
  readonly misfire: "skip" | "run_once" | "run_all";
  /** Whole seconds, at most 30 days; a missed tick older than this is not made up for. */
  readonly catchUpWindowSeconds: number;
  /**
   * `skip`: the tick is skipped. `queue_one`: it waits for the run before it, if no other does. `cancel_previous`:
   * what is under way or waits is cancelled. `allow`: both run.
   */
  readonly overlap: "skip" | "queue_one" | "cancel_previous" | "allow";
  /** How many scheduled runs in a row may fail before the task is paused; 0 = any number. */
  readonly autoPauseAfterFailures: number;
}

export const defaultPolicies: SchedulePolicies = {
  misfire: "run_once",
  catchUpWindowSeconds: 3_600,
  overlap: "skip",
  autoPauseAfterFailures: 5,
};
