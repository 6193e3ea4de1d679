import { invitationLink } from "./invitations.ts";

/** A plain text e-mail to one person. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends a mail, or rejects. How is not this module's business. */
export type SendMail = (mail: Mail) => Promise<void>;

export function resetMail(publicUrl: string, to: string, token: string): Mail {
  return {
    to,
    subject: "Choose a new password for Errand",
    text: `Somebody, probably you, asked for a new password for ${publicUrl}.

Choose it here within an hour:
${publicUrl}/reset-password#token=${token}

If it was not you, do nothing: the old password stays.
`,
  };
}

export function invitationMail(publicUrl: string, to: string, workspaceName: string, token: string): Mail {
  return {
    to,
    subject: `Invitation to ${workspaceName} on Errand`,
    text: `You are invited to the workspace ${workspaceName} at ${publicUrl}.

Accept within seven days:
${invitationLink(publicUrl, token)}
`,
  };
}
