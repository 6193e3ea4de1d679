import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "../app.ts";
import { openBrowser } from "./browser.ts";

let app: TestApp;
let browser: Browser;
let shop: Server;
let page: Page;
beforeAll(async () => {
  shop = createServer((_request, response) => {
    response
      .setHeader("content-type", "text/html")
      .end("<!doctype html><title>A customer's own page</title>");
  });
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
  [app, browser] = await Promise.all([createTestApp(), openBrowser()]);
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser.close();
  await app.close();
  shop.close();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A request that the customer's page makes; null if the browser does not let it read the answer. */
async function ask(
  method: string,
  path: string,
  content: { token?: string; body?: unknown },
): Promise<Answer | null> {
  const request = JSON.stringify({
    method,
    headers: {
      ...(content.token === undefined ? {} : { authorization: `Bearer ${content.token}` }),
      ...(content.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(content.body === undefined ? {} : { body: JSON.stringify(content.body) }),
  });
  return await page.evaluate<Answer | null>(
    `fetch(${JSON.stringify(app.url + path)}, ${request})
      .then(async (answer) => ({ status: answer.status, body: await answer.json() }), () => null)`,
  );
}

test("a browser lets a page of another origin speak as a contact, and no more", async () => {
  const channel = { platform: "web", kind: "widget", name: "Shop" };
  const { id } = (await app.first.send("POST", "/v1/channels", { body: channel })).body as { id: string };
  const visitor = await ask("POST", `/web/v1/channels/${id}/visitors`, { body: {} });
  expect(visitor?.status).toBe(201);
  const token = String(visitor?.body.token);
  const message = { clientMessageId: "1", text: "Where is my order?" };
  expect((await ask("POST", "/web/v1/messages", { token, body: message }))?.status).toBe(201);
  const messages = await ask("GET", "/web/v1/messages", { token });
  expect(messages?.body.items).toMatchObject([{ text: "Where is my order?" }]);
  expect((await ask("GET", "/web/v1/messages", { token: "wrong" }))?.status).toBe(401);
  expect(await ask("GET", "/v1/contacts", { token: app.first.keys.admin })).toBeNull();
  expect(await ask("POST", "/v1/contacts", { token: app.first.keys.admin, body: {} })).toBeNull();
});
