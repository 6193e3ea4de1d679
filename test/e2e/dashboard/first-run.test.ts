import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startModelServer } from "../../model-server.ts";
import type { ExecutionShown, Listed } from "../../program-client.ts";
import { watchComplaints } from "../browser.ts";
import { type Dashboard, expectAccessible, owner, photographAll, startDashboard } from "./support.ts";

/** Moves the focus with the Tab key alone until it is there. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${wanted}`);
}

/** Without what the browser itself says of refused requests: the question who is signed in, and the faults at fields. */
function own(complaints: readonly string[]): readonly string[] {
  return complaints.filter((text) => !/status of 4(01|10|22)/.test(text));
}

async function expectNoWiderThanScreen(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await expect
    .poll(() => page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    .toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe("without the demo", () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await startDashboard({ owned: false });
  });
  afterAll(() => dashboard.close());

  test("the owner's link leads by keyboard alone to a task that ran", { timeout: 60_000 }, async () => {
    const { page, complaints } = await dashboard.open(new URL(dashboard.program.ownerLink ?? "").href);
    const { keyboard } = page;

    // The first field has the focus, and the secret is gone from the address.
    await page.getByRole("heading", { name: "Accept the invitation" }).waitFor();
    await page.waitForURL(`${dashboard.program.url}/invitation`);
    await expectAccessible(page);
    await expectNoWiderThanScreen(page);
    await photographAll(page, "invitation");
    await keyboard.type(owner.name);
    await keyboard.press("Tab");
    await keyboard.type(owner.email);
    await tabTo(page, page.getByLabel("Password", { exact: true }));
    await keyboard.type(owner.password);
    await keyboard.press("Enter");

    await page.getByRole("heading", { name: "Name your workspace" }).waitFor();
    const zone = await page.evaluate(() => new Intl.DateTimeFormat().resolvedOptions().timeZone);
    expect(await page.getByRole("combobox", { name: "Time zone" }).inputValue()).toBe(zone);
    await expectAccessible(page);
    await expectNoWiderThanScreen(page);
    await photographAll(page, "name-workspace");
    // Loaded again, the name is still asked for although the link is used up.
    await page.reload();
    await page.getByRole("heading", { name: "Name your workspace" }).waitFor();
    await keyboard.type("Blume");
    await keyboard.press("Enter");

    await page.waitForURL("**/welcome");
    await page.getByRole("heading", { name: "Welcome to Blume" }).waitFor();
    const workspace = await dashboard.client.get<{ name: string; timezone: string }>("/v1/workspace");
    expect(workspace).toMatchObject({ name: "Blume", timezone: zone });

    await tabTo(page, page.getByRole("radio", { name: "OpenAI", exact: true }));
    await keyboard.press("ArrowUp");
    await page.getByText("It follows fixed rules").waitFor();
    await expectAccessible(page);
    await expectNoWiderThanScreen(page);
    await photographAll(page, "welcome-sandbox");
    await tabTo(page, page.getByRole("button", { name: "Stay with the sandbox", exact: true }));
    await keyboard.press("Enter");

    await tabTo(page, page.getByRole("textbox", { name: "Name", exact: true }));
    await keyboard.press("Control+Enter");
    await page.getByText("must not be empty").waitFor();
    await expectAccessible(page);
    await expectNoWiderThanScreen(page);
    await photographAll(page, "welcome-agent-error");
    await keyboard.type("Mia");
    await keyboard.press("Control+Enter");

    await tabTo(page, page.getByRole("textbox", { name: "Instruction", exact: true }));
    await expectAccessible(page);
    await expectNoWiderThanScreen(page);
    await photographAll(page, "welcome-task");
    // The name is wiped out: the contact is made, the task is refused, and the second attempt makes no second contact.
    await tabTo(page, page.getByRole("textbox", { name: "Name", exact: true }));
    await keyboard.press("Control+A");
    await keyboard.press("Delete");
    await keyboard.press("Control+Enter");
    await page.getByText("must not be empty").waitFor();
    await keyboard.type("Welcome");
    await keyboard.press("Control+Enter");

    await page.getByText("Message sent", { exact: true }).waitFor();
    await page.getByText(`Hello ${owner.name}, I am writing to you about this:`).waitFor();
    await page.getByText("Sandbox model", { exact: true }).waitFor();
    await page.getByText("That was the tour").waitFor();
    await expectAccessible(page);
    await expectNoWiderThanScreen(page);
    await photographAll(page, "welcome-done");
    const contacts = await dashboard.client.get<Listed<{ name: string }>>("/v1/contacts");
    expect(contacts.items.map(({ name }) => name)).toEqual([owner.name]);
    const { items: executions } = await dashboard.client.get<Listed<ExecutionShown>>("/v1/executions");
    expect(executions).toMatchObject([{ kind: "task", status: "completed", outcome: "message_sent" }]);

    // What exists says where the tour goes on, not this browser.
    await page.goto("/welcome");
    await page.getByText("That was the tour").waitFor();
    expect(await page.getByRole("listitem").filter({ hasText: "(done)" }).count()).toBe(3);
    const execution = page.getByRole("link", { name: "Open the execution" });
    expect(await execution.getAttribute("href")).toBe(`/executions/${executions[0]?.id}`);
    await tabTo(page, page.getByRole("link", { name: "Open the task", exact: true }));
    await keyboard.press("Enter");
    await page.waitForURL("**/tasks/task_*");
    expect(own(complaints)).toEqual([]);
    await page.close();
  });

  test("the link works once", async () => {
    const context = await dashboard.browser.newContext({ baseURL: dashboard.program.url });
    const page = await context.newPage();
    await page.goto(dashboard.program.ownerLink ?? "");
    await page.getByLabel("Name").fill("Ben Adler");
    await page.getByLabel("E-mail").fill("ben@example.com");
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("There is no such invitation").waitFor();
    await page.goto("/invitation");
    await page.getByRole("heading", { name: "This link is incomplete" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "invitation-incomplete");
    await context.close();
  });
});

describe("with the demo", () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await startDashboard({ demo: true });
  });
  afterAll(() => dashboard.close());

  test("a model is connected and tried, with the provider's own answers", async () => {
    const server = await startModelServer([{ text: "ok" }]);
    onTestFinished(() => server.close());
    const { page, complaints } = await dashboard.open("/welcome");
    await page.getByRole("radio", { name: "OpenAI-compatible" }).check();
    await page.getByLabel("Base URL").fill("not an address");
    await page.getByRole("button", { name: "Connect OpenAI-compatible" }).click();
    await expect.poll(() => page.getByLabel("Base URL").getAttribute("aria-invalid")).toBe("true");
    // Nobody listens there.
    await page.getByLabel("Base URL").fill("http://127.0.0.1:9/v1");
    await page.getByRole("button", { name: "Connect OpenAI-compatible" }).click();
    // That a key is stored says nothing yet: the check stays open.
    await page.getByText("OpenAI-compatible does not list its models").waitFor();
    const first = page.getByRole("listitem").filter({ hasText: "Connect a model" });
    expect(await first.getAttribute("aria-current")).toBe("step");
    expect(await page.getByText("(done)").count()).toBe(0);
    await page.getByRole("button", { name: "Continue without a working test" }).waitFor();
    await page.getByRole("combobox", { name: "Model" }).fill("test-model");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByText("test-model did not answer").waitFor();
    await expectAccessible(page);
    await photographAll(page, "welcome-model-fault");

    await page.getByRole("button", { name: "Change key" }).click();
    await page.getByLabel("Base URL").fill(server.baseUrl);
    await page.getByRole("button", { name: "Save" }).click();
    // The list is the server's.
    await page.getByText(/1 is listed by OpenAI-compatible/).waitFor();
    await page.getByRole("combobox", { name: "Model" }).fill("test-model");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByText(/test-model\S* answered in/).waitFor();
    await expectAccessible(page);
    await photographAll(page, "welcome-model-works");
    expect(await first.getByText("(done)").count()).toBe(1);
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await page.getByRole("button", { name: "Use Demo agent" }).waitFor();
    const provider = page.getByRole("combobox", { name: "Model provider" });
    expect(await provider.inputValue()).toBe("OpenAI-compatible");
    // The sandbox is a choice, too.
    await page.getByRole("button", { name: "Open step 1: Connect a model" }).click();
    await page.getByRole("button", { name: "Connect another" }).click();
    await page.getByRole("radio", { name: "Sandbox" }).check();
    await page.getByRole("button", { name: "Stay with the sandbox" }).click();
    await expect.poll(() => provider.inputValue()).toBe("Sandbox");
    expect(own(complaints)).toEqual([]);
    await page.close();
  });

  test("the demo is said to be there, and its agent does a task of one's own", {
    timeout: 60_000,
  }, async () => {
    const { page, complaints } = await dashboard.open("/welcome");
    await page.getByText("The demo is running").waitFor();
    // The demo's own agent and task are nobody's work: nothing counts as done.
    expect(await page.getByRole("listitem").filter({ hasText: "(done)" }).count()).toBe(0);
    await expectAccessible(page);
    await photographAll(page, "welcome-demo");
    const demo = await dashboard.client.get<{ taskIds: readonly string[] }>("/v1/demo");
    await page.getByRole("button", { name: "Use its agent" }).click();
    // Not on the demo's channel, which goes with the demo.
    await page.getByText("a chat on a web page, which is made with the task").waitFor();
    await page.getByRole("button", { name: "Create and run now" }).click();
    await page.getByText("Message sent", { exact: true }).waitFor();
    const { items: runs } =
      await dashboard.client.get<Listed<ExecutionShown & { readonly taskId: string }>>(
        "/v1/executions?kind=task",
      );
    const ran = runs.find(({ taskId }) => taskId !== demo.taskIds[0]);
    await page.getByRole("link", { name: "Go to the tasks" }).click();
    await page.waitForURL("**/tasks");

    // The demo goes, but for the agent; what the run said stays.
    await page.goto("/settings/demo");
    await page.getByText("A task of yours uses it.").waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-demo-in-use");
    await page.getByRole("button", { name: "Remove demo data" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("There is no demo data in this workspace.").waitFor();
    const conversation = await dashboard.client.get(`/v1/conversations/${ran?.conversationIds[0]}/messages`);
    expect(conversation).toMatchObject({ items: [{ direction: "out" }] });
    const { items: agents } =
      await dashboard.client.get<Listed<{ name: string; demo: boolean }>>("/v1/agents");
    expect(agents).toMatchObject([{ name: "Demo agent", demo: false }]);
    expect(complaints).toEqual([]);

    // A viewer is not led to buttons that are refused.
    const invitation = await dashboard.client.post<{ link: string }>("/v1/invitations", { role: "viewer" });
    const context = await dashboard.browser.newContext({ baseURL: dashboard.program.url });
    const other = await context.newPage();
    const otherComplaints = watchComplaints(other);
    await other.goto(`/invitation${new URL(invitation.link).hash}`);
    await other.getByLabel("Name").fill("Carla Diaz");
    await other.getByLabel("E-mail").fill("carla@example.com");
    await other.getByLabel("Password", { exact: true }).fill("correct horse");
    await other.keyboard.press("Enter");
    await other.getByText("As a viewer you see everything").waitFor();
    expect(await other.getByRole("button", { name: /Create|Stay|Connect/ }).count()).toBe(0);
    await expectAccessible(other);
    await photographAll(other, "welcome-viewer");
    expect(own(otherComplaints)).toEqual([]);
  });
});
