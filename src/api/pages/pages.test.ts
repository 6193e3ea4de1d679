import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApi, type TestApi } from "../../../test/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([]);
});
afterAll(() => api.close());

const get = (path: string) => api.send("GET", path, { scope: null });

const chat = "/chat/chan_01k3v8q5x8e7arf4s2m6t9c0wd";
const chatFiles = [
  "base.css",
  "chat-api.js",
  "chat-outbox.js",
  "chat-stream.js",
  "chat-text.js",
  "chat-view.js",
  "chat.css",
  "chat.js",
  "icon.svg",
];
const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** A script's own imports and theirs. */
async function importsOf(script: string): Promise<readonly string[]> {
  const text = String((await get(script)).body);
  const files = [...text.matchAll(/from "\.(\/[^"]+)"/g)].map(([, file]) => `/pages${file}`);
  return [...files, ...(await Promise.all(files.map(importsOf))).flat()];
}

describe("the chat", () => {
  test("is a page that runs and loads only what this server serves", async () => {
    const { status, headers, body } = await get(chat);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    const html = String(body);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|https?:/);
  });

  test("loads files that are there, each with its type", async () => {
    const html = String((await get(chat)).body);
    const loaded = [...html.matchAll(/(?:src|href)="(\/pages\/[^"]+)"/g)].map(([, file]) => file ?? "");
    const scripts = loaded.filter((file) => file.endsWith(".js"));
    const imported = (await Promise.all(scripts.map(importsOf))).flat();
    const files = [...new Set([...loaded, ...imported])].toSorted();
    expect(files).toEqual(chatFiles.map((file) => `/pages/${file}`));
    for (const file of files) {
      const { status, headers } = await get(file);
      expect([status, headers.get("content-type")], file).toEqual([200, types[file.split(".")[1] ?? ""]]);
      expect(headers.get("x-content-type-options"), file).toBe("nosniff");
    }
  });

  test("takes nothing: forms are sent to the API", async () => {
    const { status, headers } = await api.send("POST", chat, { scope: null, body: {} });
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

test("nothing else lies there", async () => {
  for (const path of ["/pages/index.ts", "/pages/", "/pages/../base.css", "/pages/%2e%2e/index.ts"])
    expect((await get(path)).status, path).toBe(404);
});
