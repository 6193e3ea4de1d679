import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { type Clock, pause } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import { createTracer, type Tracer } from "../base/tracing.ts";

export interface Telemetry {
  readonly tracer: Tracer;
  /** Sends what is left, for at most a second. Never throws. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  /** Where the collector takes OTLP over HTTP, with or without `/v1/traces`. */
  readonly endpoint: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const tracesPath = "/v1/traces";
const exportTimeoutMs = 5_000;
/** Spans that wait for a slow collector; more are dropped. */
const longestQueue = 8_192;
const longestFlushMs = 1_000;
const reportEveryMs = 60_000;

/**
 * Sends spans to a collector, in the background and in batches. A collector that is away costs the spans and a line in
 * the log, nothing else. Headers for the collector are taken from OTEL_EXPORTER_OTLP_HEADERS.
 */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { endpoint, version, clock, log } = options;
  const stopped = new AbortController();
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: exportTimeoutMs });
  const report = createReporter(clock, log, stopped.signal);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": "errand",
      "service.version": version,
      "service.instance.id": newId(),
    }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: reporting(exporter, report), maxQueueSize: longestQueue }),
    ],
  });
  return {
    tracer: createTracer(provider.getTracer("errand", version)),
    async stop() {
      const flushed = new AbortController();
      const flush = provider.shutdown().catch((error: unknown) => report(error, 0));
      await Promise.race([
        flush.finally(() => flushed.abort()),
        pause(clock, longestFlushMs, flushed.signal),
      ]);
      if (!flushed.signal.aborted) report(new Error(`it took nothing for ${longestFlushMs} ms`), 0);
      stopped.abort();
    },
  };
}

/** The address that spans are posted to: a collector is usually named without its path. */
export function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(tracesPath) ? path : `${path}${tracesPath}`;
  return url.href;
}

function reporting(exporter: SpanExporter, report: (error: unknown, spans: number) => void): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error !== undefined) report(result.error, spans.length);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** Logs failures at most once a minute, with how many spans were lost since the last line. */
function createReporter(clock: Clock, log: Logger, stopped: AbortSignal) {
  let reportedAt = Number.NEGATIVE_INFINITY;
  let lost = 0;
  return (error: unknown, spans: number): void => {
    lost += spans;
    const now = clock.monotonicMs();
    if (stopped.aborted || now - reportedAt < reportEveryMs) return;
    reportedAt = now;
    log.warn({ err: error, spans: lost }, "traces could not be sent to the collector");
    lost = 0;
  };
}
