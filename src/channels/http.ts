import { z } from "zod";
import { requireFound } from "../base/errors.ts";
import { toId, toIdOrNull } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { booleanInQuery, idOf, instant, pageOf, pageQuery, searchInQuery } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import type { Channel } from "./channel.ts";
import {
  createChannel,
  deleteChannel,
  getChannel,
  listChannels,
  rotateSecret,
  showSecret,
  updateChannel,
} from "./channels.ts";
import { channelErrors } from "./errors.ts";
import { platformOf } from "./platforms/index.ts";
import {
  channelExample,
  channelOut,
  channelStatus,
  createBody,
  platformName,
  secretOut,
  updateBody,
} from "./schemas.ts";

const tag = "Channels";
const params = z.object({ channelId: idOf("channel") });

/** Routes under `/v1/channels`. */
export function channelRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/channels",
      operationId: "createChannel",
      tag,
      summary: "Connect a channel",
      status: 201,
      body: createBody,
      response: channelOut,
      examples: { body: { platform: "web", kind: "widget", name: "Website" }, response: channelExample },
      handler: ({ body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentChannel(await createChannel(core, tx, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/channels",
      operationId: "listChannels",
      tool: { name: "list_channels", readOnly: true },
      tag,
      summary: "List channels, newest first",
      query: z.object({
        ...pageQuery,
        q: searchInQuery("Part of the name, in any case"),
        platform: platformName.optional().meta({ description: "Only channels of this platform" }),
        status: channelStatus.optional().meta({ description: "Only channels with this status" }),
      }),
      response: pageOf(channelOut),
      examples: { response: { items: [channelExample], nextCursor: null } },
      handler: ({ query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { limit, cursor, ...filter } = query;
          const page = await listChannels(tx, filter, { limit, cursor });
          return { items: page.items.map(presentChannel), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/channels/:channelId",
      operationId: "getChannel",
      tag,
      summary: "Read a channel",
      params,
      response: channelOut,
      examples: { response: channelExample },
      handler: ({ params: { channelId }, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const channel = requireFound(await getChannel(tx, channelId), "channel");
          return presentChannel(channel);
        }),
    }),
    route({
      scope: "write",
      method: "PATCH",
      path: "/v1/channels/:channelId",
      operationId: "updateChannel",
      tag,
      summary: "Change a channel",
      params,
      body: updateBody,
      response: channelOut,
      examples: { body: { status: "disabled" }, response: channelExample },
      handler: ({ params: { channelId }, body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentChannel(await updateChannel(core, tx, channelId, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "DELETE",
      path: "/v1/channels/:channelId",
      operationId: "deleteChannel",
      tag,
      summary: "Delete a channel",
      description:
        "Refused while the channel has conversations, because they go with it; `withConversations=true` says that they may.",
      params,
      query: z.object({
        withConversations: booleanInQuery.prefault("false").meta({
          description: "True: also if it has conversations, which are deleted with it",
        }),
      }),
      status: 204,
      response: z.undefined(),
      errors: [channelErrors.channel_in_use],
      handler: ({ params: { channelId }, query, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await deleteChannel(core, tx, channelId, query, { caller, requestId });
          return undefined;
        }),
    }),
    route({
      scope: "admin",
      method: "GET",
      path: "/v1/channels/:channelId/secret",
      operationId: "getChannelSecret",
      tag,
      summary: "Read a channel's secret",
      description:
        "The key under which your server proves who a visitor is: hex HMAC-SHA256 of the externalId. Reading it is audited.",
      params,
      response: secretOut,
      examples: { response: { secret: "bV9t3n0rG2cXw3x2bUQkL0S9yq3c1Jm7a0d5e8f1h2k" } },
      handler: ({ params: { channelId }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => ({
          secret: await showSecret(core, tx, channelId, { caller, requestId }),
        })),
    }),
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/channels/:channelId/secret/rotate",
      operationId: "rotateChannelSecret",
      tag,
      summary: "Replace a channel's secret",
      description:
        "Proofs made with the old secret are refused from now on; visitors that have a token keep it.",
      params,
      response: secretOut,
      examples: { response: { secret: "bV9t3n0rG2cXw3x2bUQkL0S9yq3c1Jm7a0d5e8f1h2k" } },
      handler: ({ params: { channelId }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => ({
          secret: await rotateSecret(core, tx, channelId, { caller, requestId }),
        })),
    }),
  ];
}

function presentChannel(channel: Channel): z.input<typeof channelOut> {
  return {
    id: toId("channel", channel.id),
    platform: channel.platform,
    kind: channel.kind,
    name: channel.name,
    status: channel.status,
    mayWriteFirst: platformOf(channel).kind.mayWriteFirst,
    defaultAgentId: toIdOrNull("agent", channel.defaultAgentId),
    demo: channel.demo,
    meta: channel.meta,
    createdAt: instant(channel.createdAt),
    updatedAt: instant(channel.updatedAt),
  };
}
