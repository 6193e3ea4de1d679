import { requireFound } from "../base/errors.ts";
import { extensionPoint } from "../base/extensions.ts";
import type { Page, PageOf } from "../base/page.ts";
import { cleanText } from "../base/text.ts";
import { type TenantTx, withSavepoint } from "../db/index.ts";
import { announce, type Core } from "../engine/index.ts";
import { listMembersWithRoles } from "../workspaces/index.ts";
import type { NotificationKind } from "./kinds.ts";
import type { Mailer } from "./mailer.ts";
import {
  countUnread,
  insertNotification,
  markAllRead,
  markRead,
  type Notification,
  type NotificationFilter,
  type Severity,
  selectNotification,
  selectNotifications,
} from "./store.ts";

export type { Notification, Severity } from "./store.ts";

/** How the module tells `notify` that there is a mail server. */
export const mailers = extensionPoint<Mailer>("notifications.mailers");

export const emailJobId = "notifications.email";

export interface NewNotification {
  /** One that the module contributes to `notificationKinds`. */
  readonly kind: NotificationKind;
  readonly severity: Severity;
  /** One line. */
  readonly title: string;
  readonly body: string;
  /** `kind` as in `idPrefixes`, `id` a UUID. */
  readonly target?: { readonly kind: string; readonly id: string };
  /** While one with this key is unread, another is not made. */
  readonly dedupKey?: string;
}

/**
 * Tells the workspace's people something that needs one of them: a row for the dashboard, and a mail to each owner
 * and admin who wants this kind, if there is a mail server. Answers the row's UUID, or undefined if the same was said and is still unread.
 * A mail that cannot be queued is logged: what the notification is about must not fail because of it.
 */
export async function notify(
  core: Core,
  tx: TenantTx,
  notification: NewNotification,
): Promise<string | undefined> {
  const { kind, severity, title, body, target, dedupKey } = notification;
  const id = await insertNotification(tx, {
    kind: kind.kind,
    severity,
    // Titles and texts often quote what failed.
    title: cleanText(title),
    body: cleanText(body),
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    dedupKey: dedupKey ?? null,
  });
  if (id === undefined) return undefined;
  announce(tx, { kind: "notification", id });
  if (core.extensions.of(mailers).some((mailer) => mailer.configured)) {
    await withSavepoint(tx, (part) => queueMails(core, part, id)).catch((error: unknown) =>
      core.log.error({ err: error, notification: id }, "the mails of a notification could not be queued"),
    );
  }
  return id;
}

async function queueMails(core: Core, tx: TenantTx, notificationId: string): Promise<void> {
  const members = await listMembersWithRoles(tx, ["owner", "admin"]);
  // One job each: a mail that fails is sent again to that person alone.
  for (const { id: memberId } of members) await core.jobs.send(tx, emailJobId, { notificationId, memberId });
}

/** Newest first; `unread` true or false picks those. */
export async function listNotifications(
  tx: TenantTx,
  filter: NotificationFilter,
  page: Page,
): Promise<PageOf<Notification>> {
  return await selectNotifications(tx, filter, page);
}

/** The notification, or undefined. */
export async function findNotification(tx: TenantTx, id: string): Promise<Notification | undefined> {
  return await selectNotification(tx, id);
}

const countedAtMost = 100;

/** How many are unread; 100 stands for that many or more. */
export async function countUnreadNotifications(tx: TenantTx): Promise<number> {
  return await countUnread(tx, countedAtMost);
}

/** Marks one as read for the whole workspace; once read it keeps its time. */
export async function readNotification(core: Core, tx: TenantTx, id: string): Promise<Notification> {
  await markRead(tx, id, core.clock.now());
  announce(tx, { kind: "notification", id });
  const notification = requireFound(await selectNotification(tx, id), "notification");
  return notification;
}

/** Marks all as read and answers how many were not. */
export async function readAllNotifications(core: Core, tx: TenantTx): Promise<number> {
  const count = await markAllRead(tx, core.clock.now());
  if (count > 0) announce(tx, { kind: "notification", id: null });
  return count;
}
