import { z } from "zod";
import { toId } from "../base/ids.ts";
import { type Route, roles, route } from "../base/route.ts";
import { idOf, idOut, instant, instantOut, pageOf, pageQuery, searchInQuery } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { workspaceErrors } from "./errors.ts";
import { changeMemberRole, getMember, listMembers, type Member, removeMember } from "./members.ts";

const role = z
  .enum(roles)
  .meta({ description: "viewer reads, operator works, admin configures, owner also makes owners" });

const memberOut = z
  .object({
    id: idOut("member"),
    name: z.string(),
    email: z.string(),
    role,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Member" });

const exampleMember = {
  id: "mem_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "Ada Novak",
  email: "ada@example.com",
  role: "operator",
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

function presentMember(member: Member): z.input<typeof memberOut> {
  return {
    id: toId("member", member.id),
    name: member.name,
    email: member.email,
    role: member.role,
    createdAt: instant(member.createdAt),
    updatedAt: instant(member.updatedAt),
  };
}

const params = z.object({ memberId: idOf("member") });

export function memberRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/members",
      operationId: "listMembers",
      tag: "Members",
      summary: "The people of the workspace",
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Part of the name or the e-mail address, in any case"),
        role: role.optional(),
      }),
      response: pageOf(memberOut),
      examples: { response: { items: [exampleMember], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listMembers(tx, filter, { limit, cursor });
          return { items: page.items.map(presentMember), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/members/:memberId",
      operationId: "getMember",
      tag: "Members",
      summary: "One person",
      params,
      response: memberOut,
      examples: { response: exampleMember },
      handler: ({ caller, params: { memberId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => presentMember(await getMember(tx, memberId))),
    }),
    route({
      scope: "admin",
      method: "PATCH",
      path: "/v1/members/:memberId",
      operationId: "updateMember",
      tag: "Members",
      summary: "Change a person's role",
      description: "Only an owner may make or change owners. The last owner stays one.",
      params,
      body: z.strictObject({ role }),
      response: memberOut,
      errors: [workspaceErrors.owner_only, workspaceErrors.last_owner],
      examples: { body: { role: "operator" }, response: exampleMember },
      handler: ({ caller, requestId, params: { memberId }, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentMember(await changeMemberRole(core, tx, memberId, body.role, { caller, requestId })),
        ),
    }),
    route({
      scope: "admin",
      method: "DELETE",
      path: "/v1/members/:memberId",
      operationId: "removeMember",
      tag: "Members",
      summary: "Take a person out of the workspace",
      description: "Their account stays, since they may be in other workspaces.",
      status: 204,
      params,
      response: z.undefined(),
      errors: [workspaceErrors.owner_only, workspaceErrors.last_owner],
      handler: ({ caller, requestId, params: { memberId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await removeMember(tx, memberId, { caller, requestId });
          return undefined;
        }),
    }),
  ];
}
