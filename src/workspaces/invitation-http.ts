import { z } from "zod";
import { toId, toIdOrNull } from "../base/ids.ts";
import { publicRoute, type Route, RouteResponse, roles, route } from "../base/route.ts";
import { idOf, idOut, instant, instantOut, pageOf, pageQuery, searchInQuery, text } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import type { Auth } from "./auth.ts";
import { email, newPassword, secretToken } from "./auth-schemas.ts";
import { workspaceErrors } from "./errors.ts";
import {
  createInvitation,
  type Invitation,
  invitationLink,
  listInvitations,
  revokeInvitation,
} from "./invitations.ts";
import { invitationMail } from "./mails.ts";
import { invitationStatus } from "./rules.ts";
import { getWorkspace } from "./workspaces.ts";

const invitationOut = z
  .object({
    id: idOut("invitation"),
    email: z.string().nullable().meta({ description: "Null: for whoever opens the link" }),
    role: z.enum(roles),
    status: z.enum(["open", "accepted", "revoked", "expired"]),
    invitedBy: idOut("member").nullable(),
    expiresAt: instantOut,
    acceptedAt: instantOut.nullable(),
    revokedAt: instantOut.nullable(),
    createdAt: instantOut,
  })
  .meta({ id: "Invitation" });

const exampleInvitation = {
  id: "inv_01k3v8q5x8e7arf4s2m6t9c0wd",
  email: "ada@example.com",
  role: "operator",
  status: "open",
  invitedBy: "mem_01k3v8q5x8e7arf4s2m6t9c0wd",
  expiresAt: "2027-03-08T09:00:00.000Z",
  acceptedAt: null,
  revokedAt: null,
  createdAt: "2027-03-01T09:00:00.000Z",
};
const exampleToken = "r2Zk1tq0v9w2Yb7cXn4mLp8sGd5hJf3aKe6iOu1xWzQ";

function presentInvitation(invitation: Invitation, now: Date): z.input<typeof invitationOut> {
  return {
    id: toId("invitation", invitation.id),
    email: invitation.email,
    role: invitation.role,
    status: invitationStatus(invitation, now),
    invitedBy: toIdOrNull("member", invitation.invitedBy),
    expiresAt: instant(invitation.expiresAt),
    acceptedAt: instant(invitation.acceptedAt),
    revokedAt: instant(invitation.revokedAt),
    createdAt: instant(invitation.createdAt),
  };
}

export function invitationRoutes(core: Core, auth: Auth): readonly Route[] {
  return [
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/invitations",
      operationId: "createInvitation",
      tag: "Members",
      summary: "Invite a person",
      description:
        "The answer is the only time the link is shown. With an address it is also mailed there, and only an account with that address can accept it. A new invitation revokes an earlier open one for the same address.",
      status: 201,
      body: z.strictObject({ email: email.nullish(), role: z.enum(roles) }),
      response: invitationOut.extend({ token: z.string(), link: z.string() }),
      errors: [workspaceErrors.owner_only, workspaceErrors.already_member],
      examples: {
        body: { email: "ada@example.com", role: "operator" },
        response: {
          ...exampleInvitation,
          token: exampleToken,
          link: invitationLink("https://errand.example.com", exampleToken),
        },
      },
      async handler({ caller, requestId, body }) {
        const made = await core.db.tenant(caller.workspaceId, async (tx) => {
          const invited = { email: body.email ?? null, role: body.role };
          const created = await createInvitation(core, tx, invited, { caller, requestId });
          return { ...created, workspaceName: (await getWorkspace(tx)).name };
        });
        const { invitation, token, workspaceName } = made;
        if (invitation.email !== null) {
          const mail = invitationMail(core.publicUrl, invitation.email, workspaceName, token);
          auth.later("mailing an invitation", auth.sendMail(mail));
        }
        const link = invitationLink(core.publicUrl, token);
        return { ...presentInvitation(invitation, core.clock.now()), token, link };
      },
    }),
    route({
      scope: "admin",
      method: "GET",
      path: "/v1/invitations",
      operationId: "listInvitations",
      tag: "Members",
      summary: "All invitations, whatever became of them",
      query: z.strictObject({ ...pageQuery, q: searchInQuery("Part of the e-mail address, in any case") }),
      response: pageOf(invitationOut),
      examples: { response: { items: [exampleInvitation], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listInvitations(tx, filter, { limit, cursor });
          const now = core.clock.now();
          return {
            items: page.items.map((item) => presentInvitation(item, now)),
            nextCursor: page.nextCursor,
          };
        }),
    }),
    route({
      scope: "admin",
      method: "DELETE",
      path: "/v1/invitations/:invitationId",
      operationId: "revokeInvitation",
      tag: "Members",
      summary: "Make an invitation's link useless",
      status: 204,
      params: z.object({ invitationId: idOf("invitation") }),
      response: z.undefined(),
      errors: [workspaceErrors.invitation_accepted],
      handler: ({ caller, requestId, params: { invitationId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await revokeInvitation(core, tx, invitationId, { caller, requestId });
          return undefined;
        }),
    }),
    publicRoute({
      method: "POST",
      path: "/v1/invitations/accept",
      operationId: "acceptInvitation",
      tag: "Members",
      summary: "Become a member by an invitation's token",
      description:
        "With `password` (and `name`, and `email` if the invitation names none) this makes an account and signs in. Without it, the person who is signed in becomes a member.",
      body: z.strictObject({
        token: secretToken,
        name: text({ min: 1, max: 200 }).optional(),
        email: email.optional(),
        password: newPassword.optional(),
      }),
      response: z.object({ workspaceId: idOut("workspace"), memberId: idOut("member") }),
      errors: [
        workspaceErrors.invitation_invalid,
        workspaceErrors.invitation_other_email,
        workspaceErrors.already_member,
        workspaceErrors.email_taken,
        workspaceErrors.too_many_attempts,
      ],
      examples: {
        body: { token: exampleToken, name: "Ada Novak", email: "ada@example.com", password: "correct horse" },
        response: {
          workspaceId: "ws_01k3v8q5x8e7arf4s2m6t9c0wd",
          memberId: "mem_01k3v8q5x8e7arf4s2m6t9c0wd",
        },
      },
      async handler({ body, headers, ip, requestId }) {
        const { token, password, ...person } = body;
        const request = { headers, ip };
        const session = password === undefined ? await auth.session(request, { refresh: false }) : undefined;
        const who = session ? { signedIn: session.account } : { newAccount: { ...person, password } };
        const accepted = await acceptInvitation(core, auth, token, who, requestId);
        const ids = {
          workspaceId: toId("workspace", accepted.workspaceId),
          memberId: toId("member", accepted.memberId),
        };
        if (password === undefined) return ids;
        const { cookies } = await auth.signIn(request, { email: accepted.email, password });
        return new RouteResponse(ids, { headers: { "set-cookie": cookies } });
      },
    }),
  ];
}
