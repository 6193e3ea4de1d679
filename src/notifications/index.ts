import { contribute } from "../base/extensions.ts";
import type { Caller, RouteAccess } from "../base/route.ts";
import type { Core, Module } from "../engine/index.ts";
import { notificationsRoutes } from "./http.ts";
import { emailJob } from "./jobs.ts";
import type { Mailer } from "./mailer.ts";
import { mailers } from "./notifications.ts";
import { preferenceRoutes } from "./preference-http.ts";

export { type NotificationKind, notificationKinds } from "./kinds.ts";
export { createMailer, type Mailer } from "./mailer.ts";
export { type NewNotification, notify } from "./notifications.ts";

export interface NotificationsOptions {
  readonly mailer: Mailer;
  /** How a member is known who chooses what to be mailed. */
  readonly members: RouteAccess<Caller>;
}

/** Notices for the workspace's people, in the dashboard and by e-mail. */
export function notificationsModule(core: Core, options: NotificationsOptions): Module {
  const { mailer, members } = options;
  return {
    name: "notifications",
    routes: [...notificationsRoutes(core), ...preferenceRoutes(core, members)],
    jobs: [emailJob(core, mailer)],
    contributions: [contribute(mailers, mailer)],
  };
}
