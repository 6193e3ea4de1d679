import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasSessionCookie, headerOf } from "../base/credentials.ts";
import { pathOf } from "./handler.ts";

/** Stands in index.html where each answer gets its own. */
const noncePlace = "%NONCE%";
const nonceBytes = 18;
/** Stands in index.html where each answer says whether the browser sent a session's cookie. */
const sessionPlace = "%SESSION%";
const yearSeconds = 365 * 86_400;

/** Answers a browser that opens a page; false if it is not one, so that the address counts as unknown. */
export type PageServer = (request: FastifyRequest, reply: FastifyReply) => boolean;

/**
 * The dashboard as files: `addAssets` serves what a page loads, `servePage` the one page itself at every address that
 * no route has, since the dashboard's addresses are its own script's to read. `directory` holds what the build made.
 */
export async function openDashboard(
  directory: string,
): Promise<{ addAssets(app: FastifyInstance): Promise<void>; readonly servePage: PageServer }> {
  const page = await readFile(join(directory, "index.html"), "utf8");
  return {
    async addAssets(app) {
      await app.register(fastifyStatic, {
        root: join(directory, "assets"),
        prefix: "/assets/",
        index: false,
        preCompressed: true,
        // Their names hold a hash of their content.
        immutable: true,
        maxAge: yearSeconds * 1_000,
        wildcard: true,
        decorateReply: false,
      });
    },
    servePage(request, reply) {
      if (!opensPage(request)) return false;
      const nonce = randomBytes(nonceBytes).toString("base64");
      // A browser that keeps it would show a page from before the sign-in when somebody goes back.
      reply
        .type("text/html; charset=utf-8")
        .headers({ "content-security-policy": policyOf(nonce), "cache-control": "no-store" })
        .send(
          page
            .replaceAll(noncePlace, nonce)
            .replaceAll(sessionPlace, hasSessionCookie(request.headers) ? "possible" : "none"),
        );
      return true;
    },
  };
}

/** Below these nothing is a page, whoever asks. */
const notPages = /^\/(v1|web|mcp|assets|pages)(\/|$)/;

/** Programs that mistype an address of the API ask for JSON or anything, and get a problem document. */
function opensPage(request: FastifyRequest): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  if (notPages.test(pathOf(request))) return false;
  return (headerOf(request.headers, "accept") ?? "").includes("text/html");
}

/**
 * Only what this server serves, and style elements that carry the nonce: the component library makes some at run time.
 * Pictures may be data, since charts and avatars are drawn that way.
 */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
