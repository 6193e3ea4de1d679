import { z } from "zod";
import { toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { idOf, idOut, instant, instantOut } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { conversationErrors } from "./errors.ts";
import { playContact } from "./play.ts";

/** The route by which members and keys speak as a contact. */
export function playRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/channels/:channelId/visitors",
      operationId: "playContact",
      tag: "Channels",
      summary: "Speak as a contact, to try an agent out",
      description:
        "Answers a visitor's token for the routes under `/web/v1` that is valid for a day. What is written with it is what the contact writes: it is answered, counted and kept like any message. Each use of this operation is an entry of the audit log.",
      status: 201,
      params: z.object({ channelId: idOf("channel") }),
      body: z.strictObject({ contactId: idOf("contact") }),
      response: z.object({
        token: z.string().meta({ description: "Goes into `Authorization: Bearer …`; shown once" }),
        contactId: idOut("contact"),
        expiresAt: instantOut,
      }),
      errors: [conversationErrors.channel_not_web, conversationErrors.channel_disabled],
      examples: {
        body: { contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd" },
        response: {
          token: "vis_3Yw0m5n8QZ0J3rGk7c1V9bT2xK4sD6fH8pL0aE5uI1o",
          contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
          expiresAt: "2027-03-02T09:00:00.000Z",
        },
      },
      handler: ({ params: { channelId }, body: { contactId }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const play = { channelId, contactId };
          const played = await playContact(core, tx, play, { caller, requestId });
          const { token, expiresAt } = played;
          return { token, contactId: toId("contact", contactId), expiresAt: instant(expiresAt) };
        }),
    }),
  ];
}
