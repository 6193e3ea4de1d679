import { APICallError } from "ai";
import { type Clock, systemClock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { type CallWatch, createCallWatch } from "./call-watch.ts";
import { type FailureContext, toModelError } from "./failures.ts";
import type { HttpProvider } from "./http-model.ts";
import { type HttpProviderKind, modelServerKinds } from "./kinds.ts";
import { parseBody, readReportedError } from "./reported-error.ts";

interface ListOptions extends Pick<HttpProvider, "kind" | "baseUrl" | "apiKey" | "fetch"> {
  /** Ends the request. */
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
}

const longestListBytes = 10_000_000;
/** A last resort behind the caller's own signal. */
const silenceTimeoutMs = 60_000;
const mostModels = 2_000;
/** As long as the name of an agent's model may be. */
const longestName = 200;

/** How a kind is asked, beside the key. Each of them answers a page of a thousand, which no vendor has. */
const requests: Readonly<Record<HttpProviderKind, { query: string; headers: Record<string, string> }>> = {
  openai: { query: "", headers: {} },
  openai_compatible: { query: "", headers: {} },
  anthropic: { query: "?limit=1000", headers: { "anthropic-version": "2023-06-01" } },
  google: { query: "?pageSize=1000", headers: {} },
};

/** What servers answer that know models but no list of them. */
const noList: ReadonlySet<number> = new Set([404, 405, 501]);

/**
 * The names of the models that a server offers, in order; undefined if it is of a kind that need not have a list and
 * has none. Throws a ModelError.
 */
export async function listModels(options: ListOptions): Promise<readonly string[] | undefined> {
  const { kind, baseUrl, signal } = options;
  const clock = options.clock ?? systemClock;
  const watch = createCallWatch({ signal, clock, silenceTimeoutMs, maxAnswerBytes: longestListBytes });
  const url = `${baseUrl.replace(/\/+$/, "")}/models${requests[kind].query}`;
  try {
    const response = await watch.watchFetch(asFetch(options))(url, { headers: headersFor(options) });
    const body = await response.text();
    if (kind === "openai_compatible" && noList.has(response.status)) return undefined;
    if (response.ok) {
      const names = readNames(parseBody(body));
      if (names !== undefined) return names;
    }
    throw describeAnswer(url, response, body);
  } catch (error) {
    // As the library wraps it, which says that there was no answer.
    const failure = watch.status === undefined ? noAnswer(url, error) : error;
    throw toModelError(failure, contextOf(options, watch, clock));
  } finally {
    watch.end();
  }
}

function headersFor({ kind, apiKey }: ListOptions): Record<string, string> {
  const { headers } = requests[kind];
  if (apiKey === undefined) return headers;
  const { keyHeader } = modelServerKinds[kind];
  return { ...headers, [keyHeader]: keyHeader === "authorization" ? `Bearer ${apiKey}` : apiKey };
}

function noAnswer(url: string, cause: unknown): APICallError {
  return new APICallError({ message: messageOf(cause), url, requestBodyValues: {}, cause });
}

/** In the library's form, which failures are read from. */
function describeAnswer(url: string, response: Response, body: string): APICallError {
  return new APICallError({
    message: readReportedError(body)?.message ?? response.statusText,
    url,
    requestBodyValues: {},
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody: body,
  });
}

function contextOf(options: ListOptions, watch: CallWatch, clock: Clock): FailureContext {
  const { kind, baseUrl, apiKey } = options;
  return {
    stopped: watch.stopped,
    answered: watch.status,
    now: clock.now(),
    origin: URL.parse(baseUrl)?.origin ?? baseUrl,
    protocol: modelServerKinds[kind].protocol,
    apiKey,
    silenceTimeoutMs,
    maxAnswerBytes: longestListBytes,
  };
}

/** From `{data: [{id}]}`, the bare list that some servers answer, or Google's `{models: [{name}]}`; undefined: none of them. */
function readNames(body: unknown): readonly string[] | undefined {
  const list = Array.isArray(body) ? body : (fieldOf(body, "data") ?? fieldOf(body, "models"));
  if (!Array.isArray(list)) return undefined;
  const names = list.filter(isForTexts).flatMap((model: unknown) => {
    const name = fieldOf(model, "id") ?? fieldOf(model, "name");
    return typeof name === "string" && name !== "" ? [name.replace(/^models\//, "")] : [];
  });
  const fitting = new Set(names.filter(({ length }) => length <= longestName));
  return [...fitting].sort().slice(0, mostModels);
}

/** Google says what a model can do; the others do not. */
function isForTexts(model: unknown): boolean {
  const methods = fieldOf(model, "supportedGenerationMethods");
  return !Array.isArray(methods) || methods.includes("generateContent");
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The library's type of fetch also allows a `Request`, which is never passed here. */
function asFetch({ fetch }: ListOptions): typeof globalThis.fetch {
  return (input, init) => fetch(input instanceof Request ? input.url : input, init);
}
