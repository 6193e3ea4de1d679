import { abortAfter, type Clock, pause } from "../../base/clock.ts";
import { BlockedAddressError } from "../../base/guarded-fetch.ts";
import type { Reason } from "../../engine/index.ts";
import { describeNetworkFault } from "../models/network-faults.ts";
import { parseRetryAfter } from "../models/rules.ts";
import { readAnswer, type ToolAnswer } from "./answer.ts";
import type { ToolRequest } from "./request.ts";
import type { SecretScrubber } from "./secrets.ts";
import type { ToolFetch } from "./tool-fetch.ts";

export interface SendSettings {
  readonly fetch: ToolFetch;
  readonly clock: Clock;
  readonly scrubber: SecretScrubber;
  /** Seconds for one attempt, the reading of its answer included. */
  readonly timeoutSeconds: number;
  /** True: an attempt that was turned away for now may be made again. */
  readonly idempotent: boolean;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/**
 * An answer of whatever status, or why there is none. `unknown`: the request had gone out, so that the server may have
 * done what it asks for, and the tool is not declared idempotent.
 */
export type Sent =
  | { readonly answer: ToolAnswer }
  | { readonly failed: Reason }
  | { readonly unknown: Reason };

const mostRedirects = 3;
const mostRepetitions = 2;
const longestRetryAfterMs = 10_000;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const turnedAway: ReadonlySet<number> = new Set([429, 503]);

/**
 * Sends the request. Where the server is busy (429, 503) and the tool allows it, twice more, after the pause that the
 * server asks for if that is at most 10 s. Throws only the signal's reason.
 */
export async function sendRequest(request: ToolRequest, settings: SendSettings): Promise<Sent> {
  for (let repetition = 0; ; repetition += 1) {
    const { sent, retryAfterMs } = await attempt(request, settings);
    const mayRepeat = settings.idempotent && repetition < mostRepetitions;
    if (retryAfterMs === undefined || !mayRepeat) return sent;
    const waitMs = retryAfterMs ?? 1_000 * 2 ** repetition;
    if (waitMs > longestRetryAfterMs) return sent;
    await pause(settings.clock, waitMs, settings.signal);
    settings.signal.throwIfAborted();
  }
}

interface Attempt {
  readonly sent: Sent;
  /** Present if the server turned the request away; null if it did not say for how long. */
  readonly retryAfterMs?: number | null;
}

async function attempt(request: ToolRequest, settings: SendSettings): Promise<Attempt> {
  const { clock, signal, scrubber, timeoutSeconds } = settings;
  const timeout = abortAfter(clock, timeoutSeconds * 1_000);
  const progress: Progress = { isSent: false };
  try {
    const both = AbortSignal.any([signal, timeout.signal]);
    const response = await follow(request, { ...settings, signal: both }, progress);
    const answer = await readAnswer(response, scrubber);
    if (!turnedAway.has(answer.status)) return { sent: { answer } };
    return { sent: { answer }, retryAfterMs: readRetryAfter(response, clock.now()) };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = timeout.signal.aborted
      ? describeTimeout(settings, progress)
      : describeFailure(error, request, progress);
    const reason = { code, message: scrubber.text(message) };
    if (!progress.isSent || settings.idempotent) return { sent: { failed: reason } };
    return { sent: { unknown: { code, message: `${reason.message} ${doubt}` } } };
  } finally {
    timeout.cancel();
  }
}

const doubt = "Whether the call took effect is not known. It was not made again.";

interface Progress {
  /** True: a server may have done what the request asks for. */
  isSent: boolean;
}

class TooManyRedirects extends Error {}

/**
 * The answer at the end of the redirects, each checked as the first address was. Another server gets neither the
 * secret nor the tool's own headers, which may hold one as well.
 */
async function follow(
  request: ToolRequest,
  { fetch, idempotencyKey, signal }: SendSettings,
  progress: Progress,
): Promise<Response> {
  const { origin } = new URL(request.url);
  let { url, body } = request;
  let method: string = request.method;
  for (let hop = 0; ; hop += 1) {
    const isHome = new URL(url).origin === origin;
    const { accept = "*/*", "content-type": type } = request.headers;
    const headers = {
      ...(isHome ? request.headers : { accept, ...(type === undefined ? {} : { "content-type": type }) }),
      ...(isHome ? request.auth : {}),
      "idempotency-key": idempotencyKey,
    };
    const wasSent = progress.isSent;
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: "manual",
      onSending: () => {
        progress.isSent = true;
      },
      ...(body === undefined ? {} : { body }),
    });
    const location = redirects.has(response.status) ? response.headers.get("location") : null;
    const next = location === null ? null : URL.parse(location, url);
    if (next === null) return response;
    await response.body?.cancel();
    // As browsers do it: 303 always, 301 and 302 after a POST, ask for the new address with GET.
    const isTaken = response.status === 303 || (response.status < 303 && method === "POST");
    // A server that wants the same request elsewhere has not carried it out.
    progress.isSent = wasSent || isTaken;
    if (hop === mostRedirects) throw new TooManyRedirects();
    if (isTaken) {
      method = "GET";
      body = undefined;
    }
    url = next.href;
  }
}

/** The pause asked for, in milliseconds; null if none is asked for or it cannot be read. */
function readRetryAfter(response: Response, now: Date): number | null {
  const seconds = parseRetryAfter(response.headers.get("retry-after"), now);
  return seconds === undefined ? null : seconds * 1_000;
}

function describeTimeout({ timeoutSeconds }: SendSettings, { isSent }: Progress): Reason {
  const what = isSent ? "did not answer" : "could not be reached";
  return { code: "timeout", message: `The tool's server ${what} within ${timeoutSeconds} s.` };
}

function describeFailure(error: unknown, { url }: ToolRequest, { isSent }: Progress): Reason {
  if (error instanceof BlockedAddressError) return { code: error.code, message: error.message };
  if (error instanceof TooManyRedirects) {
    const message = `The tool's server redirected more than ${mostRedirects} times.`;
    return { code: "too_many_redirects", message };
  }
  const { host } = new URL(url);
  const what = isSent
    ? `The connection to the tool's server ${host} broke off`
    : `The tool's server ${host} could not be reached`;
  return { code: "network_error", message: `${what}: ${describeNetworkFault(error)}.` };
}
