import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ExampleCompany, fillExampleCompany } from "./example-company.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let company: ExampleCompany;

/** A month of the future, in which every day is still to come: 30 days that begin with a Sunday. */
const month = "2031-06";

beforeAll(async () => {
  dashboard = await startDashboard();
  await dashboard.context.request.patch("/v1/auth/profile", { data: { timezone: "Europe/Berlin" } });
  company = await fillExampleCompany(dashboard.client, dashboard.databaseUrl);
  for (const hour of [10, 11, 12, 13])
    await dashboard.client.post("/v1/tasks", {
      name: `Round at ${hour}`,
      description: "Look after what is open.",
      schedule: { kind: "weekly", weekdays: ["wednesday"], time: `${hour}:00`, timezone: "Europe/Berlin" },
    });
});
afterAll(() => dashboard?.close());

const cellOf = (page: Page, day: string) => page.locator(`[data-date="${day}"]`);
const searchOf = (page: Page) => new URL(page.url()).searchParams;

it("shows a month in the profile's zone, what is more than fits, and the whole of a day", async () => {
  const { page, complaints } = await dashboard.open(`/calendar?date=${month}-11`);
  await page.getByText("June 2031", { exact: true }).waitFor();
  const wednesday = cellOf(page, "2031-06-11");
  await wednesday.getByRole("link", { name: "Morning check-in at 09:00" }).waitFor();
  // What runs many times a day gives way to what does not.
  const watch = { name: "Watch for open incidents, 48 runs from 00:00 to 23:30" };
  expect(await wednesday.getByRole("link", watch).count()).toBe(0);
  const tuesday = cellOf(page, "2031-06-10").getByRole("link");
  expect(await tuesday.last().getAttribute("aria-label")).toBe(watch.name);
  await wednesday.getByRole("button", { name: "4 more" }).click();
  const day = page.getByRole("dialog", { name: "Wednesday 11 June 2031" });
  await day.getByRole("link", { name: "Night hand-over at 20:45" }).waitFor();
  await day.getByText("54 runs of 7 tasks.").waitFor();
  await day.getByRole("link", watch).getByText("Every 30 minutes").waitFor();
  expect(searchOf(page).get("day")).toBe("2031-06-11");
  await expectAccessible(page);
  await photographAll(page, "calendar-day");
  await page.keyboard.press("Escape");
  await day.waitFor({ state: "detached" });
  // Whole weeks: from Monday 26 May to Sunday 6 July.
  expect(await page.getByRole("cell").count()).toBe(42);
  expect(await page.getByRole("columnheader").first().textContent()).toBe("Mon");
  await expectAccessible(page);
  await photographAll(page, "calendar-month");
  await wednesday.getByRole("link", { name: "Morning check-in at 09:00" }).click();
  await page.waitForURL(`**/tasks/${company.taskIds["Morning check-in"]}`);
  expect(complaints).toEqual([]);
  await page.close();
});

it("shows a week, and of one agent only its own", async () => {
  const { page, complaints } = await dashboard.open(`/calendar?view=week&date=${month}-11`);
  await page.getByText("9 – 15 June 2031", { exact: true }).waitFor();
  const friday = cellOf(page, "2031-06-13");
  await friday.getByRole("link", { name: "Weekly usage report at 16:00" }).waitFor();
  await friday.getByRole("link", { name: "Watch for open incidents" }).waitFor();
  await photographAll(page, "calendar-week");
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Sofia" }).click();
  await friday.getByRole("link", { name: "Watch for open incidents" }).waitFor({ state: "detached" });
  await friday.getByRole("link", { name: "Weekly usage report at 16:00" }).waitFor();
  expect(searchOf(page).get("agentId")).toBe(company.agentIds[0]);
  await page.reload();
  await friday.getByRole("link", { name: "Weekly usage report at 16:00" }).waitFor();
  expect(await page.getByRole("link", { name: "Watch for open incidents" }).count()).toBe(0);
  await expectAccessible(page);
  expect(complaints).toEqual([]);
  await page.close();
});

it("is walked by keyboard, over the end of the month", async () => {
  const { page, complaints } = await dashboard.open(`/calendar?date=${month}-30`);
  await cellOf(page, "2031-06-30").getByRole("link").first().waitFor();
  await cellOf(page, "2031-06-30").focus();
  const expectFocus = async (day: string) => {
    await page.locator(`[data-date="${day}"]:focus`).waitFor();
  };
  for (const [key, day] of [
    ["ArrowLeft", "2031-06-29"],
    ["ArrowUp", "2031-06-22"],
    ["Home", "2031-06-16"],
    ["End", "2031-06-22"],
    ["ArrowDown", "2031-06-29"],
    ["ArrowRight", "2031-06-30"],
    ["ArrowRight", "2031-07-01"],
    ["PageDown", "2031-08-01"],
    ["PageUp", "2031-07-01"],
  ] as const) {
    await page.keyboard.press(key);
    await expectFocus(day);
  }
  await page.getByText("July 2031", { exact: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Tuesday 1 July 2031" }).getByRole("link").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("t");
  await expect.poll(() => searchOf(page).has("date")).toBe(false);
  expect(complaints).toEqual([]);
  await page.close();
});

it("says that days have passed, and leads to their executions", async () => {
  const { page, complaints } = await dashboard.open("/calendar?date=2021-06-11&day=2021-06-11");
  await page.getByRole("link", { name: "Executions of this day" }).click();
  await page.waitForURL("**/executions?**");
  expect([...searchOf(page).values()]).toEqual(["2021-06-11", "2021-06-11"]);
  await page.getByRole("heading", { name: "No execution matches" }).waitFor();
  await page.goBack();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "June 2021 has passed" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Today" }).click();
  await page.locator('[aria-current="date"]').waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

it("is a list of days on a narrow screen", async () => {
  const { page, complaints } = await dashboard.open(`/calendar?view=week&date=${month}-11`, {
    size: "narrow",
  });
  await page.getByRole("heading", { name: "Wed 11 Jun" }).waitFor();
  expect(await page.getByRole("table").count()).toBe(0);
  await page.getByRole("link", { name: "Night hand-over at 20:45" }).first().waitFor();
  await expect
    .poll(() => page.evaluate<number>("document.documentElement.scrollWidth"))
    .toBeLessThanOrEqual(390);
  await expectAccessible(page);
  expect(complaints).toEqual([]);
  await page.close();
});

it("says when there are more tasks than it can show, and when there is nothing", async () => {
  const { page, complaints } = await dashboard.open(`/calendar?date=${month}-11`);
  await cellOf(page, "2031-06-11").getByRole("link").first().waitFor();
  await page.route("**/v1/tasks/calendar?**", (request) =>
    request.fulfill({ json: { days: [], truncated: true } }),
  );
  await page.getByRole("button", { name: "Next month" }).click();
  await page.getByText("There are more runs than a calendar can show").waitFor();
  await page.getByRole("heading", { name: "No runs in July 2031" }).waitFor();
  await photographAll(page, "calendar-empty");
  expect(complaints).toEqual([]);
  await page.close();
});
