import type { Clock } from "../base/clock.ts";
import type { Cipher } from "../base/crypto.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Tracer } from "../base/tracing.ts";
import type { Database } from "../db/index.ts";
import type { Authenticate } from "./access.ts";
import type { OpenApiOptions } from "./openapi.ts";
import type { OperationsOptions } from "./operations.ts";

/** The part of the core that the HTTP layer uses. */
export interface ApiCore {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer | undefined;
  readonly cipher: Cipher;
  readonly publicUrl: string;
}

/** What Fastify takes: whose `X-Forwarded-For` to believe. `false` believes nobody's. */
export type TrustProxy = boolean | string | readonly string[];

/** Requests per minute, per process. */
export interface RateLimits {
  /** Of one API key, member or other authenticated caller; of one address on public routes. Default 600. */
  readonly perCaller?: number;
  /** Failed authentications of one address. Default 60. */
  readonly failuresPerAddress?: number;
}

export interface ApiOptions extends OpenApiOptions {
  readonly core: ApiCore;
  /** Every module's codes; the API's own and the common ones are added. */
  readonly errors: readonly ErrorCode[];
  readonly authenticate: Authenticate;
  readonly operations: OperationsOptions;
  readonly trustProxy: TrustProxy;
  readonly limits?: RateLimits;
  /** Where the dashboard's built files lie; without it no page is served but those that links open. */
  readonly dashboard?: string | undefined;
}
