import type { Clock } from "../../base/clock.ts";

/** Why we ended a call ourselves. */
export type StopReason = "aborted" | "silent" | "too_large" | "dropped";

export interface WatchOptions {
  /** The caller's signal. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Milliseconds without a byte from the provider after which the call is given up. */
  readonly silenceTimeoutMs: number;
  /** Bytes of answer above which the call is given up. */
  readonly maxAnswerBytes: number;
}

export type Fetch = typeof globalThis.fetch;

export interface CallWatch {
  /** Ends the request on the socket when it aborts. */
  readonly signal: AbortSignal;
  /** Undefined while nobody ended the call. */
  readonly stopped: StopReason | undefined;
  /** The HTTP status of the answer; undefined while there is none. */
  readonly status: number | undefined;
  /** What the answer says that it is; undefined while there is none, or where it does not say. */
  readonly contentType: string | undefined;
  stop(reason: StopReason): void;
  /** The given fetch with every arriving byte noticed. */
  watchFetch(fetch: Fetch): Fetch;
  /** Releases the timer and the listener. */
  end(): void;
}

/**
 * Watches over one HTTP request to a provider: passes the caller's abort on to the socket, and gives up on silence and
 * on endless answers.
 */
export function createCallWatch(options: WatchOptions): CallWatch {
  // Not AbortSignal.any: an execution's signal lives through thousands of calls and would keep them all.
  const controller = new AbortController();
  let stopped: StopReason | undefined;
  let status: number | undefined;
  let contentType: string | undefined;
  let cancelTimer: () => void = () => undefined;

  function stop(reason: StopReason): void {
    if (stopped !== undefined) return;
    stopped = reason;
    cancelTimer();
    controller.abort();
  }

  function noticeLife(): void {
    cancelTimer();
    if (stopped === undefined)
      cancelTimer = options.clock.after(options.silenceTimeoutMs, () => stop("silent"));
  }

  /** By hand and not as a transform, which is twice the work for each piece. */
  function countBytes(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const chunks = body.getReader();
    let received = 0;
    return new ReadableStream(
      {
        async pull(out) {
          const { done, value: chunk } = await chunks.read();
          if (done) {
            out.close();
            return;
          }
          noticeLife();
          received += chunk.byteLength;
          if (received <= options.maxAnswerBytes) {
            out.enqueue(chunk);
            return;
          }
          stop("too_large");
          out.error(new Error("the answer is too large"));
        },
        cancel: (reason) => chunks.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  const passAbortOn = () => stop("aborted");
  if (options.signal.aborted) stop("aborted");
  else options.signal.addEventListener("abort", passAbortOn, { once: true });

  return {
    signal: controller.signal,
    get stopped() {
      return stopped;
    },
    get status() {
      return status;
    },
    get contentType() {
      return contentType;
    },
    stop,
    watchFetch(fetch) {
      return async (url, init) => {
        noticeLife();
        const response = await fetch(url, { ...init, signal: controller.signal, redirect: "manual" });
        noticeLife();
        status = response.status;
        contentType = response.headers.get("content-type") ?? undefined;
        if (response.body === null) return response;
        return new Response(countBytes(response.body), {
          status: response.status,
          statusText: response.statusText,
          headers: response.headers,
        });
      };
    },
    end() {
      cancelTimer();
      options.signal.removeEventListener("abort", passAbortOn);
    },
  };
}
