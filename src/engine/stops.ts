/** Why an attempt is over although its code has not finished. */
export type StopCause =
  /** Another attempt has it, or it is no longer running: whatever this one writes is refused. */
  | "fenced"
  | "canceled"
  | "deadline"
  /** This process could not renew its lease for too long. */
  | "lease_lost"
  /** The process drains; the execution goes back to the queue. */
  | "shutdown"
  /** It waits; the slot is free. */
  | "suspended"
  | "journal_mismatch";

/** Ends an attempt. Handlers let it pass; the worker decides what follows. */
export class ExecutionStop extends Error {
  override readonly name = "ExecutionStop";
  readonly stop: StopCause;

  constructor(stop: StopCause, message: string) {
    super(message);
    this.stop = stop;
  }
}
