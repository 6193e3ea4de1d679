import type { ErrorCodes } from "../base/errors.ts";
import type { Contribution } from "../base/extensions.ts";
import type { Metric } from "../base/metrics.ts";
import type { Route } from "../base/route.ts";
import type { ExecutionKind } from "./execution.ts";
import type { Job } from "./jobs.ts";

/** A loop that a process with this role keeps running: the sweep, retention, clean-up. */
export interface Service {
  readonly name: string;
  readonly role: "worker" | "scheduler";
  /** Starts it; the answer stops it and resolves when nothing of it runs any more. */
  start(): Promise<() => Promise<void>>;
}

/** What a feature folder adds to the program. Each module is a function `(core) => Module`. */
export interface Module {
  readonly name: string;
  readonly errors?: ErrorCodes;
  readonly routes?: readonly Route[];
  readonly executions?: readonly ExecutionKind[];
  readonly jobs?: readonly Job[];
  readonly services?: readonly Service[];
  /** What it counts and measures. */
  readonly metrics?: readonly Metric[];
  /** What it adds to lower modules' extension points. */
  readonly contributions?: readonly Contribution[];
}
