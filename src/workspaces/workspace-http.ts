import { z } from "zod";
import { toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { idOut, instant, instantOut, text, timezone, usd, wholeNumber } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import {
  freezeWorkspace,
  getWorkspace,
  unfreezeWorkspace,
  updateWorkspace,
  type Workspace,
} from "./workspaces.ts";

const workspaceOut = z
  .object({
    id: idOut("workspace"),
    name: z.string(),
    timezone: z.string(),
    dailyCostUsd: z.string().nullable(),
    monthlyCostUsd: z.string().nullable(),
    executionRetentionDays: z
      .int()
      .meta({ description: "Days for which executions that have ended are kept" }),
    conversationIdleCloseSeconds: z
      .int()
      .meta({ description: "Seconds without a message after which a conversation is closed" }),
    frozenAt: instantOut.nullable(),
    frozenReason: z.string().nullable(),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Workspace" });

const exampleWorkspace = {
  id: "ws_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "default",
  timezone: "Europe/Berlin",
  dailyCostUsd: "20.00",
  monthlyCostUsd: null,
  executionRetentionDays: 90,
  conversationIdleCloseSeconds: 86_400,
  frozenAt: null,
  frozenReason: null,
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};
const frozenExample = {
  ...exampleWorkspace,
  frozenAt: "2027-03-02T10:15:00.000Z",
  frozenReason: "Wrong price list",
  updatedAt: "2027-03-02T10:15:00.000Z",
};

function presentWorkspace(workspace: Workspace): z.input<typeof workspaceOut> {
  return {
    id: toId("workspace", workspace.id),
    name: workspace.name,
    timezone: workspace.timezone,
    dailyCostUsd: workspace.dailyCostUsd,
    monthlyCostUsd: workspace.monthlyCostUsd,
    executionRetentionDays: workspace.executionRetentionDays,
    conversationIdleCloseSeconds: workspace.conversationIdleCloseSeconds,
    frozenAt: instant(workspace.frozenAt),
    frozenReason: workspace.frozenReason,
    createdAt: instant(workspace.createdAt),
    updatedAt: instant(workspace.updatedAt),
  };
}

export function workspaceRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/workspace",
      operationId: "getWorkspace",
      tag: "Workspace",
      summary: "The workspace of the key or session",
      response: workspaceOut,
      examples: { response: exampleWorkspace },
      handler: ({ caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => presentWorkspace(await getWorkspace(tx))),
    }),
    route({
      scope: "admin",
      method: "PATCH",
      path: "/v1/workspace",
      operationId: "updateWorkspace",
      tag: "Workspace",
      summary: "Change name, time zone, budgets, retention or when conversations close",
      description:
        "Budgets hold for what all agents of the workspace spend on model calls. Days and months are those of the time zone.",
      body: z.strictObject({
        name: text({ min: 1, max: 200 }).optional(),
        timezone: timezone.optional(),
        dailyCostUsd: usd.nullish().meta({ description: "What may be spent in a day; null: no budget" }),
        monthlyCostUsd: usd.nullish().meta({ description: "What may be spent in a month; null: no budget" }),
        executionRetentionDays: wholeNumber(1, 3_650).optional().meta({
          description: "Days for which executions that have ended are kept, 1 to 3650; 90 at first",
        }),
        conversationIdleCloseSeconds: wholeNumber(300, 2_592_000).optional().meta({
          description:
            "Seconds without a message after which a conversation is closed, unless a session is live or a person is in control, 300 to 2592000; 86400 at first",
        }),
      }),
      response: workspaceOut,
      examples: { body: { timezone: "Europe/Berlin", dailyCostUsd: "20.00" }, response: exampleWorkspace },
      handler: ({ caller, requestId, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentWorkspace(await updateWorkspace(core, tx, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/workspace/freeze",
      operationId: "freezeWorkspace",
      tag: "Workspace",
      summary: "Stop every send at once",
      description: "A workspace that is frozen already keeps its first reason.",
      body: z.strictObject({ reason: text({ min: 1, max: 500 }) }),
      response: workspaceOut,
      examples: { body: { reason: "Wrong price list" }, response: frozenExample },
      handler: ({ caller, requestId, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentWorkspace(await freezeWorkspace(core, tx, body.reason, { caller, requestId })),
        ),
    }),
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/workspace/unfreeze",
      operationId: "unfreezeWorkspace",
      tag: "Workspace",
      summary: "Let messages go out again",
      response: workspaceOut,
      examples: { response: exampleWorkspace },
      handler: ({ caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentWorkspace(await unfreezeWorkspace(core, tx, { caller, requestId })),
        ),
    }),
  ];
}
