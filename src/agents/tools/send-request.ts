import { abortAfter, type Clock, pause } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { BlockedAddressError } from "../../base/guarded-fetch.ts";
import type { Reason } from "../../engine/index.ts";
import { describeNetworkCode } from "../models/network-faults.ts";
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

/** An answer of whatever status, or why there is none. */
export type Sent = { readonly answer: ToolAnswer } | { readonly failed: Reason };

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
  try {
    const response = await follow(request, settings, AbortSignal.any([signal, timeout.signal]));
    const answer = await readAnswer(response, scrubber);
    if (!turnedAway.has(answer.status)) return { sent: { answer } };
    return { sent: { answer }, retryAfterMs: readRetryAfter(response, clock.now()) };
  } catch (error) {
    signal.throwIfAborted();
    const reason = timeout.signal.aborted ? describeTimeout(settings) : describeFailure(error, request);
    return { sent: { failed: { ...reason, message: scrubber.text(reason.message) } } };
  } finally {
    timeout.cancel();
  }
}

class TooManyRedirects extends Error {}

/**
 * The answer at the end of the redirects, each checked as the first address was. Another server gets neither the
 * secret nor the tool's own headers, which may hold one as well.
 */
async function follow(
  request: ToolRequest,
  { fetch, idempotencyKey }: SendSettings,
  signal: AbortSignal,
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
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    const location = redirects.has(response.status) ? response.headers.get("location") : null;
    const next = location === null ? null : URL.parse(location, url);
    if (next === null) return response;
    await response.body?.cancel();
    if (hop === mostRedirects) throw new TooManyRedirects();
    // As browsers do it: 303 always, 301 and 302 after a POST, ask for the new address with GET.
    if (response.status === 303 || (response.status < 303 && method === "POST")) {
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

function describeTimeout({ timeoutSeconds, idempotent }: SendSettings): Reason {
  const doubt = idempotent ? "" : " Whether it did something is not known, so do not simply call it again.";
  return { code: "timeout", message: `The tool's server did not answer within ${timeoutSeconds} s.${doubt}` };
}

function describeFailure(error: unknown, { url }: ToolRequest): Reason {
  if (error instanceof BlockedAddressError) return { code: error.code, message: error.message };
  if (error instanceof TooManyRedirects) {
    const message = `The tool's server redirected more than ${mostRedirects} times.`;
    return { code: "too_many_redirects", message };
  }
  return {
    code: "network_error",
    message: `The tool's server ${new URL(url).host} could not be reached or broke off: ${describeCause(error)}.`,
  };
}

/** `fetch` only says that it failed; why lies in the causes. */
function describeCause(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  const code = deepest instanceof Error && "code" in deepest ? String(deepest.code) : "";
  return code === "" ? messageOf(deepest) : describeNetworkCode(code);
}
