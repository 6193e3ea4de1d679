import { afterAll, beforeAll, expect, test } from "vitest";
import type { Identified, Listed } from "../../program-client.ts";
import { joinAs } from "./member.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let contactId: string;
beforeAll(async () => {
  dashboard = await startDashboard();
  const { client } = dashboard;
  ({ id: contactId } = await client.post<Identified>("/v1/contacts", {
    name: "Anna Keller",
    email: "anna@example.com",
    phone: "+4930123456",
    language: "de",
    timezone: "Europe/Berlin",
    externalId: "crm-1",
    tags: ["vip", "trial"],
    attributes: { plan: "pro", seats: 12, renewsOn: "2027-03-01" },
    meta: { orderId: 7 },
  }));
});
afterAll(() => dashboard?.close());

const open = (tab?: string) =>
  dashboard.open(`/contacts/${contactId}${tab === undefined ? "" : `?tab=${tab}`}`);

interface FactShown extends Identified {
  readonly text: string;
  readonly key: string | null;
  readonly value: unknown;
  readonly source: string;
  readonly expiresAt: string | null;
}

async function facts(): Promise<readonly FactShown[]> {
  return (await dashboard.client.get<Listed<FactShown>>(`/v1/contacts/${contactId}/memory`)).items;
}

test("memory is added to, changed, deleted and brought back", async () => {
  const { page, complaints } = await open("memory");
  const fact = (text: string) => page.getByRole("listitem").getByText(text, { exact: true });
  await page.getByRole("heading", { name: "Nothing is remembered yet" }).waitFor();
  await page.getByText("crm-1").waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-memory-empty");
  await page.getByRole("button", { name: "Add a fact" }).click();
  const dialog = page.getByRole("dialog", { name: "Add to memory" });
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("must not be empty").waitFor();
  await dialog.getByLabel("Fact").fill("Is at home after 17:00.");
  await dialog.getByLabel("Expires").fill("2000-01-01T10:00");
  await dialog.getByRole("button", { name: "For programs" }).click();
  await dialog.getByLabel("Key").fill("delivery_time");
  await dialog.getByLabel("Value").fill("after five");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("must be JSON").waitFor();
  await dialog.getByLabel("Value").fill('"after 17:00"');
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("must be in the future").waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-memory-dialog");
  await dialog.getByLabel("Expires").fill("2099-07-01T12:00");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await fact("Is at home after 17:00.").waitFor();
  expect(await facts()).toMatchObject([{ key: "delivery_time", value: "after 17:00", source: "member" }]);
  expect((await facts())[0]?.expiresAt).toMatch(/^2099-07-01T/);

  await dashboard.client.post(`/v1/contacts/${contactId}/memory`, { text: "Likes tulips, not roses." });
  // The other tab's change comes by itself.
  await fact("Likes tulips, not roses.").waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-memory");
  await page.getByRole("button", { name: "Change: Likes tulips, not roses." }).click();
  await page.getByRole("dialog").getByLabel("Fact").fill("Likes tulips.");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await fact("Likes tulips.").waitFor();

  await page.getByRole("button", { name: "Delete: Is at home after 17:00." }).click();
  await fact("Is at home after 17:00.").waitFor({ state: "detached" });
  expect(await facts()).toHaveLength(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await fact("Is at home after 17:00.").waitFor();
  expect(await facts()).toMatchObject([
    { text: "Is at home after 17:00.", key: "delivery_time", value: "after 17:00" },
    { text: "Likes tulips." },
  ]);
  expect(complaints.filter((text) => !text.includes("status of 422"))).toEqual([]);
  await page.close();
});

test("an opt-out shows with its reason and is ended where it shows", async () => {
  const { page, complaints } = await open();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Opt out…" }).click();
  const question = page.getByRole("dialog", { name: "Opt out Anna Keller?" });
  await question.getByRole("combobox", { name: "Reason" }).fill("asked by phone");
  await question.getByRole("button", { name: "Opt out" }).click();
  await page.getByText(/Wants no messages since .*: asked by phone/).waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-opted-out");
  await page.getByRole("button", { name: "Opt in" }).click();
  await page.getByText("Anna Keller may be written to again.").waitFor();
  await page.getByText(/Wants no messages since/).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await page.close();
});

test("conversations and touches: what was, and what is to come", async () => {
  const { client } = dashboard;
  const empty = await open("touches");
  await empty.page.getByText("No task has a run for this contact").waitFor();
  await empty.page.getByRole("heading", { name: "Nothing was done yet" }).waitFor();
  await empty.page.getByRole("tab", { name: "Conversations" }).click();
  await empty.page.getByRole("heading", { name: "No conversations yet" }).waitFor();
  await empty.page.close();

  const { id: providerId } = await client.post<Identified>("/v1/model-providers", {
    name: "Sandbox",
    kind: "sandbox",
  });
  const { id: agentId } = await client.post<Identified>("/v1/agents", {
    name: "Mia",
    instructions: "Be short.",
    modelProviderId: providerId,
    model: "sandbox",
  });
  const { id: channelId } = await client.post<Identified>("/v1/channels", {
    platform: "web",
    kind: "page",
    name: "Web page",
    defaultAgentId: agentId,
  });
  const task = await client.post<Identified>("/v1/tasks", {
    name: "Morning check-in",
    description: "Say good morning.",
    agentId,
    contactId,
    channelId,
    schedule: { kind: "daily", time: "09:00", timezone: "Europe/Berlin" },
  });
  await client.post(`/v1/tasks/${task.id}/trigger`, {});

  const { page, complaints } = await open("touches");
  await page
    .getByRole("region", { name: "Coming" })
    .getByRole("link", { name: "Morning check-in" })
    .waitFor();
  const past = page.getByRole("table", { name: "Executions" });
  await past.getByText("Message sent").waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-touches");
  await page.getByRole("tab", { name: "Conversations" }).click();
  const conversations = page.getByRole("table", { name: "Conversations" });
  await conversations.getByRole("row").filter({ hasText: "Web page" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-conversations");
  await conversations.getByRole("row").filter({ hasText: "Web page" }).click();
  await page.waitForURL("**/conversations/conv_*");
  expect(complaints).toEqual([]);
  await page.close();
});

test("on a narrow screen the overview is the first tab", async () => {
  const { page, complaints } = await dashboard.open(`/contacts/${contactId}`, { size: "narrow" });
  await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
  await page.getByText("renewsOn").waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact");
  expect(complaints).toEqual([]);
  await page.close();
});

test("who may only look has no buttons that the server would refuse", async () => {
  const viewer = await joinAs(dashboard, "viewer");
  const { page, complaints } = await viewer.open(`/contacts/${contactId}`);
  await page
    .getByRole("tabpanel", { name: "Memory" })
    .getByText(/remember|Agents/)
    .first()
    .waitFor();
  expect(await page.getByRole("button", { name: /More actions|Add a fact|Change:|Delete:/ }).count()).toBe(0);
  await page.goto("/contacts");
  await page.getByRole("row").filter({ hasText: "Anna Keller" }).waitFor();
  expect(await page.getByRole("link", { name: /New contact|Import CSV/ }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await viewer.close();
});

test("a contact that is gone says so", async () => {
  const { page } = await dashboard.open("/contacts/contact_01k3v8q5x8e7arf4s2m6t9c0wd");
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await page.close();
});
