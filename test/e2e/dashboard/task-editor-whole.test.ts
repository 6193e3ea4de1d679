import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCast, type Identified } from "../../program-client.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";
import {
  chooseKind,
  fillBasics,
  instructionField,
  nameField,
  preview,
  readOpenTask,
  type TaskShown,
  untilFocused,
  withoutRefusals,
} from "./task-form.test-support.ts";

let dashboard: Dashboard;
let anna: Identified;
let agentId: string;
/** A task with everything set that can be. */
let full: TaskShown;

beforeAll(async () => {
  dashboard = await startDashboard();
  const { client, context } = dashboard;
  const { channelId, ...cast } = await createCast(client);
  agentId = cast.agentId;
  await context.request.patch(`/v1/agents/${agentId}`, {
    data: { isDefault: true },
    headers: client.headers,
  });
  anna = await client.post<Identified>("/v1/contacts", { name: "Anna Keller", tags: ["trial"] });
  full = await client.post<TaskShown>("/v1/tasks", {
    name: "Everything set",
    description: "Ask how it goes.",
    ...{ agentId, channelId },
    contactId: anna.id,
    schedule: {
      kind: "every",
      seconds: 5_430,
      startsAt: "2027-03-01T09:00Z",
      endsAt: "2099-03-01T09:00Z",
      maxRuns: 50,
      jitterSeconds: 30,
    },
    policies: {
      misfire: "run_all",
      catchUpWindowSeconds: 61,
      overlap: "queue_one",
      autoPauseAfterFailures: 0,
    },
    limits: { maxIterations: 1_000, maxTimeSeconds: 1_801, maxToolCalls: 7, maxCostUsd: "0.5" },
    sessionDurationSeconds: 5_401,
    purpose: "marketing",
    whenBlocked: "drop",
    endWhen: ["contact_replied", "goal_met"],
    expiresAt: "2098-12-31T22:59:30.500Z",
    meta: { plan: "pro", nested: { list: [1, null] } },
    externalId: "crm-4711",
  });
});
afterAll(() => dashboard?.close());

it("is made by keyboard alone and saved by Ctrl+Enter", async () => {
  const { page, complaints } = await dashboard.open("/tasks/new");
  const { keyboard } = page;
  await untilFocused(page, "name");
  await keyboard.type("By keyboard");
  await keyboard.press("Tab");
  await keyboard.type("Say hello.");
  await keyboard.press("Tab");
  await keyboard.press("Escape");
  await keyboard.press("Tab");
  // From "nobody" to "one contact", and into its field.
  await keyboard.press("ArrowRight");
  await keyboard.press("Tab");
  await keyboard.type("Anna");
  await page.getByRole("option", { name: "Anna Keller" }).waitFor();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect.poll(() => page.getByRole("combobox", { name: "Contact" }).inputValue()).toBe("Anna Keller");
  await page.getByRole("radio", { name: "Only on demand" }).focus();
  for (const key of ["ArrowRight", "ArrowRight", "Tab"]) await keyboard.press(key);
  await keyboard.type("45");
  await preview(page)
    .getByText(/hour.*45/)
    .waitFor();
  await keyboard.press("Control+Enter");
  const task = await readOpenTask(page, dashboard.client);
  expect(task).toMatchObject({
    name: "By keyboard",
    contactId: anna.id,
    schedule: { kind: "hourly", minute: 45 },
  });
  expect(withoutRefusals(complaints)).toEqual([]);
  await page.close();
});

it("is for a contact that is made on the spot, and runs at once", async () => {
  const { page, complaints } = await dashboard.open("/tasks/new");
  await fillBasics(page, "For Boris");
  await page.getByRole("radio", { name: "One contact" }).check();
  await page.getByRole("button", { name: "New contact" }).click();
  await page.getByRole("textbox", { name: "Name of the new contact" }).fill("Boris Lang");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByRole("combobox", { name: "Contact" }).inputValue()).toBe("Boris Lang");
  await page.getByRole("button", { name: "Save and run now" }).click();
  await page.waitForURL(/\/executions\/exec_/);
  const execution = await dashboard.client.get<{ trigger: string }>(
    `/v1/executions/${page.url().split("/").at(-1)}`,
  );
  expect(execution.trigger).toBe("manual");
  expect(complaints).toEqual([]);
  await page.close();
});

it("is for an audience that is counted while one types", async () => {
  const { page, complaints } = await dashboard.open("/tasks/new");
  await fillBasics(page, "For those on trial");
  await page.getByRole("radio", { name: "An audience" }).check();
  const count = page.getByRole("status", { name: "Audience now" });
  const add = async (kind: string) => {
    await page.getByRole("button", { name: "Add condition" }).click();
    await page.getByRole("menuitem", { name: kind }).click();
  };
  await count.getByText(/contacts match now/).waitFor();
  await add("Tag");
  await count.getByText("Fill in the conditions").waitFor();
  await page.getByRole("textbox", { name: "Tag of condition 1" }).fill("trial");
  await count.getByText("1 contact matches now").waitFor();
  await count.getByText("Anna Keller").waitFor();
  await add("Attribute");
  await page.getByRole("textbox", { name: "Name of condition 2" }).fill("plan");
  await page.getByRole("combobox", { name: "Comparison of condition 2" }).click();
  await page.getByRole("option", { name: "is not set" }).click();
  await add("Last message");
  await page.getByRole("button", { name: "Remove condition 3" }).click();
  await page.getByRole("textbox", { name: "Pace per minute" }).fill("60");
  await count.getByText("1 contact matches now").waitFor();
  await expectAccessible(page);
  await photographAll(page, "task-new-audience");
  await page.getByRole("button", { name: "Edit as JSON" }).click();
  expect(await page.getByRole("textbox", { name: "Filter" }).inputValue()).toContain('"tag": "trial"');
  await page.getByRole("button", { name: "Edit as conditions" }).click();
  await page.getByRole("button", { name: "Create task" }).click();
  expect((await readOpenTask(page, dashboard.client)).audience).toEqual({
    filter: { all: [{ tag: "trial" }, { attribute: { name: "plan", exists: false } }] },
    maxContactsPerRun: 1_000,
    pacePerMinute: 60,
  });
  expect(complaints).toEqual([]);
  await page.close();
});

it("shows the call that does the same, and asks before it is left unsaved", async () => {
  const { page, complaints } = await dashboard.open(`/tasks/new?contactId=${anna.id}&agentId=${agentId}`);
  await nameField(page).fill("Half done");
  await page.getByRole("button", { name: "The same by API" }).click();
  await page.getByText('"name": "Half done"').waitFor();
  await page.getByText(`"contactId": "${anna.id}"`).waitFor();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Keep editing" }).click();
  expect(page.url()).toContain("/tasks/new");
  expect(await nameField(page).inputValue()).toBe("Half done");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await question.getByRole("button", { name: "Leave" }).click();
  await page.waitForURL(/\/tasks$/);
  expect(complaints).toEqual([]);
  await page.close();
});

it("can be made on a phone", async () => {
  const { page, complaints } = await dashboard.open("/tasks/new", { size: "narrow" });
  await fillBasics(page, "On a phone");
  await chooseKind(page, "Weekly");
  await preview(page)
    .getByText(/Monday at 09:00/)
    .waitFor();
  await page.getByRole("button", { name: "Advanced" }).click();
  await page.getByRole("radio", { name: "An audience" }).check();
  await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  expect(await instructionField(page).isVisible()).toBe(true);
  await expectAccessible(page);
  expect(complaints).toEqual([]);
  await page.close();
});

describe("an existing task", () => {
  it("keeps everything that is not changed", async () => {
    const { page, complaints } = await dashboard.open(`/tasks/${full.id}/edit`);
    await nameField(page).fill("Renamed");
    await page.getByText("The same by API").click();
    await page.getByText('"name": "Renamed"').waitFor();
    await expectAccessible(page);
    await photographAll(page, "task-edit");
    await page.getByRole("button", { name: "Save changes" }).click();
    const after = await readOpenTask(page, dashboard.client);
    const { updatedAt: _, ...before } = full;
    const { updatedAt: __, ...now } = after;
    expect(now).toEqual({ ...before, name: "Renamed" });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("takes single limits and policies back to their defaults", async () => {
    const { page, complaints } = await dashboard.open(`/tasks/${full.id}/edit`);
    await page.getByRole("textbox", { name: "Tool calls" }).fill("");
    await page.getByRole("textbox", { name: "Catch-up window" }).fill("");
    await page.getByRole("checkbox", { name: "The contact replied" }).uncheck();
    await page.keyboard.press("Control+Enter");
    const { limits, policies, endWhen, schedule } = await readOpenTask(page, dashboard.client);
    expect(limits).toEqual({ ...(full.limits as object), maxToolCalls: 10_000 });
    expect(policies).toEqual({ ...(full.policies as object), catchUpWindowSeconds: 3_600 });
    expect(endWhen).toEqual(["goal_met"]);
    expect(schedule).toEqual(full.schedule);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is copied without what must be its own", async () => {
    const { page, complaints } = await dashboard.open(`/tasks/new?copyOf=${full.id}`);
    await expect.poll(() => nameField(page).inputValue()).toMatch(/^Copy of /);
    await page.getByRole("button", { name: "Create task" }).click();
    await page.waitForURL((url) => /\/tasks\/task_/.test(url.pathname) && !url.pathname.endsWith(full.id));
    const copy = await readOpenTask(page, dashboard.client);
    for (const field of ["description", "agentId", "contactId", "meta", "purpose", "sessionDurationSeconds"])
      expect(copy[field], field).toEqual(full[field]);
    expect(copy.externalId).toBeNull();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
