import { bearerToken, headerOf } from "../base/credentials.ts";
import { sha256 } from "../base/crypto.ts";
import { AppError } from "../base/errors.ts";
import { type Caller, type Credentials, coversScope, type Route } from "../base/route.ts";
import { apiErrors } from "./errors.ts";

export interface Access {
  readonly caller: unknown;
  /** Whose requests are counted together; undefined = those of the address. */
  readonly limitKey: string | undefined;
}

/** The caller that credentials belong to, or undefined if they belong to nobody. */
export type Authenticate = (credentials: Credentials) => Promise<Caller | undefined>;

const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * True if a browser makes this changing request for a page of another origin. Browsers say so themselves and pages
 * cannot change what they say: `Sec-Fetch-Site` on every request to an encrypted or local address (since 2020, 2023 in
 * Safari), `Origin` on every request that changes something, plain HTTP included. A request with neither comes from
 * no browser. Where only `Origin` is sent it must be the public address or the very host that was asked, since over
 * plain HTTP people reach one server under several names.
 */
function isCrossOrigin(credentials: Credentials, publicUrl: string): boolean {
  if (safeMethods.has(credentials.method)) return false;
  const site = headerOf(credentials.headers, "sec-fetch-site");
  if (site === "same-origin" || site === "none") return false;
  const origin = headerOf(credentials.headers, "origin");
  if (origin === undefined) return site !== undefined;
  if (origin === new URL(publicUrl).origin) return false;
  if (site !== undefined || !URL.canParse(origin)) return true;
  return new URL(origin).host !== headerOf(credentials.headers, "host");
}

/**
 * Throws 403 where a browser may have added a session cookie to what another site's page asked for. Chosen over
 * tokens in forms because it needs no state and no help from the pages; `SameSite=Lax` on the cookie and bodies that
 * must be JSON stand behind it. A key or token in `Authorization` is never added by a browser of its own accord.
 */
function refuseCrossOrigin(credentials: Credentials, publicUrl: string): void {
  const byCookie = credentials.headers.cookie !== undefined && bearerToken(credentials.headers) === undefined;
  if (byCookie && isCrossOrigin(credentials, publicUrl))
    throw new AppError(apiErrors.cross_origin, {
      message: `A request with a session cookie must come from a page of ${new URL(publicUrl).origin}; programs use an API key.`,
    });
}

/** Finds out who makes a request. Throws 401 if that is nobody known, 403 for another site's page with a cookie. */
export async function admit(
  route: Route,
  credentials: Credentials,
  options: { readonly authenticate: Authenticate; readonly publicUrl: string },
): Promise<Access> {
  const { access } = route;
  refuseCrossOrigin(credentials, options.publicUrl);
  if (access.kind === "public") return { caller: undefined, limitKey: undefined };
  if (access.kind === "custom") {
    const caller = await access.authenticate(credentials);
    // Only what was checked may tell callers apart: other cookies in the header would make a new one every time.
    const token = headerOf(credentials.headers, "authorization");
    if (token === undefined) return { caller, limitKey: undefined };
    return { caller, limitKey: `${access.scheme} ${sha256(token).toString("base64url")}` };
  }
  const caller = await options.authenticate(credentials);
  if (caller === undefined)
    throw new AppError(apiErrors.unauthenticated, {
      message: "Send a valid API key as Authorization: Bearer <key>, or sign in.",
    });
  return { caller, limitKey: `${caller.kind} ${caller.id}` };
}

/** Throws 403 if the caller's scope is too small for the route. */
export function checkScope(route: Route, caller: unknown): void {
  if (route.access.kind !== "workspace") return;
  const { scope } = caller as Caller;
  if (!coversScope(scope, route.access.scope))
    throw new AppError(apiErrors.scope_missing, {
      message: `This needs the scope "${route.access.scope}"; the caller has "${scope}".`,
      details: { requiredScope: route.access.scope },
    });
}
