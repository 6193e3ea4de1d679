import { z } from "zod";
import { idOf, idOut, instantOut, meta, metaOut, text } from "../base/schemas.ts";
import { platforms } from "./platforms/index.ts";

const name = text({ min: 1, max: 200 }).meta({ example: "Website" });
const kindNames = [...new Set(platforms.flatMap(({ kinds }) => kinds.map((kind) => kind.name)))];
const platformNames = platforms.map((platform) => platform.name);
const kind = z
  .enum(kindNames)
  .meta({ description: "How the channel reaches the contact", example: "widget" });
const defaultAgentId = idOf("agent")
  .nullable()
  .optional()
  .meta({ description: "The agent that answers where no session is live; null: a person has to" });

export const platformName = z.enum(platformNames);
export const channelStatus = z.enum(["connected", "disabled"]);

export const createBody = z.strictObject({
  platform: platformName.meta({ example: "web" }),
  kind,
  name,
  defaultAgentId,
  meta: meta.optional(),
});

export const updateBody = z.strictObject({
  name: name.optional(),
  kind: kind.optional(),
  status: channelStatus.optional().meta({ description: "A disabled channel takes and sends no messages" }),
  defaultAgentId,
  meta: meta.optional(),
});

export const channelOut = z
  .object({
    id: idOut("channel"),
    platform: z.string(),
    kind: z.string(),
    name: z.string(),
    status: channelStatus,
    mayWriteFirst: z.boolean().meta({ description: "Whether the first message of an exchange may be yours" }),
    defaultAgentId: idOut("agent").nullable(),
    demo: z.boolean().meta({ description: "True for what the demo made" }),
    meta: metaOut,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Channel" });

export const secretOut = z
  .object({
    secret: z.string().meta({ description: "Key of the HMAC-SHA256 that proves a visitor's externalId" }),
  })
  .meta({ id: "ChannelSecret" });

export const channelExample = {
  id: "chan_01k3v8q5x8e7arf4s2m6t9c0wd",
  platform: "web",
  kind: "widget",
  name: "Website",
  status: "connected",
  mayWriteFirst: true,
  defaultAgentId: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
  demo: false,
  meta: {},
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};
