import { z } from "zod";
import { type Caller, customRoute, type Route, type RouteAccess } from "../base/route.ts";
import type { Core } from "../engine/index.ts";
import { workspaceErrors } from "../workspaces/index.ts";
import { changePreferences, listPreferences } from "./preferences.ts";

const tag = "Notifications";
const errors = [workspaceErrors.session_required, workspaceErrors.not_a_member];
const mostItems = 100;

const preferencesOut = z
  .object({
    items: z.array(
      z.object({
        kind: z.string().meta({ example: "task.auto_paused" }),
        title: z.string(),
        description: z.string().meta({ description: "When it is sent" }),
        email: z.boolean().meta({ description: "Whether you are mailed it" }),
      }),
    ),
  })
  .meta({ id: "NotificationPreferences" });

const example = {
  items: [
    {
      kind: "task.auto_paused",
      title: "Task paused",
      description: "Too many runs of a task failed in a row, so that it paused by itself.",
      email: true,
    },
  ],
};

/** Routes under `/v1/notifications/preferences`, for members themselves. */
export function preferenceRoutes(core: Core, access: RouteAccess<Caller>): readonly Route[] {
  return [
    customRoute({
      access,
      method: "GET",
      path: "/v1/notifications/preferences",
      operationId: "listNotificationPreferences",
      tag,
      summary: "Which notifications you are mailed",
      description:
        "Every kind that Errand sends. They are mailed to owners and admins where a mail server is configured, unless they choose otherwise here; everybody sees all of them in the dashboard.",
      response: preferencesOut,
      errors,
      examples: { response: example },
      handler: ({ caller: { workspaceId, id } }) =>
        core.db.tenant(workspaceId, async (tx) => ({ items: [...(await listPreferences(core, tx, id))] })),
    }),
    customRoute({
      access,
      method: "PATCH",
      path: "/v1/notifications/preferences",
      operationId: "updateNotificationPreferences",
      tag,
      summary: "Choose which notifications you are mailed",
      description: "For you alone, in this workspace. Kinds that are not named stay as they are.",
      body: z.strictObject({
        items: z
          .array(
            z.strictObject({
              kind: z.string().max(100).meta({ example: "task.auto_paused" }),
              email: z.boolean(),
            }),
          )
          .min(1)
          .max(mostItems),
      }),
      response: preferencesOut,
      errors,
      examples: {
        body: { items: [{ kind: "task.auto_paused", email: false }] },
        response: { items: example.items.map((item) => ({ ...item, email: false })) },
      },
      handler: ({ caller: { workspaceId, id }, body: { items } }) =>
        core.db.tenant(workspaceId, async (tx) => ({
          items: [...(await changePreferences(core, tx, id, items))],
        })),
    }),
  ];
}
