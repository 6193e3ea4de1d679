import { z } from "zod";
import { toId, toTargetId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import {
  booleanInQuery,
  idOf,
  idOut,
  instant,
  instantOut,
  pageOf,
  pageQuery,
  searchInQuery,
} from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import {
  countUnreadNotifications,
  listNotifications,
  type Notification,
  readAllNotifications,
  readNotification,
} from "./notifications.ts";
import { severities } from "./store.ts";

const notificationOut = z
  .object({
    id: idOut("notification"),
    kind: z.string().meta({ example: "task.auto_paused" }),
    severity: z.enum(severities),
    title: z.string(),
    body: z.string(),
    target: z
      .object({ kind: z.string(), id: z.string() })
      .nullable()
      .meta({ description: "The object it is about" }),
    createdAt: instantOut,
    readAt: instantOut.nullable(),
  })
  .meta({ id: "Notification" });

const exampleNotification = {
  id: "ntf_01k3v8q5x8e7arf4s2m6t9c0wd",
  kind: "task.auto_paused",
  severity: "warning",
  title: "Task paused: Morning check-in",
  body: "Five executions in a row failed. The last reason: the model provider refused the key.",
  target: { kind: "task", id: "task_01k3v8q5x8e7arf4s2m6t9c0wd" },
  createdAt: "2027-03-01T09:00:00.000Z",
  readAt: null,
};

function presentNotification(notification: Notification): z.input<typeof notificationOut> {
  const { targetKind, targetId } = notification;
  const id = toTargetId(targetKind, targetId);
  return {
    id: toId("notification", notification.id),
    kind: notification.kind,
    severity: notification.severity,
    title: notification.title,
    body: notification.body,
    target: targetKind === null || id === null ? null : { kind: targetKind, id },
    createdAt: instant(notification.createdAt),
    readAt: instant(notification.readAt),
  };
}

export function notificationsRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/notifications",
      operationId: "listNotifications",
      tag: "Notifications",
      summary: "What needs a person, newest first",
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Part of the title or the text, in any case"),
        unread: booleanInQuery.optional().meta({ description: "Only unread ones, or only read ones" }),
      }),
      response: pageOf(notificationOut),
      examples: { response: { items: [exampleNotification], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listNotifications(tx, filter, { limit, cursor });
          return { items: page.items.map(presentNotification), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/notifications/unread-count",
      operationId: "countUnreadNotifications",
      tag: "Notifications",
      summary: "How many notifications nobody has read",
      response: z.object({
        count: z.int().meta({ description: "Counted to 100: 100 stands for 100 or more" }),
      }),
      examples: { response: { count: 3 } },
      handler: ({ caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => ({ count: await countUnreadNotifications(tx) })),
    }),
    route({
      scope: "write",
      method: "POST",
      path: "/v1/notifications/:notificationId/read",
      operationId: "readNotification",
      tag: "Notifications",
      summary: "Mark a notification as read, for everybody",
      params: z.object({ notificationId: idOf("notification") }),
      response: notificationOut,
      examples: { response: { ...exampleNotification, readAt: "2027-03-01T09:05:00.000Z" } },
      handler: ({ caller, params: { notificationId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentNotification(await readNotification(core, tx, notificationId)),
        ),
    }),
    route({
      scope: "write",
      method: "POST",
      path: "/v1/notifications/read-all",
      operationId: "readAllNotifications",
      tag: "Notifications",
      summary: "Mark all notifications as read, for everybody",
      response: z.object({ count: z.number().int().meta({ description: "How many were unread" }) }),
      examples: { response: { count: 3 } },
      handler: ({ caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => ({ count: await readAllNotifications(core, tx) })),
    }),
  ];
}
