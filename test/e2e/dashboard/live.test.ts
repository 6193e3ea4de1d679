import type { BrowserContext, Page, Request, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createCast, type Identified } from "../../program-client.ts";
import { watchComplaints } from "../browser.ts";
import { type Dashboard, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let context: BrowserContext;
let streams: Request[];
let made = 0;

beforeAll(async () => {
  dashboard = await startDashboard();
  await createCast(dashboard.client);
});
afterAll(() => dashboard.close());
// Tabs of one browser know of each other: each test has a browser of its own.
beforeEach(async () => {
  const { browser, program } = dashboard;
  const storageState = await dashboard.context.storageState();
  context = await browser.newContext({ baseURL: program.url, storageState });
  streams = [];
  context.on("request", (request) => {
    if (isStream(new URL(request.url()))) streams.push(request);
  });
});
afterEach(() => context.close());

const isStream = (url: URL) => url.pathname === "/v1/events";

async function openContacts(prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await prepare?.(page);
  await page.goto("/contacts");
  return page;
}

/** Somebody else makes a contact, whose name comes back. */
async function makeContact(): Promise<string> {
  made += 1;
  const name = `Contact number ${made}`;
  await dashboard.client.post<Identified>("/v1/contacts", { name });
  return name;
}

const shown = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name }).waitFor();
const banner = (page: Page) => page.getByText("The connection to the server is lost.");

/** The first answer of a stream: it is open then. */
async function untilStreaming(count: number): Promise<void> {
  await expect.poll(() => streams.length, { timeout: 15_000 }).toBe(count);
  expect((await streams[count - 1]?.response())?.status()).toBe(200);
}

test("all tabs share one stream, and the next takes over where the first left", {
  timeout: 40_000,
}, async () => {
  const first = await openContacts();
  await untilStreaming(1);
  await shown(first, await makeContact());
  const [second, third] = [await openContacts(), await openContacts()];
  const complaints = [second, third].flatMap((page) => [watchComplaints(page)]);
  const earlier = await makeContact();
  for (const page of [first, second, third]) await shown(page, earlier);
  expect(streams).toHaveLength(1);

  await first.close();
  // Made while perhaps nobody listens.
  const between = await makeContact();
  await untilStreaming(2);
  expect(await streams[1]?.headerValue("last-event-id")).toMatch(/^[0-9a-f-]{36}-\d+$/);
  for (const page of [second, third]) await shown(page, between);
  const later = await makeContact();
  for (const page of [second, third]) await shown(page, later);
  expect(streams).toHaveLength(2);
  expect(complaints.flat()).toEqual([]);
});

test("a lost connection is said in every tab, and what was missed is there when it is back", async () => {
  const before = await makeContact();
  const pages = [await openContacts(), await openContacts()];
  await untilStreaming(1);
  for (const page of pages) await shown(page, before);
  await context.setOffline(true);
  for (const page of pages) await banner(page).waitFor();
  const missed = await makeContact();
  for (const page of pages) expect(await page.getByText(missed).count()).toBe(0);
  await context.setOffline(false);
  for (const page of pages) {
    await banner(page).waitFor({ state: "detached" });
    await shown(page, missed);
  }
});

test("what cannot be loaded without a connection says so, and the page stays", async () => {
  const held = Promise.withResolvers<Route>();
  const isPalette = (url: URL) => url.pathname.includes("palette-dialog");
  const page = await openContacts((opened) => opened.route(isPalette, (route) => held.resolve(route)));
  await shown(page, await makeContact());
  await page.getByRole("searchbox", { name: "Search contacts" }).fill("number");
  // It is loaded ahead, in vain.
  const ahead = await held.promise;
  await context.setOffline(true);
  await ahead.abort("internetdisconnected");
  await page.unroute(isPalette);
  await page.keyboard.press("Control+k");
  await page.getByText("The search did not open").waitFor();
  await banner(page).waitFor();
  expect(await page.getByRole("searchbox", { name: "Search contacts" }).inputValue()).toBe("number");
  await context.setOffline(false);
  await banner(page).waitFor({ state: "detached" });
  // The browser does not ask again for a file that it could not load; only the page anew does.
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Control+k")]);
  await page.getByRole("button", { name: "Search and commands" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Search and commands" }).waitFor();
});

test("a server that forgot where one was makes the page read everything again", async () => {
  const answers: ((route: Route) => Promise<void>)[] = [
    (route) =>
      route.fulfill({ contentType: "text/event-stream", body: "id: a-1\nevent: ready\ndata: {}\n\n" }),
  ];
  const asked: Route[] = [];
  const page = await openContacts((opened) =>
    opened.route(isStream, async (route) => {
      const answer = answers.shift();
      if (answer === undefined) asked.push(route);
      else await answer(route);
    }),
  );
  await expect.poll(() => asked.length, { timeout: 15_000 }).toBe(1);
  expect(await asked[0]?.request().headerValue("last-event-id")).toBe("a-1");
  const missed = await makeContact();
  expect(await page.getByText(missed).count()).toBe(0);
  await asked[0]?.fulfill({ contentType: "text/event-stream", body: "id: b-7\nevent: reset\ndata: {}\n\n" });
  await shown(page, missed);
});

test("what changes while the first stream opens is not missed", async () => {
  const before = await makeContact();
  const held = Promise.withResolvers<Route>();
  const page = await openContacts((opened) => opened.route(isStream, (route) => held.resolve(route)));
  const route = await held.promise;
  await shown(page, before);
  const early = await makeContact();
  expect(await page.getByText(early).count()).toBe(0);
  await route.continue();
  await shown(page, early);
});

test("without locks, as over plain HTTP, each tab has a stream of its own and everything works", async () => {
  await context.addInitScript(() => {
    // What browsers keep from pages that come neither over HTTPS nor from this machine.
    Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
    Reflect.deleteProperty(Crypto.prototype, "randomUUID");
  });
  const pages = [await openContacts(), await openContacts()];
  const complaints = pages.map((page) => watchComplaints(page));
  await untilStreaming(2);
  const made = await makeContact();
  for (const page of pages) await shown(page, made);
  const [page] = pages;
  await page?.getByRole("link", { name: "New contact" }).click();
  await page?.getByRole("textbox", { name: "Name", exact: true }).fill("Made over plain HTTP");
  await page?.keyboard.press("Control+Enter");
  await page?.waitForURL(/\/contacts\/contact_/);
  expect(complaints.flat()).toEqual([]);
});
