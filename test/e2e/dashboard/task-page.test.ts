import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cast, createCast, type Identified, trigger, untilEnded } from "../../program-client.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";
import { nameField, type TaskShown, withoutRefusals } from "./task-form.test-support.ts";

let dashboard: Dashboard;
let cast: Cast;
let anna: Identified;

beforeAll(async () => {
  dashboard = await startDashboard();
  const { client, context } = dashboard;
  cast = await createCast(client);
  await context.request.patch(`/v1/agents/${cast.agentId}`, {
    data: { isDefault: true },
    headers: client.headers,
  });
  anna = await client.post<Identified>("/v1/contacts", { name: "Anna Keller", tags: ["trial"] });
});
afterAll(() => dashboard?.close());

async function createTask(fields: Readonly<Record<string, unknown>> = {}): Promise<TaskShown> {
  return await dashboard.client.post<TaskShown>("/v1/tasks", {
    name: "Morning check-in",
    description: "Ask how the first week went and offer help with the set-up.",
    contactId: anna.id,
    channelId: cast.channelId,
    ...fields,
  });
}

const read = (id: string) => dashboard.client.get<TaskShown>(`/v1/tasks/${id}`);

it("shows how the task is set up, what came of it and what is to come", async () => {
  const { client } = dashboard;
  const task = await createTask({
    schedule: { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
    policies: { overlap: "allow" },
    limits: { maxToolCalls: 2, maxCostUsd: "0.50" },
    endWhen: ["contact_replied"],
    meta: { plan: "pro" },
  });
  await untilEnded(client, await trigger(client, task.id));
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`);
  const configuration = page.getByRole("complementary", { name: "Configuration" });
  for (const text of [
    "Every day at 09:00, Europe/Berlin time",
    "Mia (default agent)",
    "Anna Keller",
    "Website",
    "Both run",
    "$0.50",
    "the contact replied",
  ])
    await configuration.getByText(text, { exact: true }).waitFor();
  await page.getByRole("heading", { name: "Morning check-in" }).waitFor();
  await page.getByText("Active", { exact: true }).waitFor();
  const executions = page.getByRole("table", { name: "Executions" });
  await executions.getByText("Message sent").waitFor();
  await executions.getByText("API", { exact: true }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "task-executions");

  await page.getByRole("combobox", { name: "Status" }).click();
  await page.getByRole("option", { name: "Failed" }).click();
  await page.getByRole("heading", { name: "No such executions" }).waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await executions.getByText("Message sent").waitFor();

  await page.getByRole("tab", { name: "Conversations" }).click();
  await page.getByRole("table", { name: "Conversations" }).getByText("Anna Keller").waitFor();
  expect(page.url()).toContain("tab=conversations");
  await expectAccessible(page);
  await photographAll(page, "task-conversations");

  await page.getByRole("tab", { name: "Upcoming" }).click();
  const runs = page.getByRole("list", { name: "Coming runs" }).getByRole("listitem");
  await expect.poll(() => runs.count()).toBe(20);
  expect(await runs.first().textContent()).toContain("09:00Europe/Berlin");
  await expectAccessible(page);
  await photographAll(page, "task-upcoming");
  await page.reload();
  await runs.first().waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

it("is usable on a phone", async () => {
  const task = await createTask({ name: "A task with a name that is much longer than a phone is wide" });
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`, { size: "narrow" });
  await page.getByRole("heading", { name: "It has not run yet" }).waitFor();
  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByText("Only on demand").waitFor();
  await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  await expectAccessible(page);
  await photographAll(page, "task-configuration");
  expect(complaints).toEqual([]);
  await page.close();
});

it("runs now and shows the execution; one that stands in the way is named and led to", async () => {
  const { client } = dashboard;
  const task = await createTask();
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`);
  await page.getByRole("button", { name: "Run now" }).click();
  await page.waitForURL(/\/executions\/exec_/);
  const executionId = page.url().split("/").at(-1) ?? "";
  await untilEnded(client, executionId);

  await page.route("**/trigger", (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({
        code: "execution_in_progress",
        detail: `The task's execution ${executionId} is running; cancel it or wait for its end.`,
        errors: [],
        executionId,
      }),
    }),
  );
  await page.goto(`/tasks/${task.id}`);
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByText(/is running; cancel it or wait/).waitFor();
  await page.getByRole("button", { name: "Open it" }).click();
  await page.waitForURL(`**/executions/${executionId}`);
  expect(withoutRefusals(complaints)).toEqual([]);
  await page.close();
});

it("is paused with a note, which stands beside the state, and resumed there", async () => {
  const task = await createTask({ schedule: { kind: "every", seconds: 3_600 } });
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Note for colleagues" }).fill("On holiday until Monday");
  await dialog.getByRole("button", { name: "Pause" }).click();
  const notice = page.getByRole("status").filter({ hasText: "On holiday until Monday" });
  await notice.waitFor();
  await expect.poll(async () => (await read(task.id)).stateReason?.message).toBe("On holiday until Monday");
  await page.getByRole("tab", { name: "Upcoming" }).click();
  await page.getByRole("heading", { name: "No coming runs" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "task-paused");
  await notice.getByRole("button", { name: "Resume" }).click();
  await notice.waitFor({ state: "detached" });
  await expect.poll(async () => (await read(task.id)).state).toBe("active");
  const done = page.getByRole("alert").filter({ hasText: "resumed." });
  await done.getByRole("button", { name: "Undo" }).click();
  await notice.waitFor();
  await expect.poll(async () => (await read(task.id)).stateReason?.message).toBe("On holiday until Monday");
  expect(complaints).toEqual([]);
  await page.close();
});

it("says that its contact has no date to run by, with the way to set it", async () => {
  const { id: contactId } = await dashboard.client.post<Identified>("/v1/contacts", { name: "Bo Berg" });
  const task = await createTask({
    contactId,
    schedule: { kind: "relative", timezone: "UTC", attribute: "appointment", offsetSeconds: -86_400 },
  });
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`);
  const notice = page.getByRole("status").filter({ hasText: "No date in “appointment” of the contact" });
  await notice.waitFor();
  await page.getByText("No date", { exact: true }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "task-no-date");
  await notice.getByRole("link", { name: "Set the date" }).click();
  await page.waitForURL(`**/contacts/${contactId}/edit`);
  await dashboard.client.patch(`/v1/contacts/${contactId}`, { attributes: { appointment: "2099-03-01" } });
  await page.goto(`/tasks/${task.id}`);
  await page.getByText("Active", { exact: true }).waitFor();
  expect(await notice.count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

it("follows what happens elsewhere without a reload", async () => {
  const { client } = dashboard;
  const task = await createTask({ name: "Followed" });
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`);
  await page.getByRole("heading", { name: "It has not run yet" }).waitFor();
  await untilEnded(client, await trigger(client, task.id));
  await page.getByRole("table", { name: "Executions" }).getByText("Message sent").waitFor();
  await client.post(`/v1/tasks/${task.id}/pause`, { note: "Paused by API" });
  await page.getByRole("status").filter({ hasText: "Paused by API" }).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

it("says what ended it, with the button that mends that", async () => {
  const { client } = dashboard;
  const agent = await client.get<Readonly<Record<string, unknown>>>(`/v1/agents/${cast.agentId}`);
  const second = await client.post<Identified>("/v1/agents", {
    name: "Leo",
    instructions: "Be brief.",
    modelProviderId: agent.modelProviderId,
    model: "test-model",
  });
  const task = await createTask({ agentId: second.id });
  await client.delete(`/v1/agents/${second.id}`);
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`);
  await page
    .getByRole("status")
    .getByText(/The agent that carried out the task was deleted/)
    .waitFor();
  await page.getByRole("link", { name: "Choose an agent" }).click();
  await page.waitForURL(/\/edit$/);
  await nameField(page).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

it("is copied, and deleted after a question", async () => {
  const task = await createTask({ name: "To be deleted" });
  const { page, complaints } = await dashboard.open(`/tasks/${task.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Copy" }).click();
  await expect.poll(() => nameField(page).inputValue()).toBe("Copy of To be deleted");
  await page.goBack();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const question = page.getByRole("dialog", { name: "Delete “To be deleted”?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  expect((await read(task.id)).name).toBe("To be deleted");
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await question.getByRole("button", { name: "Delete" }).click();
  await page.waitForURL(/\/tasks$/);
  expect(await dashboard.client.status(`/v1/tasks/${task.id}`)).toBe(404);
  expect(complaints).toEqual([]);
  await page.close();
});
