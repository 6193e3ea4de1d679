import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyInstance } from "fastify";

/** Address → file beside this one. What lies under `/pages/` is what the pages themselves load. */
const files: Readonly<Record<string, string>> = {
  "/invitation": "invitation.html",
  "/reset-password": "reset-password.html",
  "/chat/:channelId": "chat.html",
  "/pages/base.css": "base.css",
  "/pages/pages.css": "pages.css",
  "/pages/form.js": "form.js",
  "/pages/invitation.js": "invitation.js",
  "/pages/reset-password.js": "reset-password.js",
  "/pages/chat.css": "chat.css",
  "/pages/chat.js": "chat.js",
  "/pages/chat-api.js": "chat-api.js",
  "/pages/chat-outbox.js": "chat-outbox.js",
  "/pages/chat-stream.js": "chat-stream.js",
  "/pages/chat-text.js": "chat-text.js",
  "/pages/chat-view.js": "chat-view.js",
  "/pages/icon.svg": "icon.svg",
};

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Only what this server serves. The forms are sent by script, so that a password never becomes part of an address. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Adds the pages that links open: of the first owner, of invitations, for a new password, and the chat of a web
 * channel. They are plain files and clients of the API like any other; the secret of a link stays behind `#` and is
 * read by their script only.
 */
export async function addPages(app: FastifyInstance): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const content = await readFile(join(import.meta.dirname, file));
    const type = mediaTypes[extname(file)] ?? "application/octet-stream";
    app.get(path, async (_request, reply) =>
      reply.type(type).header("content-security-policy", policy).send(content),
    );
  }
}
