import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApi, type TestApi } from "../../../test/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([]);
});
afterAll(() => api.close());

const get = (path: string) => api.send("GET", path, { scope: null });

describe.each(["/invitation", "/reset-password"])("%s", (path) => {
  test("is a page that runs and loads only what this server serves", async () => {
    const { status, headers, body } = await get(path);
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    // The secret stands in the address, which no other server may learn.
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    const html = String(body);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|https?:/);
  });

  test("loads files that are there, each with its type", async () => {
    const html = String((await get(path)).body);
    const loaded = [...html.matchAll(/(?:src|href)="(\/pages\/[^"]+)"/g)].map(([, file]) => file ?? "");
    const scripts = await Promise.all(
      loaded.filter((file) => file.endsWith(".js")).map(async (file) => String((await get(file)).body)),
    );
    const imported = scripts.flatMap((script) =>
      [...script.matchAll(/from "\.(\/[^"]+)"/g)].map(([, file]) => `/pages${file}`),
    );
    const types = await Promise.all(
      [...new Set([...loaded, ...imported])].map(async (file) => {
        const { status, headers } = await get(file);
        return [file, status, headers.get("content-type"), headers.get("x-content-type-options")];
      }),
    );
    const script = `/pages${path}.js`;
    expect(types.toSorted()).toEqual(
      [
        ["/pages/icon.svg", 200, "image/svg+xml", "nosniff"],
        ["/pages/pages.css", 200, "text/css; charset=utf-8", "nosniff"],
        ["/pages/form.js", 200, "text/javascript; charset=utf-8", "nosniff"],
        [script, 200, "text/javascript; charset=utf-8", "nosniff"],
      ].toSorted(),
    );
  });

  test("takes nothing: forms are sent to the API", async () => {
    const { status, headers } = await api.send("POST", path, { scope: null, body: {} });
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

test("nothing else lies there", async () => {
  for (const path of ["/pages/index.ts", "/pages/", "/pages/../pages.css", "/pages/%2e%2e/index.ts"])
    expect((await get(path)).status, path).toBe(404);
});
