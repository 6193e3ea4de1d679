import { z } from "zod";
import { toId } from "../base/ids.ts";
import {
  customRoute,
  publicRoute,
  type Route,
  type RouteAccess,
  RouteResponse,
  roles,
} from "../base/route.ts";
import { idOut, text, timezone } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import type { Account, Auth } from "./auth.ts";
import { email, newPassword, secretToken } from "./auth-schemas.ts";
import { requireAccount } from "./authenticate.ts";
import { workspaceErrors } from "./errors.ts";
import { selectMembershipsOfUser } from "./member-store.ts";
import { getProfile, themes, updateProfile } from "./profile.ts";
import { selectWorkspaceNames } from "./workspace-store.ts";

const sessionOut = z
  .object({
    name: z.string(),
    email: z.string(),
    memberships: z
      .array(
        z.object({
          workspaceId: idOut("workspace"),
          workspaceName: z.string(),
          memberId: idOut("member"),
          role: z.enum(roles),
        }),
      )
      .meta({
        description:
          "Requests are for the first one, unless the header `X-Workspace-Id` names another of them",
      }),
    timezone: z
      .string()
      .nullable()
      .meta({ description: "In which the dashboard shows times; null: that of the browser" }),
    theme: z.enum(themes),
  })
  .meta({ id: "Session" });

const exampleSession = {
  name: "Ada Novak",
  email: "ada@example.com",
  memberships: [
    {
      workspaceId: "ws_01k3v8q5x8e7arf4s2m6t9c0wd",
      workspaceName: "default",
      memberId: "mem_01k3v8q5x8e7arf4s2m6t9c0wd",
      role: "owner",
    },
  ],
  timezone: null,
  theme: "system",
};

async function presentSession(core: Core, account: Account): Promise<z.input<typeof sessionOut>> {
  const memberships = await selectMembershipsOfUser(core.db.autocommit, account.userId);
  const names = await selectWorkspaceNames(
    core.db.autocommit,
    memberships.map((membership) => membership.workspaceId),
  );
  const profile = await getProfile(core, account.userId);
  return {
    name: account.name,
    email: account.email,
    memberships: memberships.map(({ workspaceId, memberId, role }) => ({
      workspaceId: toId("workspace", workspaceId),
      workspaceName: names.get(workspaceId) ?? "",
      memberId: toId("member", memberId),
      role,
    })),
    timezone: profile.timezone,
    theme: profile.theme,
  };
}

export function authRoutes(core: Core, auth: Auth): readonly Route[] {
  const session: RouteAccess<Account> = {
    kind: "custom",
    scheme: "sessionCookie",
    authenticate: (credentials) => requireAccount(auth, credentials),
  };
  return [
    publicRoute({
      method: "POST",
      path: "/v1/auth/sign-in",
      operationId: "signIn",
      tag: "Sign-in",
      summary: "Sign in with e-mail and password",
      description:
        "Sets the session cookie (HttpOnly, SameSite=Lax), which lasts seven days from its last use.",
      body: z.strictObject({ email, password: z.string().min(1).max(1_000) }),
      response: sessionOut,
      errors: [workspaceErrors.sign_in_failed, workspaceErrors.too_many_attempts],
      examples: { body: { email: "ada@example.com", password: "correct horse" }, response: exampleSession },
      async handler({ body, headers, ip }) {
        const { account, cookies } = await auth.signIn({ headers, ip }, body);
        return new RouteResponse(await presentSession(core, account), { headers: { "set-cookie": cookies } });
      },
    }),
    customRoute({
      access: session,
      method: "POST",
      path: "/v1/auth/sign-out",
      operationId: "signOut",
      tag: "Sign-in",
      summary: "End the session",
      status: 204,
      response: z.undefined(),
      errors: [workspaceErrors.session_required],
      async handler({ headers, ip }) {
        const cookies = await auth.signOut({ headers, ip });
        return new RouteResponse(undefined, { headers: { "set-cookie": cookies } });
      },
    }),
    customRoute({
      access: session,
      method: "GET",
      path: "/v1/auth/session",
      operationId: "getSession",
      tag: "Sign-in",
      summary: "Who is signed in, and where they are a member",
      description: "Also prolongs the session and its cookie, at most once a day.",
      response: sessionOut,
      errors: [workspaceErrors.session_required],
      examples: { response: exampleSession },
      async handler({ caller, headers, ip }) {
        const current = await auth.session({ headers, ip }, { refresh: true });
        const body = await presentSession(core, caller);
        const cookies = current?.cookies ?? [];
        return new RouteResponse(body, cookies.length === 0 ? {} : { headers: { "set-cookie": cookies } });
      },
    }),
    customRoute({
      access: session,
      method: "PATCH",
      path: "/v1/auth/profile",
      operationId: "updateProfile",
      tag: "Sign-in",
      summary: "Change your name, time zone and theme",
      description: "The name is that of the person in all their workspaces.",
      body: z.strictObject({
        name: text({ min: 1, max: 200 }).optional().meta({ example: "Ada Novak" }),
        timezone: timezone
          .nullable()
          .optional()
          .meta({ description: "In which the dashboard shows times; null: that of the browser" }),
        theme: z.enum(themes).optional().meta({ description: "`system`: as the machine is set" }),
      }),
      response: sessionOut,
      errors: [workspaceErrors.session_required],
      examples: {
        body: { timezone: "Europe/Berlin", theme: "dark" },
        response: { ...exampleSession, timezone: "Europe/Berlin", theme: "dark" },
      },
      async handler({ caller, body, requestId }) {
        return await presentSession(core, await updateProfile(core, caller, body, requestId));
      },
    }),
    customRoute({
      access: session,
      method: "POST",
      path: "/v1/auth/change-password",
      operationId: "changePassword",
      tag: "Sign-in",
      summary: "Change the password",
      description: "Ends all other sessions of the person.",
      status: 204,
      body: z.strictObject({ currentPassword: z.string().min(1).max(1_000), newPassword }),
      response: z.undefined(),
      errors: [workspaceErrors.session_required, workspaceErrors.too_many_attempts],
      examples: { body: { currentPassword: "correct horse", newPassword: "battery staple" } },
      async handler({ caller, body, headers, ip }) {
        const cookies = await auth.changePassword({ headers, ip }, caller, body);
        return new RouteResponse(undefined, { headers: { "set-cookie": cookies } });
      },
    }),
    publicRoute({
      method: "POST",
      path: "/v1/auth/forgot-password",
      operationId: "requestPasswordReset",
      tag: "Sign-in",
      summary: "Have a link for a new password mailed",
      description:
        "Answers the same whether or not there is such an account. Where no mail server is configured, the link is in the log.",
      status: 204,
      body: z.strictObject({ email }),
      response: z.undefined(),
      errors: [workspaceErrors.too_many_attempts],
      examples: { body: { email: "ada@example.com" } },
      async handler({ body, headers, ip }) {
        await auth.requestReset({ headers, ip }, body.email);
        return undefined;
      },
    }),
    publicRoute({
      method: "POST",
      path: "/v1/auth/reset-password",
      operationId: "resetPassword",
      tag: "Sign-in",
      summary: "Choose a new password by the mailed token",
      description: "The token works once, within an hour. Ends all sessions of the person.",
      status: 204,
      body: z.strictObject({ token: secretToken, newPassword }),
      response: z.undefined(),
      errors: [workspaceErrors.reset_token_invalid],
      examples: { body: { token: "m4x8Jq2Lr7tVb1nKc5wZd9sE", newPassword: "battery staple" } },
      async handler({ body }) {
        await auth.resetPassword(body.token, body.newPassword);
        return undefined;
      },
    }),
  ];
}
