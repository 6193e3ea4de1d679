import { betterAuth } from "better-auth";
import { APIError } from "better-auth/api";
import { PostgresDialect } from "kysely";
import { headerOf } from "../base/credentials.ts";
import { AppError, invalidField, messageOf } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Credentials } from "../base/route.ts";
import { createPool } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type Attempts, createAttempts } from "./attempts.ts";
import { workspaceErrors } from "./errors.ts";
import { KeyCache } from "./key-cache.ts";
import { resetMail, type SendMail } from "./mails.ts";

export interface AuthOptions {
  readonly databaseUrl: string;
  /** Signs the cookies; at least 32 characters, the same in every process. */
  readonly secret: string;
  readonly sendMail: SendMail;
}

export interface Account {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

/** `Set-Cookie` headers to pass on. */
export type Cookies = readonly string[];

export interface SignedIn {
  readonly account: Account;
  readonly cookies: Cookies;
}

type Request = Pick<Credentials, "headers" | "ip">;

/**
 * Sign-in of people, and what the process remembers of keys. Built on better-auth for users, sessions, passwords
 * and reset links only; its own routes and its sign-up are not reachable.
 */
export interface Auth {
  readonly attempts: Attempts;
  readonly keys: KeyCache;
  readonly sendMail: SendMail;
  /** Throws `sign_in_failed`, which does not tell whether the address is known, and `too_many_attempts`. */
  signIn(
    request: Request,
    credentials: { readonly email: string; readonly password: string },
  ): Promise<SignedIn>;
  /** The person behind the request's session cookie. `refresh` prolongs the session and its cookie. */
  session(request: Request, options: { readonly refresh: boolean }): Promise<SignedIn | undefined>;
  signOut(request: Request): Promise<Cookies>;
  /** Ends all other sessions. Throws 422 at `currentPassword`, and `too_many_attempts` as sign-in does. */
  changePassword(
    request: Request,
    account: Account,
    passwords: { readonly currentPassword: string; readonly newPassword: string },
  ): Promise<Cookies>;
  /** Mails a link if there is such an account, and answers the same if there is none. */
  requestReset(request: Request, email: string): Promise<void>;
  /** Ends all sessions of the account, and what locked its address out. Throws `reset_token_invalid`. */
  resetPassword(token: string, newPassword: string): Promise<void>;
  hashPassword(password: string): Promise<string>;
  /** Runs something that no answer waits for; failures are logged, `close` waits for it. */
  later(what: string, work: Promise<void>): void;
  close(): Promise<void>;
}

export const passwordLength = { min: 10, max: 128 } as const;
const sessionSeconds = 7 * 24 * 3600;
const resetSeconds = 3600;
/** Only we set it, so that a client cannot choose what stands in its session. */
const ipHeader = "x-errand-client-ip";

/** Opens its own pool, as errand_system. Call `close` before the database goes away. */
export function createAuth(core: Core, options: AuthOptions): Auth {
  const pool = createPool({
    url: options.databaseUrl,
    log: core.log,
    name: "sign-in",
    role: "errand_system",
    max: 4,
  });
  const attempts = createAttempts(pool);
  const running = new Set<Promise<void>>();

  function later(what: string, work: Promise<void>): void {
    const settled = work
      .catch((error: unknown) => core.log.warn({ err: error }, `${what} failed`))
      .finally(() => running.delete(settled));
    running.add(settled);
  }

  const library = createLibrary(core, options, pool, { later, attempts });

  return {
    attempts,
    keys: new KeyCache(core.clock),
    sendMail: options.sendMail,
    later,
    async signIn(request, { email, password }) {
      const attempt = { ip: request.ip, email };
      await attempts.begin("signIn", attempt);
      const signedIn = await translated(async () => {
        const { headers, response } = await library.api.signInEmail({
          body: { email, password },
          headers: headersFor(request),
          returnHeaders: true,
        });
        return { account: toAccount(response.user), cookies: headers.getSetCookie() };
      });
      await attempts.succeeded(attempt);
      return signedIn;
    },
    async session(request, { refresh }) {
      if (headerOf(request.headers, "cookie") === undefined) return undefined;
      const { headers, response } = await library.api.getSession({
        headers: headersFor(request),
        query: { disableRefresh: !refresh },
        returnHeaders: true,
      });
      if (response === null) return undefined;
      return { account: toAccount(response.user), cookies: headers.getSetCookie() };
    },
    async signOut(request) {
      const { headers } = await library.api.signOut({ headers: headersFor(request), returnHeaders: true });
      return headers.getSetCookie();
    },
    async changePassword(request, { email }, passwords) {
      // A stolen session must not become a place to guess the password at.
      const attempt = { ip: request.ip, email };
      await attempts.begin("signIn", attempt);
      const cookies = await translated(async () => {
        const { headers } = await library.api.changePassword({
          body: { ...passwords, revokeOtherSessions: true },
          headers: headersFor(request),
          returnHeaders: true,
        });
        return headers.getSetCookie();
      });
      await attempts.succeeded(attempt);
      return cookies;
    },
    async requestReset(request, email) {
      await attempts.begin("reset", { ip: request.ip, email });
      await library.api.requestPasswordReset({ body: { email: email.toLowerCase() } });
    },
    async resetPassword(token, newPassword) {
      await translated(() => library.api.resetPassword({ body: { token, newPassword } }));
    },
    async hashPassword(password) {
      const context = await library.$context;
      return await context.password.hash(password);
    },
    async close() {
      while (running.size > 0) await Promise.all(running);
      await pool.end();
    },
  };
}

function createLibrary(
  core: Core,
  options: AuthOptions,
  pool: ReturnType<typeof createPool>,
  { later, attempts }: Pick<Auth, "later" | "attempts">,
) {
  return betterAuth({
    appName: "Errand",
    baseURL: core.publicUrl,
    basePath: "/v1/auth",
    secret: options.secret,
    telemetry: { enabled: false },
    database: { dialect: new PostgresDialect({ pool }), type: "postgres", transaction: true },
    user: { modelName: "auth_users" },
    session: { modelName: "auth_sessions", expiresIn: sessionSeconds, updateAge: 24 * 3600 },
    account: { modelName: "auth_accounts" },
    verification: { modelName: "auth_verifications", storeIdentifier: "hashed" },
    emailAndPassword: {
      enabled: true,
      // Accounts are made by accepting an invitation, in the same transaction as the membership.
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: resetSeconds,
      sendResetPassword: async ({ user, token }) => {
        // Not awaited: the time of the answer would tell which addresses have an account.
        later("mailing a reset link", options.sendMail(resetMail(core.publicUrl, user.email, token)));
      },
      // Whoever guessed too often before asking for the link may sign in with what they chose. The library ends the
      // sessions after this, so it must not fail.
      onPasswordReset: ({ user }) =>
        attempts
          .unlock(user.email)
          .catch((error: unknown) => core.log.warn({ err: error }, "an address could not be unlocked")),
    },
    // Ours counts in the database for all processes.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: "errand",
      useSecureCookies: core.publicUrl.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { ipAddressHeaders: [ipHeader] },
      database: {
        generateId: () => newId(),
        // It would connect as soon as the object is made; the tables are our migrations', and tests sign in.
        validateSchema: false,
      },
    },
    logger: {
      level: "warn",
      // Wrong passwords arrive here as warnings.
      log: (level, message, ...details) =>
        core.log[level === "error" ? "error" : "debug"](
          { details: details.map(messageOf) },
          `sign-in: ${message}`,
        ),
    },
  });
}

function toAccount(user: { readonly id: string; readonly name: string; readonly email: string }): Account {
  return { userId: user.id, name: user.name, email: user.email };
}

function headersFor(request: Request): Headers {
  const headers = new Headers({ [ipHeader]: request.ip });
  for (const name of ["cookie", "user-agent"]) {
    const value = headerOf(request.headers, name);
    if (value !== undefined) headers.set(name, value);
  }
  return headers;
}

/** Runs a call of the library and says its refusals in our words. */
async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof APIError ? error.body?.code : undefined;
    if (code === "INVALID_EMAIL_OR_PASSWORD" || code === "INVALID_EMAIL")
      throw new AppError(workspaceErrors.sign_in_failed);
    if (code === "INVALID_PASSWORD")
      throw invalidField("currentPassword", "password_wrong", "is not your current password");
    if (code === "INVALID_TOKEN") throw new AppError(workspaceErrors.reset_token_invalid);
    throw error;
  }
}
