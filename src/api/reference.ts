import { createHash } from "node:crypto";
import scalar from "@scalar/fastify-api-reference";
import type { FastifyInstance } from "fastify";
import { AppError, type ErrorCode } from "../base/errors.ts";
import { apiErrors } from "./errors.ts";
import type { Json } from "./openapi-schemas.ts";

function byStatus(errors: readonly ErrorCode[]): readonly ErrorCode[] {
  return errors.toSorted(
    (left, right) =>
      left.status - right.status || (left.code < right.code ? -1 : left.code > right.code ? 1 : 0),
  );
}

/** All codes as a Markdown table, by status. */
export function renderErrorReference(errors: readonly ErrorCode[]): string {
  const rows = byStatus(errors).map(
    ({ code, status, message }) => `| ${status} | \`${code}\` | ${message.replaceAll("|", "\\|")} |`,
  );
  return ["| status | code | meaning |", "|---|---|---|", ...rows, ""].join("\n");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The page that the `type` of every problem points to. */
function renderErrorPage(errors: readonly ErrorCode[]): string {
  const rows = byStatus(errors).map(({ code, status, message }) => {
    const id = escapeHtml(code);
    return `<tr id="${id}"><td>${status}</td><td><code>${id}</code></td><td>${escapeHtml(message)}</td></tr>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Errand: error codes</title></head>
<body><h1>Error codes</h1><table>
<thead><tr><th>Status</th><th>Code</th><th>Meaning</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></body></html>
`;
}

/** Hashes of a page's inline scripts, for its Content-Security-Policy. */
function inlineScriptHashes(html: string): readonly string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) =>
      `'sha256-${createHash("sha256")
        .update(script ?? "")
        .digest("base64")}'`,
  );
}

/** Everything from this server. The page sets styles by script, which only `unsafe-inline` allows. */
function referencePolicy(html: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${inlineScriptHashes(html).join(" ")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Adds `/openapi.json`, the reference page at `/docs` and the page of error codes at `/docs/errors`. */
export async function addReference(
  app: FastifyInstance,
  document: Json,
  errors: readonly ErrorCode[],
): Promise<void> {
  const json = JSON.stringify(document);
  const errorPage = renderErrorPage(errors);
  app.get("/openapi.json", async (_request, reply) =>
    // Public, the same for everybody, and of use to tools on other pages.
    reply.type("application/json; charset=utf-8").header("access-control-allow-origin", "*").send(json),
  );
  app.get("/docs/errors", async (_request, reply) => reply.type("text/html; charset=utf-8").send(errorPage));
  await app.register(async (docs) => {
    docs.addHook("onRequest", async (request) => {
      // The page's redirect is made from the host that was asked for.
      if (!URL.canParse(`http://${request.host}`)) throw new AppError(apiErrors.bad_request);
    });
    docs.addHook("onSend", async (_request, reply, payload) => {
      const type = String(reply.getHeader("content-type") ?? "");
      if (type.startsWith("text/html") && typeof payload === "string")
        reply.header("content-security-policy", referencePolicy(payload));
      // 4 MB that change only with a new version of Errand.
      if (type.startsWith("application/javascript")) reply.header("cache-control", "public, max-age=3600");
      return payload;
    });
    await docs.register(scalar, {
      routePrefix: "/docs",
      configuration: {
        url: "/openapi.json",
        pageTitle: "Errand API",
        // Nothing that would ask another server: fonts, usage figures, a hosted client, an assistant.
        withDefaultFonts: false,
        telemetry: false,
        hideClientButton: true,
        showDeveloperTools: "never",
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    });
  });
}
