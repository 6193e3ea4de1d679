import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Identified } from "../../program-client.ts";
import { type PacedModel, startPacedModel } from "../paced-model.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let model: PacedModel;
/** Answered by the sandbox at once, and by a model at the test's pace. */
const channels = { quick: "", paced: "" };

beforeAll(async () => {
  [dashboard, model] = await Promise.all([startDashboard(), startPacedModel()]);
});
afterAll(async () => {
  await dashboard.close();
  await model.close();
});

const make = async (path: string, body: object) => (await dashboard.client.post<Identified>(path, body)).id;

async function makeChannel(name: string, agentName: string, provider: object): Promise<string> {
  const modelProviderId = await make("/v1/model-providers", { name: agentName, ...provider });
  const agent = { name: agentName, instructions: "Be brief.", modelProviderId, model: "small" };
  const defaultAgentId = await make("/v1/agents", agent);
  return make("/v1/channels", { platform: "web", kind: "page", name, defaultAgentId });
}

const phoneOf = (page: Page) => page.getByRole("complementary", { name: "Phone" });
const logOf = (page: Page) => phoneOf(page).getByRole("log", { name: "Messages" });
const draftOf = (page: Page) => phoneOf(page).getByRole("textbox", { name: "Message" });
const toggleOf = (page: Page) => page.getByRole("button", { name: "Phone", exact: true });

async function play(page: Page, channel: string, contact: string | null): Promise<void> {
  const phone = phoneOf(page);
  await phone.getByRole("combobox", { name: "Channel" }).click();
  await page.getByRole("option", { name: channel }).click();
  if (contact === null) await phone.getByRole("button", { name: "Play a new visitor" }).click();
  else {
    await phone.getByRole("combobox", { name: "Contact" }).fill(contact);
    await page.getByRole("option", { name: contact }).click();
    await phone.getByRole("button", { name: "Play this contact" }).click();
  }
  await draftOf(page).waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await draftOf(page).fill(text);
  await draftOf(page).press("Enter");
}

test("without a channel it makes one", async () => {
  const { page, complaints } = await dashboard.open("/agents");
  await toggleOf(page).click();
  await phoneOf(page).getByRole("heading", { name: "No web channel is connected" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "phone-no-channel");
  await phoneOf(page).getByRole("button", { name: "Create a web channel" }).click();
  await phoneOf(page).getByRole("button", { name: "Play a new visitor" }).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
  channels.quick = await makeChannel("Harbour Bikes", "Sandy", { kind: "sandbox" });
  const paced = { kind: "openai_compatible", baseUrl: model.baseUrl, apiKey: "none" };
  channels.paced = await makeChannel("Paced shop", "Pace", paced);
  await make("/v1/contacts", { name: "Anna Keller", email: "anna@example.com" });
});

test("a contact talks with the agent while one moves between pages, and comes back after a reload", {
  timeout: 40_000,
}, async () => {
  const { page, complaints } = await dashboard.open("/contacts");
  await toggleOf(page).click();
  await phoneOf(page).getByRole("button", { name: "Play a new visitor" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "phone-dial");
  await play(page, "Harbour Bikes", "Anna Keller");
  await phoneOf(page).getByText("Sandy, an AI agent").waitFor();
  await logOf(page).getByText("Nothing was written yet.").waitFor();
  await say(page, "Are you open on Monday?");
  await logOf(page).getByText("Are you open on Monday?", { exact: true }).waitFor();
  expect(await draftOf(page).inputValue()).toBe("");
  // Another page, while the answer is on its way.
  await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
  await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  const answer = logOf(page).locator("[data-side=theirs]").first();
  await answer.waitFor();
  expect(await logOf(page).getByText("Are you open on Monday?", { exact: true }).count()).toBe(1);
  await expectAccessible(page);
  await photographAll(page, "phone");

  await page.reload();
  await toggleOf(page).click();
  await logOf(page).getByText("Are you open on Monday?", { exact: true }).waitFor();
  await answer.waitFor();
  await phoneOf(page).getByRole("link", { name: "Open the conversation" }).click();
  await page.waitForURL(/\/conversations\/conv_/);
  await logOf(page).waitFor();
  // The page makes do with what the Phone leaves.
  const content = page.locator("#content");
  await content.getByText("Are you open on Monday?", { exact: true }).waitFor();
  expect(await content.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await photographAll(page, "phone-beside-conversation");
  await draftOf(page).press("Escape");
  await phoneOf(page).waitFor({ state: "detached" });
  expect(await toggleOf(page).evaluate((element) => element === element.ownerDocument.activeElement)).toBe(
    true,
  );
  expect(complaints).toEqual([]);
  await page.close();
});

test("pages of two sides make do with one beside the Phone", async () => {
  const contactId = await make("/v1/contacts", { name: "Ben Adler" });
  const { page, complaints } = await dashboard.open(`/contacts/${contactId}`);
  await page.setViewportSize({ width: 1280, height: 800 });
  const main = page.getByRole("main");
  const side = main.getByRole("complementary", { name: "Overview" });
  const tab = main.getByRole("tab", { name: "Overview" });
  await side.getByText("Ben Adler").waitFor();
  expect(await tab.count()).toBe(0);
  await toggleOf(page).click();
  await phoneOf(page).waitFor();
  await tab.waitFor();
  expect(await side.count()).toBe(0);
  await main.getByRole("tabpanel", { name: "Overview" }).getByText("Ben Adler").waitFor();
  await expectAccessible(page);
  await photographAll(page, "phone-beside-contact");
  await page.setViewportSize({ width: 1280, height: 800 });
  await toggleOf(page).click();
  await side.getByText("Ben Adler").waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test("several contacts are played side by side, each with its messages and draft", async () => {
  const { page, complaints } = await dashboard.open("/tasks");
  const phone = phoneOf(page);
  await toggleOf(page).click();
  await logOf(page).getByText("Are you open on Monday?", { exact: true }).waitFor();
  await draftOf(page).fill("Half a sent");
  await phone.getByRole("button", { name: "Anna Keller" }).click();
  await page.getByRole("menuitem", { name: "Play somebody else" }).click();
  await play(page, "Harbour Bikes", null);
  await phone.getByRole("button", { name: "Visitor without a name" }).waitFor();
  await say(page, "I am new here");
  await logOf(page).getByText("I am new here", { exact: true }).waitFor();
  expect(await logOf(page).getByText("Are you open on Monday?", { exact: true }).count()).toBe(0);
  await phone.getByRole("button", { name: "Visitor without a name" }).click();
  await photographAll(page, "phone-lines");
  const anna = page.getByRole("menuitem", { name: /^Anna Keller/ });
  await anna.press("Escape");
  await anna.waitFor({ state: "hidden" });
  await logOf(page).getByText("I am new here", { exact: true }).waitFor();
  await phone.getByRole("button", { name: "Visitor without a name" }).click();
  await page.getByRole("menuitem", { name: /^Anna Keller/ }).click();
  await logOf(page).getByText("Are you open on Monday?", { exact: true }).waitFor();
  expect(await draftOf(page).inputValue()).toBe("Half a sent");
  expect(complaints).toEqual([]);
  await page.close();
});

test("an answer is shown while it is written", async () => {
  const { page, complaints } = await dashboard.open("/tasks");
  const phone = phoneOf(page);
  await toggleOf(page).click();
  await phone.getByRole("button", { name: /Anna Keller|Visitor/ }).click();
  await page.getByRole("menuitem", { name: "Play somebody else" }).click();
  await play(page, "Paced shop", "Anna Keller");
  await say(page, "Tell me everything");
  const call = await model.nextCall();
  await phone.getByText("writing…").waitFor();
  call.say("We rent ");
  await phone.getByText("We rent", { exact: true }).waitFor();
  call.say("bicycles.");
  await phone.getByText("We rent bicycles.", { exact: true }).waitFor();
  expect(await logOf(page).getByText("We rent bicycles.").count()).toBe(0);
  call.finish();
  await logOf(page).getByText("We rent bicycles.", { exact: true }).waitFor();
  await expect.poll(() => phone.getByText("We rent bicycles.").count()).toBe(1);
  expect(complaints).toEqual([]);
  await page.close();
});

test("what could not be sent keeps its text", async () => {
  const { page } = await dashboard.open("/tasks");
  const phone = phoneOf(page);
  await toggleOf(page).click();
  await logOf(page).waitFor();
  await page.route("**/web/v1/messages", (route) => route.abort("connectionrefused"));
  await say(page, "Can you hear me?");
  await phone.getByText(/^Not sent: The server cannot be reached/).waitFor();
  await expectAccessible(page);
  await photographAll(page, "phone-not-sent");
  await phone.getByRole("button", { name: "Edit" }).click();
  expect(await draftOf(page).inputValue()).toBe("Can you hear me?");
  await say(page, "Can you hear me now?");
  await phone.getByRole("button", { name: "Send again" }).waitFor();
  await page.unroute("**/web/v1/messages");
  await phone.getByRole("button", { name: "Send again" }).click();
  await phone.getByText(/^Not sent/).waitFor({ state: "detached" });
  await expect.poll(() => logOf(page).getByText("Can you hear me now?", { exact: true }).count()).toBe(1);
  await page.close();
});

test("a disabled channel says so, with a way to it", { timeout: 40_000 }, async () => {
  await dashboard.client.patch(`/v1/channels/${channels.paced}`, { status: "disabled" });
  const { page } = await dashboard.open("/tasks");
  await toggleOf(page).click();
  await phoneOf(page).getByRole("alert").getByText("This channel takes no messages now.").waitFor();
  await photographAll(page, "phone-refused");
  await dashboard.client.patch(`/v1/channels/${channels.paced}`, { status: "connected" });
  await phoneOf(page).getByRole("button", { name: "Try again" }).click();
  await phoneOf(page).getByRole("alert").waitFor({ state: "detached" });
  await phoneOf(page).getByText("Connecting…").waitFor({ state: "detached" });
  await page.close();
});

test("on a narrow screen it fills the screen, and gives way to the page that one opens", async () => {
  const { page, complaints } = await dashboard.open("/tasks", { size: "narrow" });
  await toggleOf(page).click();
  await logOf(page).waitFor();
  expect((await phoneOf(page).boundingBox())?.width).toBe(390);
  await expect
    .poll(() => page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    .toBeLessThanOrEqual(0);
  await phoneOf(page).getByRole("link", { name: "Open the conversation" }).click();
  await page.waitForURL(/\/conversations\/conv_/);
  await phoneOf(page).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await page.close();
});
