import { bearerToken, headerOf } from "../base/credentials.ts";
import { sha256 } from "../base/crypto.ts";
import { AppError } from "../base/errors.ts";
import { fromId } from "../base/ids.ts";
import type { Caller, Credentials, RouteAccess } from "../base/route.ts";
import type { Core } from "../engine/index.ts";
import { findKeyByHash, touchKey } from "./api-key-store.ts";
import type { Account, Auth } from "./auth.ts";
import { workspaceErrors } from "./errors.ts";
import { selectMembershipsOfUser } from "./member-store.ts";
import { chooseMembership, roleScope } from "./rules.ts";

/** By this header a member of several workspaces says which one a request is for, as an id `ws_…`. */
const workspaceHeader = "x-workspace-id";

/**
 * Who makes a request: the API key of `Authorization: Bearer …`, or the member behind the session cookie. A member of
 * several workspaces names one in `X-Workspace-Id`; without it the request is for the one joined first. Undefined if
 * there is no valid key or session. Throws `not_a_member` if the named workspace is not the caller's. Whether a browser
 * acts for another site is the HTTP layer's to check.
 */
export async function authenticate(
  core: Core,
  auth: Auth,
  credentials: Credentials,
): Promise<Caller | undefined> {
  const bearer = bearerToken(credentials.headers);
  const wanted = wantedWorkspace(credentials);
  const caller =
    bearer === undefined
      ? await callerOfSession(core, auth, credentials, wanted)
      : await callerOfKey(core, auth, bearer);
  if (caller !== undefined && wanted !== undefined && caller.workspaceId !== wanted)
    throw new AppError(workspaceErrors.not_a_member);
  return caller;
}

/** The signed-in person, whatever workspaces they are in. Throws `session_required`. */
export async function requireAccount(auth: Auth, credentials: Credentials): Promise<Account> {
  const session = await auth.session(credentials, { refresh: false });
  if (session === undefined) throw new AppError(workspaceErrors.session_required);
  return session.account;
}

/**
 * For routes by which members change what is theirs in a workspace: a session, whatever its role. A key is refused with
 * `session_required`, for it has nothing of its own there.
 */
export function memberAccess(core: Core, auth: Auth): RouteAccess<Caller> {
  return {
    kind: "custom",
    scheme: "sessionCookie",
    async authenticate(credentials) {
      const caller = await authenticate(core, auth, credentials);
      if (caller?.kind !== "member") throw new AppError(workspaceErrors.session_required);
      return caller;
    },
  };
}

function wantedWorkspace(credentials: Credentials): string | undefined {
  const header = headerOf(credentials.headers, workspaceHeader);
  if (header === undefined) return undefined;
  const workspaceId = fromId("workspace", header);
  if (workspaceId === undefined) throw new AppError(workspaceErrors.not_a_member);
  return workspaceId;
}

async function callerOfKey(core: Core, auth: Auth, secret: string): Promise<Caller | undefined> {
  const hash = sha256(secret);
  const cacheKey = hash.toString("base64");
  const cached = auth.keys.get(cacheKey);
  if (cached !== undefined) return cached;
  const { generation } = auth.keys;
  const key = await findKeyByHash(core.db.autocommit, hash);
  if (key === undefined) return undefined;
  const { workspaceId, id, scope, expiresAt, stale } = key;
  const caller: Caller = { workspaceId, kind: "api_key", id, scope, role: null };
  auth.keys.set(cacheKey, caller, expiresAt, generation);
  if (stale) auth.later("recording the use of a key", touchKey(core.db.autocommit, workspaceId, id));
  return caller;
}

async function callerOfSession(
  core: Core,
  auth: Auth,
  credentials: Credentials,
  wanted: string | undefined,
): Promise<Caller | undefined> {
  const session = await auth.session(credentials, { refresh: false });
  if (session === undefined) return undefined;
  const memberships = await selectMembershipsOfUser(core.db.autocommit, session.account.userId);
  const membership = chooseMembership(memberships, wanted);
  if (membership === undefined) throw new AppError(workspaceErrors.not_a_member);
  const { workspaceId, memberId, role } = membership;
  return { workspaceId, kind: "member", id: memberId, scope: roleScope(role), role };
}
