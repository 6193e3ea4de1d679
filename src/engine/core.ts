import type { Clock } from "../base/clock.ts";
import type { Cipher } from "../base/crypto.ts";
import type { Extensions } from "../base/extensions.ts";
import type { Logger } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Tracer } from "../base/tracing.ts";
import type { Database, Signals } from "../db/index.ts";
import type { Jobs } from "./jobs.ts";

/**
 * What every module is built with. One per process, made by `main`; tests make one per test database. Modules are
 * functions of it, so nothing happens at import and nothing is global.
 */
export interface Core {
  readonly db: Database;
  readonly signals: Signals;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Undefined: no traces. Nothing is built for spans then. */
  readonly tracer: Tracer | undefined;
  readonly cipher: Cipher;
  readonly extensions: Extensions;
  /** Where people and browsers reach this Errand, without a slash at the end. */
  readonly publicUrl: string;
}
