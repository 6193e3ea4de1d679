import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Clock, pause } from "../base/clock.ts";
import { bearerToken } from "../base/credentials.ts";
import { equalSecret } from "../base/crypto.ts";
import { AppError, messageOf } from "../base/errors.ts";
import { apiErrors } from "./errors.ts";

/** Something that must work before this process can. */
export interface HealthCheck {
  /** For instance `database`. */
  readonly name: string;
  /** Throws if it does not work. */
  check(): Promise<void>;
}

export interface OperationsOptions {
  readonly healthChecks: readonly HealthCheck[];
  /** Prometheus text; absent = `/metrics` is not there. */
  readonly metrics?: () => Promise<string>;
  /** Absent = `/metrics` answers this machine only. */
  readonly metricsToken?: string;
}

/** A probe that hangs is as good as one that fails, and probes usually give up after a few seconds themselves. */
const checkTimeoutMs = 3_000;
const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Adds `/healthz` (the process runs), `/readyz` (it can work) and `/metrics` to a server. They are for probes and
 * collectors of every role, not part of the API: no rate limit, no key, no line in the log.
 */
export function addOperations(app: FastifyInstance, clock: Clock, options: OperationsOptions): void {
  app.get("/healthz", async (_request, reply) => reply.send({ status: "ok" }));
  app.get("/readyz", async (request, reply) => {
    const checks = await Promise.all(options.healthChecks.map((one) => runCheck(request, clock, one)));
    const ready = checks.every(([, result]) => result === "ok");
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? "ok" : "unavailable", checks: Object.fromEntries(checks) });
  });
  const { metrics } = options;
  if (metrics === undefined) return;
  app.get("/metrics", async (request, reply) => {
    checkMetricsAccess(request, options.metricsToken);
    return reply.type(metricsType).send(await metrics());
  });
}

async function runCheck(
  request: FastifyRequest,
  clock: Clock,
  { name, check }: HealthCheck,
): Promise<readonly [string, "ok" | "failed"]> {
  const over = new AbortController();
  const late = pause(clock, checkTimeoutMs, over.signal).then(() => {
    throw new Error(`no answer within ${checkTimeoutMs} ms`);
  });
  late.catch(() => undefined);
  try {
    await Promise.race([check(), late]);
    return [name, "ok"];
  } catch (error) {
    // Why is for the log only: anybody can ask here.
    request.log.warn({ check: name, reason: messageOf(error) }, "not ready");
    return [name, "failed"];
  } finally {
    over.abort();
  }
}

/** True for an address of this machine. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return plain === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
}

function checkMetricsAccess(request: FastifyRequest, token: string | undefined): void {
  const { headers } = request;
  if (token !== undefined) {
    const given = bearerToken(headers);
    if (given === undefined || !equalSecret(given, token))
      throw new AppError(apiErrors.unauthenticated, {
        message: "Send the metrics token as Authorization: Bearer <token>.",
      });
    return;
  }
  // The connection's own address, whatever proxies claim; and a proxy on this machine makes everybody local.
  const forwarded = headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined;
  if (forwarded || !isLoopback(request.socket.remoteAddress))
    throw new AppError(apiErrors.metrics_forbidden, {
      message:
        "Metrics are served to this machine only. Set ERRAND_METRICS_TOKEN to read them from elsewhere.",
    });
}
