import { contribute } from "../base/extensions.ts";
import type { Core, Module } from "../engine/index.ts";
import { notificationsRoutes } from "./http.ts";
import { emailJob } from "./jobs.ts";
import type { Mailer } from "./mailer.ts";
import { mailers } from "./notifications.ts";

export { createMailer, type Mailer } from "./mailer.ts";
export { type NewNotification, notify } from "./notifications.ts";

/** Notices for the workspace's people, in the dashboard and by e-mail. */
export function notificationsModule(core: Core, options: { readonly mailer: Mailer }): Module {
  const { mailer } = options;
  return {
    name: "notifications",
    routes: notificationsRoutes(core),
    jobs: [emailJob(core, mailer)],
    contributions: [contribute(mailers, mailer)],
  };
}
