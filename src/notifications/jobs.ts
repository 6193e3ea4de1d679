import { z } from "zod";
import { type Core, defineJob, type Job } from "../engine/index.ts";
import { findMember, getWorkspace, type Mail } from "../workspaces/index.ts";
import type { Mailer } from "./mailer.ts";
import { emailJobId, findNotification, type Notification } from "./notifications.ts";
import { wantsMail } from "./preferences.ts";

/** Mails one notification to one member, unless either is gone, the member wants none, or somebody has read it meanwhile. */
export function emailJob(core: Core, mailer: Mailer): Job {
  return defineJob({
    id: emailJobId,
    version: 1,
    payload: z.object({ notificationId: z.uuid(), memberId: z.uuid() }),
    // With the queue's growing pauses about a day: later than that nobody needs the mail.
    retryLimit: 12,
    async handle({ notificationId, memberId }, { workspaceId }) {
      const mail = await core.db.tenant(workspaceId, async (tx) => {
        const notification = await findNotification(tx, notificationId);
        const member = await findMember(tx, memberId);
        if (notification === undefined || member === undefined || notification.readAt !== null)
          return undefined;
        if (!(await wantsMail(tx, memberId, notification.kind))) return undefined;
        return notificationMail(core.publicUrl, (await getWorkspace(tx)).name, member.email, notification);
      });
      if (mail !== undefined) await mailer.send(mail);
    },
  });
}

/** The mail that says the same as the notification. */
function notificationMail(
  publicUrl: string,
  workspaceName: string,
  to: string,
  notification: Notification,
): Mail {
  return {
    to,
    subject: `[${workspaceName}] ${notification.title}`,
    text: `${notification.body}\n\nErrand, workspace ${workspaceName}: ${publicUrl}\n`,
  };
}
