import { Readable } from "node:stream";
import { type Clock, pause } from "../base/clock.ts";
import type { LiveEvent, Route } from "../base/route.ts";
import { presentAnswer } from "./validation.ts";

/** Comments this often keep proxies from closing a quiet stream; 15 s is below the usual 30 or 60 s. */
const heartbeatMs = 15_000;
/** How long the first event may decide whether this becomes a stream or a problem. After it the stream is opened. */
const openAfterMs = 1_000;
/** Streams end after this and are resumed by the client, so that a revoked key is not listened with for ever. */
const longestMs = 30 * 60_000;
/** What a client waits before it comes back. */
const reconnectMs = 2_000;

export const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // Nginx would otherwise collect events until its buffer is full.
  "x-accel-buffering": "no",
} as const;

type Pending = Promise<IteratorResult<LiveEvent>>;

/** One event in the format of the HTML standard. `data` is JSON and therefore has no line break of its own. */
export function formatEvent(event: LiveEvent, data: unknown): string {
  const id = event.id === undefined ? "" : `id: ${oneLine(event.id)}\n`;
  return `${id}event: ${oneLine(event.event)}\ndata: ${JSON.stringify(data)}\n\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, "");
}

/** Settles with `pending`, or with undefined after `ms` or when `signal` aborts. */
async function within(clock: Clock, pending: Pending, ms: number, signal: AbortSignal) {
  const over = new AbortController();
  try {
    const timer = pause(clock, ms, AbortSignal.any([signal, over.signal])).then(() => undefined);
    return await Promise.race([pending, timer]);
  } finally {
    over.abort();
  }
}

interface EventStreamOptions {
  readonly clock: Clock;
  /** Aborts when the client goes away or the server closes. */
  readonly signal: AbortSignal;
  /** Told of what the source throws once the stream is open; the stream then ends and the client comes back. */
  readonly onError: (error: unknown) => void;
}

/**
 * A route's events as the text of a stream. Rejects with whatever the source throws before its first event, or
 * within the first second if there is none yet.
 */
export async function openEventStream(
  route: Route,
  source: AsyncIterable<LiveEvent>,
  options: EventStreamOptions,
): Promise<Readable> {
  const iterator = source[Symbol.asyncIterator]();
  const first = iterator.next();
  await within(options.clock, first, openAfterMs, options.signal);
  return Readable.from(eventTexts(route, iterator, first, options));
}

async function* eventTexts(
  route: Route,
  iterator: AsyncIterator<LiveEvent>,
  first: Pending,
  options: EventStreamOptions,
): AsyncGenerator<string> {
  const { clock, signal, onError } = options;
  const endsAt = clock.monotonicMs() + longestMs;
  let pending = first;
  try {
    yield `retry: ${reconnectMs}\n\n`;
    while (!signal.aborted && clock.monotonicMs() < endsAt) {
      const result = await within(clock, pending, heartbeatMs, signal);
      if (result === undefined) {
        if (!signal.aborted) yield ": still here\n\n";
        continue;
      }
      if (result.done) return;
      yield formatEvent(result.value, presentAnswer(route.response, result.value.data, route.operationId));
      pending = iterator.next();
    }
  } catch (error) {
    if (!signal.aborted) onError(error);
  } finally {
    // What the source still has under way ends by the signal, which the caller aborts; nobody waits for it here.
    pending.catch(() => undefined);
    iterator.return?.().catch(() => undefined);
  }
}
