import type { Route, RouteResponse } from "../base/route.ts";
import type { Core } from "../engine/index.ts";
import { type Auth, createAuth } from "./auth.ts";
import { workspacesRoutes } from "./http.ts";
import type { Mail } from "./mails.ts";

export interface TestAuth {
  readonly auth: Auth;
  readonly mails: Mail[];
  /** Runs a route as the server does once the caller is known; the answer as the handler gives it. */
  call(operationId: string, request: TestRequest): Promise<unknown>;
  /** Signs in and answers the `Cookie` header of the session. */
  signIn(email: string, password: string, ip?: string): Promise<string>;
}

export interface TestRequest {
  readonly caller?: unknown;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly cookie?: string;
  readonly ip?: string;
}

/** Sign-in on the test's database, with mails kept in memory. */
export function createTestAuth(core: Core & { readonly url: string }): TestAuth {
  const mails: Mail[] = [];
  const auth = createAuth(core, {
    databaseUrl: core.url,
    secret: "a secret of the tests with more than 32 characters",
    sendMail: async (mail) => {
      mails.push(mail);
    },
  });
  const routes = workspacesRoutes(core, auth);

  async function call(operationId: string, request: TestRequest): Promise<unknown> {
    const route = routes.find((candidate) => candidate.operationId === operationId);
    if (route?.handler === undefined) throw new Error(`no route ${operationId}`);
    const headers = request.cookie === undefined ? {} : { cookie: request.cookie };
    const ip = request.ip ?? "192.0.2.1";
    return await route.handler({
      params: route.params?.parse(request.params),
      query: route.query?.parse(request.query ?? {}),
      body: route.body?.parse(request.body),
      caller: await callerOf(route, request, { headers, method: route.method, ip }),
      requestId: "req-test",
      ip,
      headers,
      signal: new AbortController().signal,
    });
  }

  return {
    auth,
    mails,
    call,
    async signIn(email, password, ip = "192.0.2.1") {
      const { cookies } = await auth.signIn({ headers: {}, ip }, { email, password });
      return cookieHeader(cookies);
    },
  };
}

async function callerOf(
  route: Route,
  request: TestRequest,
  credentials: { headers: Record<string, string>; method: string; ip: string },
): Promise<unknown> {
  return route.access.kind === "custom" ? await route.access.authenticate(credentials) : request.caller;
}

/** What a browser sends back after these `Set-Cookie` headers. */
export function cookieHeader(cookies: readonly string[]): string {
  return cookies.map((cookie) => cookie.split(";", 1)[0]).join("; ");
}

/** The `Set-Cookie` headers of a handler's answer. */
export function setCookiesOf(answer: unknown): readonly string[] {
  const { headers } = answer as RouteResponse<unknown>;
  return [headers["set-cookie"] ?? []].flat();
}
