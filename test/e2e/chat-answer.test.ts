import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../src/base/ids.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { until } from "../until.ts";
import { openBrowser, watchComplaints } from "./browser.ts";
import { type PacedModel, startPacedModel } from "./paced-model.ts";

let app: TestApp;
let browser: Browser;
let model: PacedModel;
let page: Page;
let complaints: readonly string[];
let channelId: string;

async function make(path: string, body: object): Promise<{ readonly id: string }> {
  const answer = await app.first.send("POST", path, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body as { id: string };
}

beforeAll(async () => {
  [app, browser, model] = await Promise.all([
    createTestApp({ running: true }),
    openBrowser(),
    startPacedModel(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await model.close();
  await app.close();
});
beforeEach(async () => {
  const provider = await make("/v1/model-providers", {
    name: `Paced ${newId()}`,
    kind: "openai_compatible",
    baseUrl: model.baseUrl,
    apiKey: "none",
  });
  const agent = await make("/v1/agents", {
    name: "Mia",
    instructions: "Be brief.",
    modelProviderId: provider.id,
    model: "paced",
  });
  const channel = { platform: "web", kind: "page", name: "Harbour Bikes", defaultAgentId: agent.id };
  channelId = (await make("/v1/channels", channel)).id;
  page = await browser.newPage();
  complaints = watchComplaints(page);
  await page.goto(`${app.url}/chat/${channelId}`);
  await page.getByText("You are writing with Mia, an AI assistant.").waitFor();
  await page.getByLabel("Your message").fill("Where is my order?");
  await page.keyboard.press("Enter");
});
afterEach(() => page.close());

const bubbles = () => page.locator("#messages .bubble").allTextContents();
const preview = () => page.locator("#preview");
const previewed = (text: string) =>
  until(`the preview “${text}”`, async () => (await preview().textContent()) === text);

test("an agent's answer appears while the model writes it, and becomes the message", async () => {
  const call = await model.nextCall();
  await page.locator("#dots").waitFor();
  call.say("It left our house ");
  await previewed("It left our house ");
  call.say("on Tuesday.");
  await previewed("It left our house on Tuesday.");
  expect(await bubbles()).toEqual(["Where is my order?"]);
  call.finish();
  await until("the message", async () => (await bubbles()).length === 2);
  expect(await bubbles()).toEqual(["Where is my order?", "It left our house on Tuesday."]);
  await until("the preview to go", async () => !(await preview().isVisible()));
  await until("the dots to go", async () => !(await page.locator("#dots").isVisible()));
  expect(complaints).toEqual([]);
});

test("a call that breaks off is taken back, and the next one's text is the answer", async () => {
  const first = await model.nextCall();
  first.say("It left our ");
  await previewed("It left our ");
  first.cut();
  await until("the preview to go", async () => !(await preview().isVisible()));
  const second = await model.nextCall();
  second.say("It arrives on Friday.");
  await previewed("It arrives on Friday.");
  second.finish();
  await until("the message", async () => (await bubbles()).length === 2);
  expect((await bubbles())[1]).toBe("It arrives on Friday.");
});

test("an answer that comes after a person took over is taken back", async () => {
  const call = await model.nextCall();
  call.say("I think ");
  await previewed("I think ");
  const { body } = await app.first.send("GET", `/v1/conversations?channelId=${channelId}`);
  const [conversation] = (body as { items: { id: string }[] }).items;
  const taken = await app.first.send("POST", `/v1/conversations/${conversation?.id}/messages`, {
    body: { text: "This is Ada, I take care of it." },
  });
  expect(taken.status).toBe(201);
  await until("the person's message", async () => (await bubbles()).length === 2);
  call.say("it is lost.");
  call.finish();
  await until("the dots to go", async () => !(await page.locator("#dots").isVisible()));
  await until("the preview to go", async () => !(await preview().isVisible()));
  expect(await bubbles()).toEqual(["Where is my order?", "This is Ada, I take care of it."]);
  expect(await page.locator("#messages .by-member .author").textContent()).toBe("Team");
});
