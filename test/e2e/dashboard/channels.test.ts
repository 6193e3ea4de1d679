import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCast, type Identified, type Listed } from "../../program-client.ts";
import { act, field, rowOf } from "./finders.ts";
import { keepPages } from "./kept-pages.ts";
import { joinAs } from "./member.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

interface ChannelShown extends Identified {
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly defaultAgentId: string | null;
}

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.close());

const { open, expectRefusals } = keepPages(() => dashboard);

const channels = async () => (await dashboard.client.get<Listed<ChannelShown>>("/v1/channels")).items;
const channelNamed = async (name: string) => (await channels()).find((channel) => channel.name === name);
const secretOf = async (id: string) =>
  (await dashboard.client.get<{ readonly secret: string }>(`/v1/channels/${id}/secret`)).secret;
const section = (page: Page, name: string) => page.getByRole("region", { name });

async function choose(page: Page, label: string, option: string): Promise<void> {
  const role = page.getByRole("combobox", { name: label, exact: true });
  await role.or(field(page, label)).first().click();
  await page.getByRole("option", { name: option }).first().click();
}

/** Connects another widget by API. */
async function newWidget(name: string): Promise<string> {
  const body = { platform: "web", kind: "widget", name };
  return (await dashboard.client.post<Identified>("/v1/channels", body)).id;
}

/** Opens the hosted page of a channel and writes one message. */
async function writeAsVisitor(channelId: string, text: string): Promise<void> {
  const page = await open(`/chat/${channelId}`);
  await page.getByLabel("Your message").fill(text);
  await page.keyboard.press("Enter");
  await page.getByText("Delivered").waitFor();
}

describe("without channels", () => {
  it("says what a channel is and makes one that works", async () => {
    const page = await open("/channels");
    await page.getByRole("heading", { name: "No channels yet" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "channels-empty");
    await page.getByRole("button", { name: "Create a web page to chat on" }).click();
    await page.waitForURL(/\/channels\/chan_/);
    await page.getByRole("heading", { name: "Website", level: 1 }).waitFor();
    const [made] = await channels();
    expect(made).toMatchObject({ kind: "page", status: "connected", defaultAgentId: null });
    await dashboard.client.delete(`/v1/channels/${made?.id}`);
  });
});

describe("with channels", () => {
  let channelId: string;

  beforeAll(async () => {
    channelId = (await createCast(dashboard.client)).channelId;
  });

  it("creates one, with faults at their fields", async () => {
    expectRefusals(422);
    const page = await open("/channels");
    await page.getByRole("link", { name: "New channel" }).click();
    await field(page, "Meta").fill("no JSON");
    await page.getByRole("button", { name: "Create channel" }).click();
    await page.getByText("This is not JSON").waitFor();
    await field(page, "Meta").fill("{}");
    await page.getByRole("button", { name: "Create channel" }).click();
    await expect.poll(() => field(page, "Name").getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.activeElement.dataset.path")).toBe("name");
    await page.getByText("must not be empty").waitFor();
    await expectAccessible(page);
    await photographAll(page, "channel-new");
    await field(page, "Name").fill("Shop");
    await choose(page, "Kind", "Widget");
    await page.getByText("For a button in the corner of your website").waitFor();
    await choose(page, "Default agent", "Mia");
    await field(page, "Name").press("Control+Enter");
    await page.getByRole("heading", { name: "Shop", level: 1 }).waitFor();
    expect(await channelNamed("Shop")).toMatchObject({
      ...{ kind: "widget", status: "connected", defaultAgentId: expect.any(String) },
    });
  });

  it("changes one and guards what is not saved", async () => {
    const page = await open(`/channels/${await newWidget("Stand")}`);
    await field(page, "Name").fill("Flower stand");
    await page.getByRole("link", { name: "Agents" }).click();
    const question = page.getByRole("dialog", { name: "Leave without saving?" });
    await question.getByRole("button", { name: "Keep editing" }).click();
    await question.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "The same by API" }).click();
    await page.getByText('"name": "Flower stand"').waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Flower stand", level: 1 }).waitFor();
    const changed = await channelNamed("Flower stand");
    expect(changed).toMatchObject({ kind: "widget" });
    // Changed elsewhere, the form follows, but for what is typed in it.
    await field(page, "Meta").fill('{"typed": "here"}');
    await dashboard.client.patch(`/v1/channels/${changed?.id}`, { name: "Market stand", meta: { a: 1 } });
    await expect.poll(() => field(page, "Name").inputValue()).toBe("Market stand");
    expect(await field(page, "Meta").inputValue()).toContain("typed");
  });

  it("leads to the hosted page, where a message arrives", async () => {
    const page = await open(`/channels/${channelId}`);
    const hosted = section(page, "Hosted page");
    const link = hosted.getByRole("link", { name: "Open" });
    expect(await link.getAttribute("href")).toBe(`${dashboard.program.url}/chat/${channelId}`);
    const [visit] = await Promise.all([dashboard.context.waitForEvent("page"), link.click()]);
    await visit.getByLabel("Your message").fill("Is anybody there?");
    await visit.keyboard.press("Enter");
    await visit.getByText("(sandbox model)").waitFor();
    await visit.close();
    const { items } = await dashboard.client.get<Listed<Identified>>(
      `/v1/conversations?channelId=${channelId}`,
    );
    expect(items).toHaveLength(1);
    await expectAccessible(page);
    await photographAll(page, "channel");
    await page.getByRole("link", { name: "Conversations" }).last().click();
    await page.waitForURL(new RegExp(`/conversations\\?channelId=${channelId}`));
  });

  it("shows the secret when asked and rotates it after a question", async () => {
    const before = await secretOf(channelId);
    const page = await open(`/channels/${channelId}`);
    const secret = section(page, "Secret");
    await secret.getByRole("button", { name: "Show secret" }).waitFor();
    expect(await page.content()).not.toContain(before);
    await secret.getByRole("button", { name: "Show secret" }).click();
    await secret.getByText(before).waitFor();
    await secret.getByRole("button", { name: "Rotate" }).click();
    const question = page.getByRole("dialog", { name: "Rotate the secret of “Website”?" });
    await question.getByText("Visitors that have a token keep it.").waitFor();
    await photographAll(page, "channel-rotate");
    await question.getByRole("button", { name: "Rotate" }).click();
    await expect.poll(() => secret.getByText(before).count()).toBe(0);
    await secret.getByText(await secretOf(channelId)).waitFor();
    await secret.getByRole("button", { name: "Hide" }).click();
    expect(await page.content()).not.toContain(await secretOf(channelId));
  });

  it("shows programs that prove who a visitor is, and the first of them runs as it stands", async () => {
    const page = await open(`/channels/${channelId}`);
    const samples = section(page, "Prove who a visitor is");
    const program = (await samples.locator("pre").textContent()) ?? "";
    const answered = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
      env: { ERRAND_CHANNEL_SECRET: await secretOf(channelId) },
    });
    expect(answered.stdout).toMatch(/contactId: 'contact_/);
    const { items } = await dashboard.client.get<Listed<Identified>>("/v1/contacts?externalId=crm-4711");
    expect(items).toHaveLength(1);
    for (const [language, words] of [
      ["Python", "hmac.new("],
      ["Shell", "openssl dgst -sha256"],
    ] as const) {
      await samples.getByText(language, { exact: true }).click();
      await samples.getByText(words).waitFor();
      await samples.getByText(`/web/v1/channels/${channelId}/visitors`).waitFor();
    }
  });

  it("lists, filters, and disables and enables with a way back", async () => {
    const page = await open("/channels");
    await rowOf(page, "Website").getByRole("link", { name: "Mia" }).waitFor();
    await page.getByRole("region", { name: "Channels" }).focus();
    for (const key of ["j", "End", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: "Website", level: 1 }).waitFor();
    await page.goBack();
    await act(page, "Website", "Disable");
    await rowOf(page, "Website").getByText("Takes and sends no messages").waitFor();
    await expect.poll(async () => (await channelNamed("Website"))?.status).toBe("disabled");
    await expectAccessible(page);
    await photographAll(page, "channels");
    await page.getByRole("button", { name: "Undo" }).click();
    await rowOf(page, "Website").getByText("Connected").waitFor();
    await expect.poll(async () => (await channelNamed("Website"))?.status).toBe("connected");
    await page.keyboard.press("/");
    await page.keyboard.type("webs");
    await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("webs");
    await rowOf(page, "Website").waitFor();
    await page.getByRole("searchbox", { name: "Search channels" }).fill("no channel has this");
    await page.getByRole("heading", { name: "No channel matches" }).waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rowOf(page, "Website").waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await expect
      .poll(() => page.evaluate<number>("document.documentElement.scrollWidth"))
      .toBeLessThanOrEqual(390);
  });

  it("says on its page that it is disabled, with the button that mends it", async () => {
    const page = await open(`/channels/${channelId}`);
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Disable" }).click();
    await page.getByText("The channel is disabled: it takes and sends no messages.").waitFor();
    await page.getByRole("button", { name: "Enable" }).click();
    await expect.poll(async () => (await channelNamed("Website"))?.status).toBe("connected");
  });

  it("shows a viewer no button that would be refused", async () => {
    const viewer = await joinAs(dashboard, "viewer");
    const { page, complaints } = await viewer.open("/channels");
    await rowOf(page, "Website").waitFor();
    expect(await page.getByRole("link", { name: "New channel" }).count()).toBe(0);
    await page.getByRole("button", { name: "Actions for Website" }).click();
    expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Open", "Conversations"]);
    await page.getByRole("menuitem", { name: "Open" }).click();
    await page.getByText("Only owners and admins may see it.").waitFor();
    expect(await field(page, "Name").isDisabled()).toBe(true);
    for (const name of ["Save", "Actions", "Show secret", "Rotate"])
      expect(await page.getByRole("button", { name, exact: true }).count(), name).toBe(0);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await viewer.close();
  });

  it("deletes one from its page", async () => {
    const page = await open(`/channels/${await newWidget("Empty shop")}`);
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const question = page.getByRole("dialog", { name: "Delete “Empty shop”?" });
    await question.getByText("stop working at once").waitFor();
    await question.getByRole("button", { name: "Delete" }).click();
    await page.waitForURL(/\/channels$/);
    await page.getByText("“Empty shop” deleted.").waitFor();
    expect(await channelNamed("Empty shop")).toBeUndefined();
  });

  it("deletes conversations only after saying so", async () => {
    expectRefusals(409);
    const id = await newWidget("Corner shop");
    const page = await open("/channels");
    await act(page, "Corner shop", "Delete");
    const question = page.getByRole("dialog", { name: "Delete “Corner shop”?" });
    await question.getByText("stop working at once").waitFor();
    // While the question stands there somebody writes: what was agreed to is not that any more.
    await writeAsVisitor(id, "Hello?");
    await question.getByRole("button", { name: "Delete" }).click();
    await page.getByText("“Corner shop” not deleted").waitFor();
    await page.getByText("The channel has conversations").waitFor();
    expect(await channelNamed("Corner shop")).toBeDefined();
    await act(page, "Corner shop", "Delete");
    await question.getByText("Its conversations are deleted with it").waitFor();
    await photographAll(page, "channel-delete");
    await question.getByRole("button", { name: "Delete with its conversations" }).click();
    await page.getByText("“Corner shop” deleted.").waitFor();
    await expect.poll(() => rowOf(page, "Corner shop").count()).toBe(0);
    expect(await channelNamed("Corner shop")).toBeUndefined();
  });
});
