import { reportReachable, reportUnreachable } from "./connection.ts";
import { ApiError, ConnectionError } from "./problem.ts";
import { reportSessionEnd } from "./session-end.ts";
import { currentWorkspaceId } from "./workspace-choice.ts";

/** What every generated hook fails with. */
export type ErrorType<_Body> = ApiError | ConnectionError;

/** A POST is sent again under the same Idempotency-Key when the connection broke: the server does it once. */
const postAttempts = 3;
const pauseBetweenMs = 400;

/** Here a 401 says that nobody is signed in yet, or not any more on purpose. */
const aboutSession: ReadonlySet<string> = new Set([
  "/v1/auth/session",
  "/v1/auth/sign-in",
  "/v1/auth/sign-out",
]);

/**
 * Sends one request of the generated client and answers its parsed body, undefined for 204. Throws ApiError with the
 * server's problem, or ConnectionError.
 */
export async function callApi<T>(url: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  const workspaceId = currentWorkspaceId();
  const isOwnSession = !headers.has("authorization");
  if (isOwnSession && workspaceId !== null) headers.set("x-workspace-id", workspaceId);
  if (init.method === "POST" && isOwnSession && !headers.has("idempotency-key"))
    headers.set("idempotency-key", crypto.randomUUID());
  const response = await send(url, { ...init, headers, credentials: "same-origin" });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const error = await readProblem(response);
  if (response.status === 401 && isOwnSession && !aboutSession.has(url)) reportSessionEnd();
  throw error;
}

/** The body of a stream that somebody else than the member follows, by the token in the headers. Throws as `callApi` does. */
export async function openStream(url: string, init: RequestInit): Promise<ReadableStream<Uint8Array>> {
  const response = await send(url, { ...init, credentials: "omit" });
  if (!response.ok || response.body === null) throw await readProblem(response);
  return response.body;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const attempts = init.method === "POST" ? postAttempts : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, init);
      reportReachable();
      return response;
    } catch (error) {
      if (init.signal?.aborted) throw error;
      if (attempt >= attempts) {
        reportUnreachable();
        throw new ConnectionError(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseBetweenMs * attempt));
    }
  }
}

async function readProblem(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("retry-after"));
  const seconds = response.headers.has("retry-after") && Number.isFinite(retryAfter) ? retryAfter : null;
  const problem = await response.json().catch(() => ({}));
  return new ApiError(response.status, problem, seconds);
}
