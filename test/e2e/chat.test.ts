import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { contribute } from "../../src/base/extensions.ts";
import { fromId, newId, toId } from "../../src/base/ids.ts";
import {
  agentNames,
  createPreviews,
  listConversations,
  listMessages,
  type ReplyPreview,
  sendMessage,
} from "../../src/conversations/index.ts";
import type { TestApi } from "../api.ts";
import { type ConversationFixture, createConversationFixture } from "../conversations.ts";
import { createModuleApi } from "../module-api.ts";
import { until } from "../until.ts";
import { colorSchemes, openBrowser, photograph, sizes, watchComplaints } from "./browser.ts";

let it: ConversationFixture;
let api: TestApi;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  [it, browser] = await Promise.all([createConversationFixture(), openBrowser()]);
  it.core.extensions.add([contribute(agentNames, async () => "Mia")]);
  api = await createModuleApi(it.core, it.modules);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});
beforeEach(async () => {
  complaints = [];
  context = await browser.newContext({ viewport: sizes.wide });
});
afterEach(() => context.close());

const tenant = <T>(work: Parameters<typeof it.core.db.tenant<T>>[1]) =>
  it.core.db.tenant(api.workspaceId, work);

async function newChannel(): Promise<string> {
  const body = {
    platform: "web",
    kind: "page",
    name: "Harbour Bikes",
    defaultAgentId: toId("agent", it.agentId),
  };
  return ((await api.send("POST", "/v1/channels", { body })).body as { id: string }).id;
}

async function openChat(channel: string): Promise<Page> {
  const page = await context.newPage();
  const seen = watchComplaints(page);
  page.on("close", () => complaints.push(...seen));
  await page.goto(`${api.url}/chat/${channel}`);
  return page;
}

/** What the page shows as messages, without what is still being written. */
const bubbles = (page: Page) => page.locator("#messages .bubble").allTextContents();
const field = (page: Page) => page.getByLabel("Your message");

async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

async function shows(page: Page, ...texts: readonly string[]): Promise<void> {
  await until(`the page to show ${texts}`, async () => {
    const shown = await bubbles(page);
    return shown.length === texts.length && texts.every((text, index) => shown[index] === text);
  });
}

/** The one conversation of a channel. */
async function conversationOf(channel: string) {
  return await until("the conversation", async () => {
    const channelId = fromId("channel", channel) ?? "";
    const { items } = await tenant((tx) => listConversations(tx, { channelId }, { limit: 2 }));
    expect(items.length).toBeLessThan(2);
    return items[0];
  });
}

interface Agent {
  /** Shows a text while it is being written. */
  type(text: string): void;
  /** Sends what was typed, or another text. */
  send(text: string): Promise<void>;
}

/** Answers in a channel as the agent does, at the test's pace. */
async function newAgent(channel: string): Promise<Agent> {
  const { id: conversationId, channelId, contactId } = await conversationOf(channel);
  const { workspaceId } = api;
  const open = (): ReplyPreview =>
    createPreviews(it.core)({
      workspaceId,
      channelId,
      contactId,
      conversationId,
      agentId: it.agentId,
      executionId: newId(),
    });
  let preview = open();
  return {
    type: (text) => preview.text(text),
    async send(text) {
      const author = { kind: "agent", id: it.agentId } as const;
      const { messageId } = preview;
      await tenant((tx) =>
        sendMessage(it.core, tx, { class: "opening", conversationId, author, text, messageId }),
      );
      preview.sent();
      preview = open();
    },
  };
}

test("a conversation by keyboard alone, with an answer that comes piece by piece", async () => {
  const channel = await newChannel();
  const page = await openChat(channel);
  await page.getByText("You are writing with Mia, an AI assistant.").waitFor();
  expect(await page.title()).toBe("Harbour Bikes");
  // Looking at the page makes no contact.
  expect((await api.send("GET", "/v1/conversations")).body).toMatchObject({ items: [] });

  // The field has the focus already.
  await page.keyboard.type("Is the blue one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("still there?");
  await page.keyboard.press("Enter");
  await shows(page, "Is the blue one\nstill there?");
  await page.getByText("Delivered").waitFor();
  const agent = await newAgent(channel);
  agent.type("Yes, two of them");
  const preview = page.locator("#preview");
  await until("the beginning", async () => (await preview.textContent()) === "Yes, two of them");
  agent.type(" are in the shop.");
  await until("the rest", async () => (await preview.textContent()) === "Yes, two of them are in the shop.");
  await agent.send("Yes, two of them are in the shop.");
  await shows(page, "Is the blue one\nstill there?", "Yes, two of them are in the shop.");
  expect(await preview.isVisible()).toBe(false);
  await page.close();
  expect(complaints).toEqual([]);
});

test("a reload keeps the conversation, also in the middle of an answer", async () => {
  const channel = await newChannel();
  const page = await openChat(channel);
  await write(page, "Hello");
  await shows(page, "Hello");
  const agent = await newAgent(channel);
  agent.type("Good mor");
  await page.getByText("Good mor").waitFor();
  await page.reload();
  await shows(page, "Hello");
  await page.getByText("Good mor").waitFor();
  agent.type("ning!");
  await page.getByText("Good morning!").waitFor();
  await agent.send("Good morning!");
  await shows(page, "Hello", "Good morning!");
  await page.close();
  expect(complaints).toEqual([]);
});

test("two tabs are one visitor and show the same", async () => {
  const channel = await newChannel();
  const [one, other] = [await openChat(channel), await openChat(channel)];
  await write(one, "From the first tab");
  await shows(other, "From the first tab");
  await write(other, "From the second tab");
  await shows(one, "From the first tab", "From the second tab");
  await (await newAgent(channel)).send("To both");
  for (const page of [one, other]) await shows(page, "From the first tab", "From the second tab", "To both");
  for (const page of [one, other]) await page.close();
  expect(complaints).toEqual([]);
});

test("what is written without a connection is sent once when there is one again", async () => {
  const channel = await newChannel();
  const page = await openChat(channel);
  await write(page, "Before");
  await shows(page, "Before");
  await page.getByText("Delivered").waitFor();
  await context.setOffline(true);
  await page.getByText("You are offline.").waitFor();
  await write(page, "Meanwhile");
  await page.getByText("Waiting for the connection").waitFor();
  await photograph(page, "chat-offline-light-wide");
  await (await newAgent(channel)).send("Are you there?");
  await context.setOffline(false);
  await shows(page, "Before", "Are you there?", "Meanwhile");
  await until("the notice to go", async () => !(await page.locator("#connection").isVisible()));
  await until(
    "the last to arrive",
    async () => (await page.locator("[data-state=waiting], [data-state=sending]").count()) === 0,
  );
  const { id } = await conversationOf(channel);
  const { items } = await tenant((tx) => listMessages(tx, id, { limit: 10 }));
  expect(items.map(({ text }) => text)).toEqual(["Meanwhile", "Are you there?", "Before"]);
  await page.close();
  expect(complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
});

test("a message whose answer was lost is repeated and arrives once", async () => {
  const channel = await newChannel();
  const page = await openChat(channel);
  let lost = 0;
  await page.route("**/web/v1/messages", async (route) => {
    if (lost > 0) return await route.continue();
    lost += 1;
    // The server takes it, and the browser never hears of it.
    await route.fetch();
    await route.abort();
  });
  await write(page, "Only once");
  await until("the repetition", async () => page.getByText("Delivered").isVisible());
  await shows(page, "Only once");
  expect(lost).toBe(1);
  const { id } = await conversationOf(channel);
  expect((await tenant((tx) => listMessages(tx, id, { limit: 10 }))).items).toHaveLength(1);
  await page.close();
});

test("a refused message says why and can be tried again or removed", async () => {
  const channel = await newChannel();
  const page = await openChat(channel);
  await write(page, "First");
  await page.getByText("Delivered").waitFor();
  await page.route("**/web/v1/messages", (route) =>
    route.fulfill({ status: 422, json: { code: "validation_failed", detail: "It is too much." } }),
  );
  await write(page, "Second");
  await page.getByText("Not sent: It is too much.").waitFor();
  await photograph(page, "chat-refused-light-wide");
  await page.unroute("**/web/v1/messages");
  await page.getByRole("button", { name: "Try again" }).click();
  await until("the state", async () => (await page.getByText("Not sent").count()) === 0);
  await shows(page, "First", "Second");
  await page.close();
});

test("a visitor whom the server forgot begins anew", async () => {
  const channel = await newChannel();
  const page = await openChat(channel);
  await write(page, "Hello");
  await shows(page, "Hello");
  const { contactId } = await conversationOf(channel);
  await api.send("DELETE", `/v1/contacts/${toId("contact", contactId)}`);
  await write(page, "Hello again");
  await shows(page, "Hello again");
  expect((await conversationOf(channel)).contactId).not.toBe(contactId);
  await page.close();
});

describe("a page instead of a chat", () => {
  test("says that there is none, at an unknown address", async () => {
    const page = await openChat(toId("channel", newId()));
    await page.getByRole("heading", { name: "There is no chat here" }).waitFor();
    await photograph(page, "chat-unknown-light-wide");
    await page.close();
  });

  test("says that it is closed, where the channel is disabled, also while it is open", async () => {
    const channel = await newChannel();
    const page = await openChat(channel);
    await write(page, "Hello");
    await page.getByText("Delivered").waitFor();
    await api.send("PATCH", `/v1/channels/${channel}`, { body: { status: "disabled" } });
    const closed = page.getByRole("heading", { name: "Harbour Bikes is closed at the moment" });
    await closed.waitFor();
    await page.reload();
    await closed.waitFor();
    await page.close();
  });

  test("says that it is closed to who writes just then, and sends it when it is open again", async () => {
    const channel = await newChannel();
    const page = await openChat(channel);
    await field(page).waitFor();
    await api.send("PATCH", `/v1/channels/${channel}`, { body: { status: "disabled" } });
    await write(page, "Is anybody there?");
    await page.getByRole("heading", { name: "Harbour Bikes is closed at the moment" }).waitFor();
    await photograph(page, "chat-closed-light-wide");
    await api.send("PATCH", `/v1/channels/${channel}`, { body: { status: "connected" } });
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Delivered").waitFor();
    await shows(page, "Is anybody there?");
    await page.close();
  });
});

test("what somebody writes stays text, and addresses become links", async () => {
  const channel = await newChannel();
  const page = await openChat(channel);
  const text = "<img src=x onerror=alert(1)> see https://example.com/a?b=1, javascript:alert(1)";
  await write(page, text);
  await shows(page, text);
  const links = page.locator("#messages a");
  expect(await links.count()).toBe(1);
  expect(await links.getAttribute("href")).toBe("https://example.com/a?b=1");
  expect(await links.getAttribute("rel")).toContain("noopener");
  await page.close();
  expect(complaints).toEqual([]);
});

describe.each(colorSchemes)("in %s", (colorScheme) => {
  test.each(["wide", "narrow"] as const)("the chat fits a %s screen", async (size) => {
    await context.close();
    context = await browser.newContext({ viewport: sizes[size], colorScheme });
    const name = (what: string) => `chat-${what}-${colorScheme}-${size}`;
    const channel = await newChannel();
    const page = await openChat(channel);
    await page.getByText("How can we help?").waitFor();
    await photograph(page, name("empty"));
    await write(page, "Hi! I ordered a bike bag on Monday. Can you tell me where it is?");
    await page.getByText("Delivered").waitFor();
    const agent = await newAgent(channel);
    await agent.send("Good morning! It left our house on Tuesday.");
    await agent.send(
      "It is on its way to you and should arrive on Friday before noon. You can follow it here: https://parcels.example.com/track/JJD000390007882123456789",
    );
    await write(page, "Great, thank you");
    await write(page, "And could I still change the colour to dark green? I would rather have that one.");
    await until("both", async () => (await bubbles(page)).length === 5);
    agent.type("Let me look. The dark green one is in the shop as well, so I can ");
    await page.getByText("The dark green one").waitFor();
    await field(page).fill("Perfect");
    await photograph(page, name("streaming"));
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.close();
    expect(complaints).toEqual([]);
  });
});
