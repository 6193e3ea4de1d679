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
  return createEventText(route, iterator, first, options);
}

/**
 * Pushes each event as it comes and asks for the next one when the client has taken it in, so that a slow client holds
 * its source back. Timers and signal are listened to once per stream and not once per event: with 500 streams of ten
 * events a second the latter took longer than everything else.
 */
function createEventText(
  route: Route,
  iterator: AsyncIterator<LiveEvent>,
  first: Pending,
  { clock, signal, onError }: EventStreamOptions,
): Readable {
  let isEnded = false;
  let hasRoom = Promise.withResolvers<void>();
  let cancelHeartbeat: () => void = () => undefined;
  const cancelLongest = clock.after(longestMs, end);
  const stream = new Readable({
    read: () => hasRoom.resolve(),
    destroy(error, done) {
      end();
      done(error);
    },
  });
  signal.addEventListener("abort", end, { once: true });

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    cancelHeartbeat();
    cancelLongest();
    signal.removeEventListener("abort", end);
    hasRoom.resolve();
    if (!stream.destroyed) stream.push(null);
    // What the source still has under way ends by the signal, which the caller aborts; nobody waits for it here.
    iterator.return?.().catch(() => undefined);
  }

  /** False if the client has to take in what it has first. */
  function push(text: string): boolean {
    if (isEnded) return true;
    cancelHeartbeat();
    cancelHeartbeat = clock.after(heartbeatMs, () => push(": still here\n\n"));
    return stream.push(text);
  }

  async function pump(): Promise<void> {
    push(`retry: ${reconnectMs}\n\n`);
    for (let result = await first; !isEnded; result = await iterator.next()) {
      if (result.done) return;
      const { value } = result;
      hasRoom = Promise.withResolvers();
      if (push(formatEvent(value, presentAnswer(route.response, value.data, route.operationId)))) continue;
      await hasRoom.promise;
    }
  }

  if (signal.aborted) end();
  void pump()
    .catch((error) => {
      if (!isEnded && !signal.aborted) onError(error);
    })
    .finally(end);
  return stream;
}
