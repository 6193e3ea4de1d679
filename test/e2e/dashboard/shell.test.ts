import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ModelServer, startModelServer } from "../../model-server.ts";
import { createCast, createContactTask, type Identified, untilShown } from "../../program-client.ts";
import { joinAs } from "./member.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let refusing: ModelServer;
let taskId: string;
let contactId: string;

beforeAll(async () => {
  [dashboard, refusing] = await Promise.all([
    startDashboard(),
    startModelServer(async () => ({ status: 401, message: "Incorrect API key." })),
  ]);
  const cast = await createCast(dashboard.client, refusing.baseUrl);
  const made = await createContactTask(dashboard.client, cast, { name: "Morning check-in" });
  ({ taskId, contactId } = made);
});
afterAll(async () => {
  await dashboard.close();
  await refusing.close();
});

const palette = (page: Page) => page.getByRole("dialog", { name: "Search and commands" });
const field = (page: Page) => palette(page).getByRole("combobox");
const selected = (page: Page) => palette(page).getByRole("option", { selected: true });

async function expectNoWiderThanScreen(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await expect
    .poll(() => page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    .toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** In a second or two, in the precision that schedules have. */
const soon = () => `${new Date(Date.now() + 2_000).toISOString().slice(0, 19)}Z`;

describe("the bell", () => {
  it("says that nothing needs anyone", async () => {
    const { page, complaints } = await dashboard.open("/contacts");
    await page.getByRole("button", { name: "Notifications" }).click();
    await page.getByRole("dialog").getByText("Nothing needs you").waitFor();
    await expectAccessible(page);
    await photographAll(page, "bell-empty");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("rings when a task pauses itself, leads to it, and is read for all", async () => {
    const { page, complaints } = await dashboard.open("/contacts");
    const { page: other } = await dashboard.open("/contacts");
    await page.getByRole("button", { name: "Notifications" }).waitFor();
    expect(await page.title()).toBe("Contacts · Errand");
    const schedule = { kind: "every", seconds: 60, startsAt: soon() };
    const make = (name: string) =>
      dashboard.client.patch(`/v1/tasks/${name}`, { schedule, policies: { autoPauseAfterFailures: 1 } });
    await make(taskId);
    await untilShown("the task pauses itself", async () => {
      const task = await dashboard.client.get<{ state: string }>(`/v1/tasks/${taskId}`);
      return task.state === "auto_paused" && task;
    });
    const bell = page.getByRole("button", { name: "Notifications, 1 unread" });
    await bell.waitFor();
    await expect.poll(() => page.title()).toBe("(1) Contacts · Errand");
    await bell.click();
    const list = page.getByRole("dialog");
    const link = list.getByRole("link", { name: /Morning check-in/ });
    await link.waitFor();
    await expectAccessible(page);
    await photographAll(page, "bell");
    await expectNoWiderThanScreen(page);
    await list.getByRole("button", { name: /^Mark “.*” as read$/ }).click();
    await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
    await other.getByRole("button", { name: "Notifications", exact: true }).waitFor();
    expect(await other.title()).toBe("Contacts · Errand");
    await link.click();
    await page.waitForURL(`**/tasks/${taskId}`);
    await page.getByRole("heading", { name: "Morning check-in" }).waitFor();
    expect(complaints).toEqual([]);
    await Promise.all([page.close(), other.close()]);
  });

  it("shows it as unread again if the server refuses", async () => {
    await dashboard.client.post(`/v1/tasks/${taskId}/resume`, {});
    await dashboard.client.patch(`/v1/tasks/${taskId}`, {
      schedule: { kind: "every", seconds: 60, startsAt: soon() },
    });
    const { page } = await dashboard.open("/contacts");
    const bell = page.getByRole("button", { name: "Notifications, 1 unread" });
    await bell.waitFor();
    await page.route("**/v1/notifications/read-all", (route) =>
      route.fulfill({ status: 403, json: { code: "forbidden", detail: "Not today." } }),
    );
    await bell.click();
    await page.getByRole("button", { name: "Mark all as read" }).click();
    await page.getByText("Not today.").waitFor();
    await bell.waitFor();
    await page.unroute("**/v1/notifications/read-all");
    await page.getByRole("button", { name: "Mark all as read" }).click();
    await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
    await page.close();
  });
});

describe("the palette", () => {
  it("goes to pages by keyboard alone, also while one types in a field", async () => {
    const { page, complaints } = await dashboard.open("/contacts");
    await page.getByRole("searchbox", { name: "Search contacts" }).focus();
    await page.keyboard.press("Control+k");
    await field(page).waitFor();
    expect(await field(page).evaluate((element) => element === element.ownerDocument.activeElement)).toBe(
      true,
    );
    await palette(page).getByRole("group", { name: "Go to" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "palette");
    await expectNoWiderThanScreen(page);
    const first = await selected(page).textContent();
    await page.keyboard.press("ArrowDown");
    expect(await selected(page).textContent()).not.toBe(first);
    expect(await field(page).getAttribute("aria-activedescendant")).toBe(
      await selected(page).getAttribute("id"),
    );
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => selected(page).textContent()).toBe("Sign out");
    await page.keyboard.type("audit");
    await expect.poll(() => selected(page).textContent()).toBe("Audit log");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/settings/audit-log");
    await palette(page).waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await field(page).waitFor();
    await page.keyboard.press("Escape");
    await palette(page).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("finds tasks, contacts, agents and conversations, and remembers where one was", async () => {
    const { client, program } = dashboard;
    const channel = await client.post<Identified>("/v1/channels", {
      platform: "web",
      kind: "page",
      name: "Shop",
    });
    const visitor = await client.post<{ token: string }>(`/v1/channels/${channel.id}/visitors`, {
      contactId,
    });
    await program
      .client(visitor.token)
      .post("/web/v1/messages", { clientMessageId: "m1", text: "Is it open?" });
    // Newer ones that only contain its id are more than are asked for.
    await client.post("/v1/contacts", { name: "Ada", externalId: "crm-77" });
    for (let number = 770; number < 791; number += 1)
      await client.post("/v1/contacts", { name: `Person ${number}`, externalId: `crm-${number}` });
    const { page, complaints } = await dashboard.open("/tasks");
    await page.getByRole("button", { name: "Search and commands" }).click();
    await field(page).waitFor();
    await page.keyboard.type("crm-77");
    await expect.poll(() => selected(page).textContent()).toMatch(/^Ada/);
    await field(page).fill("Anna");
    const contacts = palette(page).getByRole("group", { name: "Contacts" });
    const conversations = palette(page).getByRole("group", { name: "Conversations" });
    await contacts.getByRole("option", { name: "Anna" }).waitFor();
    await conversations.getByRole("option", { name: /^Anna.*Is it open\?/ }).waitFor();
    await photographAll(page, "palette-found");
    await field(page).fill("Mia");
    await palette(page)
      .getByRole("group", { name: "Agents" })
      .getByRole("option", { name: /^Mia/ })
      .waitFor();
    await field(page).fill("nothing has this name");
    await palette(page).getByText("Nothing is called “nothing has this name”.").waitFor();
    await field(page).fill("check-in");
    await palette(page)
      .getByRole("option", { name: /^Morning check-in/ })
      .click();
    await page.waitForURL(`**/tasks/${taskId}`);
    await page.getByRole("heading", { name: "Morning check-in" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await page.waitForURL("**/agents");
    await page.keyboard.press("Control+k");
    await palette(page).getByRole("group", { name: "Recent" }).waitFor();
    expect(await selected(page).textContent()).toBe("Morning check-in");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/tasks/${taskId}`);
    await page.keyboard.press("Control+k");
    await field(page).fill(contactId);
    await expect.poll(() => selected(page).textContent()).toBe(`Open ${contactId}`);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/contacts/${contactId}`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("runs commands: freezes with a reason and ends it, changes the theme", async () => {
    const { page, complaints } = await dashboard.open("/agents");
    const choose = async (words: string, option: RegExp) => {
      await page.keyboard.press("Control+k");
      await field(page).fill(words);
      await expect.poll(() => selected(page).textContent()).toMatch(option);
      await page.keyboard.press("Enter");
    };
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await choose("freeze", /^Freeze the workspace/);
    const dialog = page.getByRole("dialog", { name: "Freeze the workspace?" });
    await dialog.getByRole("textbox", { name: "Reason" }).waitFor();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Freeze" }).click();
    await dialog.getByText("must not be empty").waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("Wrong prices");
    await dialog.getByRole("button", { name: "Freeze" }).click();
    await page.getByText("Reason: Wrong prices").waitFor();
    await choose("unfreeze", /^Unfreeze/);
    await page.getByRole("dialog").getByRole("button", { name: "Unfreeze" }).click();
    await page.getByText("Reason: Wrong prices").waitFor({ state: "detached" });
    const keptDark = page.waitForResponse("**/v1/auth/profile");
    await choose("dark", /dark theme/);
    await expect.poll(() => page.locator("html").getAttribute("data-mantine-color-scheme")).toBe("dark");
    await keptDark;
    // Kept in the profile, for the tests that follow.
    const kept = page.waitForResponse("**/v1/auth/profile");
    await choose("light", /light theme/);
    await kept;
    await expect.poll(() => page.locator("html").getAttribute("data-mantine-color-scheme")).toBe("light");
    // The refused reason is one: a browser says so in its console.
    expect(complaints.filter((text) => !text.includes("422"))).toEqual([]);
    await page.close();
  });

  it("lists what the role allows", async () => {
    const viewer = await joinAs(dashboard, "viewer");
    const { page, complaints } = await viewer.open("/tasks");
    await page.getByRole("button", { name: "Search and commands" }).waitFor();
    await page.keyboard.press("Control+k");
    await palette(page).getByRole("option", { name: "Agents", exact: false }).first().waitFor();
    for (const name of [/^New task/, /^Freeze/, /Phone/, /^Audit log/])
      expect(await palette(page).getByRole("option", { name }).count()).toBe(0);
    await page.keyboard.press("Escape");
    const phone = page.getByRole("button", { name: "Phone" });
    expect(await phone.getAttribute("aria-disabled")).toBe("true");
    await phone.focus();
    await page.getByRole("tooltip", { name: /needs the role operator/ }).waitFor();
    expect(complaints).toEqual([]);
    await viewer.close();
  });
});

describe("keys", () => {
  it("go to pages, leave fields alone, and are listed with those of the page", async () => {
    const { page, complaints } = await dashboard.open("/contacts");
    await page.getByRole("heading", { name: "Contacts", level: 1 }).waitFor();
    const search = page.getByRole("searchbox", { name: "Search contacts" });
    await search.fill("");
    await search.pressSequentially("g t?");
    expect(await search.inputValue()).toBe("g t?");
    await search.fill("");
    await search.blur();
    for (const [key, path] of [
      ["t", "/tasks"],
      ["c", "/conversations"],
      ["e", "/executions"],
      ["a", "/agents"],
    ] as const) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForURL(`**${path}`);
    }
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.getByText("On this page").waitFor();
    await dialog.getByText("New agent").waitFor();
    await dialog.getByText("Conversations").waitFor();
    await expectAccessible(page);
    await photographAll(page, "keys");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
