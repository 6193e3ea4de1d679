import { createTransport } from "nodemailer";
import type { Logger } from "../base/log.ts";
import type { Mail } from "../workspaces/index.ts";

export interface MailerOptions {
  /** For instance `smtps://user:password@mail.example.com`. Absent: mails go to the log. */
  readonly smtpUrl?: string | undefined;
  /** Sender, for instance `Errand <errand@example.com>`. */
  readonly from: string;
  readonly log: Logger;
}

export interface Mailer {
  /** False: there is no mail server, and `send` writes to the log. */
  readonly configured: boolean;
  /** Hands the mail to the mail server, or rejects. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** Longest silence of a mail server, well below what any caller waits. */
const timeoutMs = 15_000;

/** Connects when the first mail is sent. Throws if the URL is no SMTP URL. */
export function createMailer(options: MailerOptions): Mailer {
  const { smtpUrl, from, log } = options;
  if (smtpUrl === undefined) return createLogMailer(log);
  if (!URL.canParse(smtpUrl) || !["smtp:", "smtps:"].includes(new URL(smtpUrl).protocol))
    throw new Error("The mail server must be given as smtp://… or smtps://…");
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Mails are text of ours; nothing in them may make the library read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    configured: true,
    async send({ to, subject, text }) {
      // An address as an object is taken as it is; as a text the library would read a list of addresses into it.
      await transport.sendMail({ from, to: { name: "", address: to }, subject, text });
    },
    close: () => transport.close(),
  };
}

/** Without a mail server, links such as that for a new password must still reach whoever runs Errand. */
function createLogMailer(log: Logger): Mailer {
  return {
    configured: false,
    async send({ to, subject, text }) {
      log.warn({ to, subject, text }, "no mail server is configured; this mail was not sent");
    },
    close: () => undefined,
  };
}
