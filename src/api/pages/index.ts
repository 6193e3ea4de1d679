import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyInstance } from "fastify";

/** Address → file beside this one. What lies under `/pages/` is what the pages themselves load. */
const files: Readonly<Record<string, string>> = {
  "/chat/:channelId": "chat.html",
  "/pages/base.css": "base.css",
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

/** Only what this server serves. */
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
 * Adds the chat of a web channel, for contacts: plain files, and a client of the API like any other. The pages for
 * members are the dashboard's.
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
