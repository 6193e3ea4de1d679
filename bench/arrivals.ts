import { pause, systemClock } from "../src/base/clock.ts";
import { type ModelServer, startModelServer } from "../test/model-server.ts";

/** A model server that answers at once with a text, which ends the execution, and tells when a task's call arrives. */
export interface Arrivals extends AsyncDisposable {
  baseUrl: string;
  /** Resolves with the monotonic time in milliseconds at which the next request that names `marker` arrives. */
  expect(marker: string): Promise<number>;
}

/** `marker` (global) finds in a request's messages what tells whose call it is. */
export async function startArrivals(marker: RegExp): Promise<Arrivals> {
  const expected = new Map<string, (at: number) => void>();
  const server: ModelServer = await startModelServer((request) => {
    const at = systemClock.monotonicMs();
    // All of them: what was said before stands in the request too, and is expected no more.
    for (const [found] of JSON.stringify(request.body?.messages).matchAll(marker)) {
      expected.get(found)?.(at);
      expected.delete(found);
    }
    return { text: "Done." };
  });
  return {
    baseUrl: server.baseUrl,
    expect: (named) => new Promise((resolve) => expected.set(named, resolve)),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Rejects if the model request has not arrived after so many milliseconds. */
export async function failAfter<T>(ms: number, work: Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const failed = pause(systemClock, ms, waiting.signal).then(() => {
    if (waiting.signal.aborted) return work;
    throw new Error(`no model request arrived within ${ms} ms`);
  });
  try {
    return await Promise.race([work, failed]);
  } finally {
    waiting.abort();
  }
}
