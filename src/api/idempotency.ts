import { sha256 } from "../base/crypto.ts";
import { AppError } from "../base/errors.ts";
import type { Answer } from "./answer.ts";
import type { ApiCore } from "./context.ts";
import { apiErrors } from "./errors.ts";
import {
  abandonKey,
  claimKey,
  deleteOldKeys,
  findRequest,
  releaseKey,
  type StoredRequest,
  storeAnswer,
} from "./store.ts";

export const idempotencyHeader = "idempotency-key";

/** How long an answer is kept. */
const keptSeconds = 24 * 60 * 60;
/**
 * When a request that has not answered is taken for dead: well beyond what any handler of ours takes. Should it answer
 * all the same, its answer is kept.
 */
const lockSeconds = 120;
const retrySeconds = 1;
const keyPattern = /^[\x20-\x7e]{1,255}$/;

interface IdempotentRequest {
  readonly workspaceId: string;
  readonly key: string;
  readonly method: string;
  /** With its query. */
  readonly url: string;
  /** The parsed body: spaces and line breaks in its JSON make no difference. */
  readonly body: unknown;
}

/** The key of a request, or undefined if it has none. Throws 400 for one that cannot be kept. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== "string" || !keyPattern.test(header))
    throw new AppError(apiErrors.idempotency_key_invalid, {
      message: "The Idempotency-Key must be 1 to 255 printable ASCII characters, for instance a UUID.",
    });
  return header;
}

function hashOf(request: IdempotentRequest): Buffer {
  return sha256(`${request.method} ${request.url}\n${JSON.stringify(request.body) ?? ""}`);
}

/** What a run of a request came to. */
export interface Outcome {
  readonly answer: Answer;
  /** It may have taken effect although its answer is an error. */
  readonly uncertain: boolean;
}

/** Worth storing: what would come out the same the next time. 429 says itself that it would not. */
function isFinal(answer: Answer): boolean {
  return answer.status < 500 && answer.status !== 429;
}

/**
 * Runs a request once per key and day and gives later ones the stored answer. Throws 422 if the key was used for another
 * request, 409 while the first is running. What may have taken effect without an answer is never run again: a claim left
 * behind by a process that died, or an uncertain outcome, makes the rest of the day 409 `idempotency_outcome_unknown`.
 * `run` must not throw.
 */
export async function runOnce(
  core: ApiCore,
  request: IdempotentRequest,
  run: () => Promise<Outcome>,
): Promise<Answer> {
  const { workspaceId, key } = request;
  const hash = hashOf(request);
  const found = await core.db.tenant(workspaceId, async (tx) => {
    const claim = await claimKey(tx, { key, hash, lockSeconds, keptSeconds });
    return { claim, stored: claim === undefined ? await findRequest(tx, key) : undefined };
  });
  const { claim } = found;
  if (claim === undefined) return replay(core, request, hash, found.stored);

  const { answer: made, uncertain } = await run();
  try {
    await core.db.tenant(workspaceId, (tx) => {
      if (uncertain) return abandonKey(tx, key, claim);
      return isFinal(made)
        ? storeAnswer(tx, key, claim, seal(core, request, made))
        : releaseKey(tx, key, claim);
    });
  } catch (error) {
    // The work is done and its answer is true; a repetition within the day is told that the outcome is unknown.
    core.log.warn({ err: error }, "an answer could not be kept for its Idempotency-Key");
  }
  return made;
}

function replay(
  core: ApiCore,
  request: IdempotentRequest,
  hash: Buffer,
  stored: StoredRequest | undefined,
): Answer {
  // A row that vanished meanwhile was that of a request that failed: the client may try again.
  if (stored !== undefined && !stored.requestHash.equals(hash))
    throw new AppError(apiErrors.idempotency_key_reused, {
      message: "This Idempotency-Key was used for a request with another path or body. Use a new key.",
    });
  if (stored?.abandoned)
    throw new AppError(apiErrors.idempotency_outcome_unknown, {
      message:
        "The first request with this Idempotency-Key did not finish, and whether it took effect is not known. Look at the object; if it has to be done again, use a new key.",
    });
  if (stored === undefined || stored.status === null)
    throw new AppError(apiErrors.idempotency_key_in_progress, { retryAfterSeconds: retrySeconds });
  const body =
    stored.body === null ? null : core.cipher.open(Buffer.from(stored.body, "base64"), context(request));
  return {
    status: stored.status,
    headers: { ...stored.headers, "idempotency-replayed": "true" },
    body,
  };
}

/** Binds a stored body to its key, so that one cannot be put in another's place. */
function context(request: IdempotentRequest): string {
  return `idempotency ${request.workspaceId} ${request.key}`;
}

/** What is kept of an answer. Bodies are sealed because some hold a secret that is shown once, such as a new API key. */
function seal(core: ApiCore, request: IdempotentRequest, answer: Answer) {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (typeof value === "string" && name.toLowerCase() !== "set-cookie") headers[name] = value;
  const body =
    answer.body === null ? null : core.cipher.seal(answer.body, context(request)).toString("base64");
  return { status: answer.status, headers, body };
}

const cleanEveryMs = 60 * 60 * 1000;
const cleanBatch = 5_000;

/** Deletes keys that are out of date, in batches; answers how many. */
export async function cleanKeys(core: Pick<ApiCore, "db">, signal?: AbortSignal): Promise<number> {
  for (let deleted = 0; ; ) {
    const batch = await core.db.system((tx) => deleteOldKeys(tx, { keptSeconds, limit: cleanBatch }));
    deleted += batch;
    if (batch < cleanBatch || signal?.aborted) return deleted;
  }
}

/** Cleans every hour until stopped. Several processes doing so at once do no harm. */
export function startCleaning(core: ApiCore): () => void {
  const stopped = new AbortController();
  let cancel: () => void = () => undefined;
  const plan = () => {
    cancel = core.clock.after(cleanEveryMs, () => {
      cleanKeys(core, stopped.signal)
        .catch((error: unknown) => core.log.warn({ err: error }, "old idempotency keys could not be deleted"))
        .finally(() => {
          if (!stopped.signal.aborted) plan();
        });
    });
  };
  plan();
  return () => {
    stopped.abort();
    cancel();
  };
}
