import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type Tracer as OpenTelemetryTracer,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

export { type Span, type SpanContext, SpanKind } from "@opentelemetry/api";

/**
 * Makes spans. There is none when tracing is off: `Core.tracer` is undefined, and callers look before they build
 * anything for a span, so that it costs one comparison then. Spans hold ids, names and numbers, never what people or
 * models wrote.
 */
export interface Tracer {
  /** Starts a span below `parent`, else below the active one. The caller ends it. */
  start(name: string, options: SpanOptions): Span;
  /** Runs `work` with `span` as the active one, through everything that it awaits. */
  run<T>(span: Span, work: () => T): T;
  /** The span that the current code runs in. */
  active(): Span | undefined;
}

export interface SpanOptions {
  /** Default: internal. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** A span of another process. */
  readonly parent?: SpanContext | undefined;
}

/** Keeps the active span itself, not in OpenTelemetry's global, so that two programs in one process do not meet. */
export function createTracer(tracer: OpenTelemetryTracer): Tracer {
  const contexts = new AsyncLocalStorage<Context>();
  const current = () => contexts.getStore() ?? ROOT_CONTEXT;
  return {
    start(name, { kind = SpanKind.INTERNAL, attributes = {}, parent }) {
      const context = parent === undefined ? current() : trace.setSpanContext(ROOT_CONTEXT, parent);
      return tracer.startSpan(name, { kind, attributes }, context);
    },
    run: (span, work) => contexts.run(trace.setSpan(current(), span), work),
    active: () => trace.getSpan(current()),
  };
}

/**
 * Runs `work` in a span of its own and ends it. What is thrown marks the span as failed by its type only, unless
 * `isFailure` says that it is none.
 */
export async function withSpan<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions & { readonly isFailure?: (error: unknown) => boolean },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.start(name, options);
  try {
    return await tracer.run(span, () => work(span));
  } catch (error) {
    if (options.isFailure?.(error) ?? true) failSpan(span, errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as failed. `type` is a code or a class's name: messages can quote what people wrote. */
export function failSpan(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** An error's code, else its class's name. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

const traceparentPattern = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const longestTraceparent = 200;

/** The caller's span from a W3C `traceparent` header; undefined for anything else. */
export function parseTraceparent(header: unknown): SpanContext | undefined {
  if (typeof header !== "string" || header.length > longestTraceparent) return undefined;
  const [, traceId, spanId, flags] = traceparentPattern.exec(header.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}
