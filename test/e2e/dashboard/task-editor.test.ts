import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCast, type Identified } from "../../program-client.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";
import { chooseKind, fillBasics, preview, readOpenTask, withoutRefusals } from "./task-form.test-support.ts";

let dashboard: Dashboard;

const year = new Date().getUTCFullYear() + 1;

beforeAll(async () => {
  dashboard = await startDashboard();
  const { client, context } = dashboard;
  const { agentId } = await createCast(client);
  await context.request.patch(`/v1/agents/${agentId}`, {
    data: { isDefault: true },
    headers: client.headers,
  });
  await context.request.patch("/v1/workspace", {
    data: { timezone: "Europe/Berlin" },
    headers: client.headers,
  });
  await client.post<Identified>("/v1/contacts", { name: "Anna Keller", tags: ["trial"] });
});
afterAll(() => dashboard?.close());

interface KindCase {
  readonly kind: string;
  fill(page: Page): Promise<void>;
  readonly words: RegExp;
  readonly runs: number;
  readonly picture?: string;
  readonly schedule: Readonly<Record<string, unknown>>;
}

const timezone = "Europe/Berlin";

const kinds: readonly KindCase[] = [
  {
    kind: "Once",
    fill: (page) => page.getByLabel("Date and time").fill(`${year}-03-01T09:00`),
    words: /Once, on \w+ 1 March \d+ at 09:00/,
    runs: 1,
    schedule: { kind: "once", timezone, at: `${year}-03-01T09:00` },
  },
  {
    kind: "Hourly",
    fill: (page) => page.getByLabel("Minute of the hour").fill("15"),
    words: /hour.*15/,
    runs: 5,
    schedule: { kind: "hourly", timezone, minute: 15 },
  },
  {
    kind: "Daily",
    async fill(page) {
      await page.getByLabel("Time of day").fill("08:30");
      await page.getByRole("textbox", { name: "Every", exact: true }).fill("3");
    },
    words: /3 days at 08:30/,
    runs: 5,
    schedule: { kind: "daily", timezone, time: "08:30", everyDays: 3 },
  },
  {
    kind: "Weekly",
    async fill(page) {
      await page.getByRole("checkbox", { name: "Thursday" }).check();
      await page.getByRole("button", { name: "Use UTC" }).click();
    },
    words: /Monday and Thursday at 09:00/,
    runs: 5,
    picture: "task-new-weekly",
    schedule: { kind: "weekly", timezone: "UTC", weekdays: ["monday", "thursday"], time: "09:00" },
  },
  {
    kind: "Monthly",
    async fill(page) {
      await page.getByRole("combobox", { name: "Day of the month" }).click();
      await page.getByRole("option", { name: "Last day" }).click();
    },
    words: /last day of .*month at 09:00/i,
    runs: 5,
    schedule: { kind: "monthly", timezone, day: "last", time: "09:00" },
  },
  {
    kind: "At an interval",
    async fill(page) {
      await page.getByRole("textbox", { name: "Every", exact: true }).fill("1.5");
      await page.getByRole("combobox", { name: "Unit of every" }).selectOption("hours");
    },
    words: /1 hour and 30 minutes/,
    runs: 5,
    schedule: { kind: "every", timezone, seconds: 5_400 },
  },
  {
    kind: "Cron",
    fill: (page) => page.getByRole("button", { name: "0 10 * * FRI#2" }).click(),
    words: /second Friday/i,
    runs: 5,
    picture: "task-new-cron",
    schedule: { kind: "cron", timezone, cron: "0 10 * * FRI#2" },
  },
  {
    kind: "By a contact's date",
    async fill(page) {
      await page.getByRole("radio", { name: "One contact" }).check();
      await page.getByRole("combobox", { name: "Contact" }).fill("Anna");
      await page.getByRole("option", { name: "Anna Keller" }).click();
      await page.getByLabel("Attribute with the date").fill("appointment");
      await page.getByLabel("Try it with a date").fill(`${year}-03-02T09:00:00Z`);
    },
    words: /before the contact's "appointment"/,
    runs: 1,
    picture: "task-new-relative",
    schedule: { kind: "relative", timezone, attribute: "appointment", offsetSeconds: -86_400 },
  },
];

describe("the schedule editor", () => {
  it.each(kinds)("makes a task of the kind $kind and says what it will do", async (row) => {
    const { page, complaints } = await dashboard.open("/tasks/new");
    await fillBasics(page, row.kind);
    await chooseKind(page, row.kind);
    await row.fill(page);
    await preview(page).getByText(row.words).waitFor();
    const runs = preview(page).getByRole("list", { name: "Next runs" }).getByRole("listitem");
    await expect.poll(() => runs.count()).toBe(row.runs);
    expect(await runs.first().textContent()).toMatch(
      /(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ \w{3} \d{4}\d\d:\d\d(:\d\d)?(Europe\/Berlin \(GMT\+[12]\)|UTC)/,
    );
    if (row.picture !== undefined) await photographAll(page, row.picture);
    await page.getByRole("button", { name: "Create task" }).click();
    expect((await readOpenTask(page, dashboard.client)).schedule).toEqual(row.schedule);
    expect(withoutRefusals(complaints)).toEqual([]);
    await page.close();
  });

  it("makes one that runs on demand only", async () => {
    const { page, complaints } = await dashboard.open("/tasks/new");
    await page.getByText("It runs when somebody triggers it").waitFor();
    await expectAccessible(page);
    await fillBasics(page, "On demand");
    await page.getByRole("button", { name: "Create task" }).click();
    expect(await readOpenTask(page, dashboard.client)).toMatchObject({ schedule: null, agentId: null });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("warns at the run that a change of the clock moves, and of a short month", async () => {
    const { page, complaints } = await dashboard.open("/tasks/new");
    const sunday = lastSundayOfMarch();
    await chooseKind(page, "Daily");
    await page.getByLabel("Time of day").fill("02:30");
    await page.getByRole("button", { name: "Start, end and spread" }).click();
    await page.getByLabel("Starts").fill(`${year}-03-${sunday - 1}T00:00`);
    const moved = preview(page)
      .getByRole("listitem")
      .filter({ hasText: `Sun ${sunday} Mar` });
    await moved.getByText(/02:30 on Sunday .* does not exist/).waitFor();
    expect(await moved.textContent()).toContain("03:00Europe/Berlin (GMT+2)");
    // Who reads times in another zone is told those too.
    await moved.getByText("01:00 for you").waitFor();
    await expectAccessible(page);
    await photographAll(page, "task-new-clock-change");
    await chooseKind(page, "Monthly");
    await page.getByRole("combobox", { name: "Day of the month" }).fill("31");
    await page.getByRole("option", { name: "31", exact: true }).click();
    await preview(page)
      .getByText(/A month without day 31/)
      .waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("keeps the last good preview while one types on, and what other kinds were told", async () => {
    const { page } = await dashboard.open("/tasks/new");
    await chooseKind(page, "Cron");
    await preview(page)
      .getByText(/Monday.*Friday/)
      .waitFor();
    await page.getByLabel("Cron expression").fill("0 9 * *");
    await preview(page).getByText("This is from before the last change").waitFor();
    await preview(page)
      .getByText(/Monday.*Friday/)
      .waitFor();
    await chooseKind(page, "Hourly");
    await page.getByLabel("Minute of the hour").fill("7");
    await preview(page)
      .getByText(/hour.*7/)
      .waitFor();
    await chooseKind(page, "Cron");
    expect(await page.getByLabel("Cron expression").inputValue()).toBe("0 9 * *");
    // That of another kind says nothing of this one.
    await preview(page).getByText("The next runs are shown once the fields above are accepted.").waitFor();
    expect(
      await preview(page)
        .getByText(/hour.*7/)
        .count(),
    ).toBe(0);
    await page.close();
  });
});

function lastSundayOfMarch(): number {
  const last = new Date(Date.UTC(year, 2, 31));
  return 31 - last.getUTCDay();
}
