import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untilShown } from "../../program-client.ts";
import { addManyTasks, type ExampleCompany, fillExampleCompany } from "./example-company.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let company: ExampleCompany;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.close());

const rowOf = (page: Page, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("checkbox", { name: `Select ${name}`, exact: true }) });
const searchOf = (page: Page) => new URL(page.url()).searchParams;

describe("without tasks", () => {
  it("says what a task is and makes one that works", async () => {
    const { page, complaints } = await dashboard.open("/tasks");
    await page.getByRole("heading", { name: "No tasks yet" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "tasks-empty");
    await page.getByRole("button", { name: "Create an example task" }).click();
    await page.waitForURL(/\/tasks\/task_/);
    const id = page.url().split("/").at(-1);
    const { lastExecution } = await untilShown("the example's run", async () => {
      const task = await dashboard.client.get<{ lastExecution: { outcome: string } | null }>(
        `/v1/tasks/${id}`,
      );
      return task.lastExecution !== null && task;
    });
    expect(lastExecution).toMatchObject({ outcome: "message_sent" });
    expect(complaints).toEqual([]);
    await page.close();
    await dashboard.client.delete(`/v1/tasks/${id}`);
  });
});

describe("with tasks", () => {
  beforeAll(async () => {
    company = await fillExampleCompany(dashboard.client, dashboard.databaseUrl);
  });

  it("shows state with reason, the last ten outcomes, and the schedule in words", async () => {
    const { page, complaints } = await dashboard.open("/tasks");
    const checkIn = rowOf(page, "Morning check-in");
    await checkIn.waitFor();
    expect(await checkIn.textContent()).toContain("Every day at 09:00");
    await checkIn.getByRole("img", { name: "9 of 10 succeeded, last: Goal met" }).waitFor();
    await checkIn.getByText("Active", { exact: true }).waitFor();
    await rowOf(page, "Collect feedback after onboarding").getByText("Running", { exact: true }).waitFor();
    const paused = rowOf(page, "Invoice follow-up");
    await paused.getByText("Auto-paused").waitFor();
    await paused.getByText("5 scheduled runs in a row failed").filter({ visible: true }).waitFor();
    await paused.getByRole("button", { name: "Resume Invoice follow-up" }).waitFor();
    await rowOf(page, "Weekly usage report").getByText("Sofia").waitFor();
    await expectAccessible(page);
    await photographAll(page, "tasks");
    await page.setViewportSize({ width: 390, height: 844 });
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(390);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("keeps filters in the address, over a reload, and clears them", async () => {
    const { page, complaints } = await dashboard.open("/tasks");
    await rowOf(page, "Morning check-in").waitFor();
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "Auto-paused" }).click();
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    expect(searchOf(page).get("state")).toBe("auto_paused");
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox", { name: "Search tasks" }).fill("invoice");
    await expect.poll(() => searchOf(page).get("q")).toBe("invoice");
    await page.reload();
    await rowOf(page, "Invoice follow-up").waitFor();
    expect(await page.getByRole("searchbox", { name: "Search tasks" }).inputValue()).toBe("invoice");
    await page.getByRole("searchbox", { name: "Search tasks" }).fill("nothing has this");
    await page.getByRole("heading", { name: "No task matches" }).waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rowOf(page, "Morning check-in").waitFor();
    expect([...searchOf(page)]).toEqual([]);
    await page.getByRole("button", { name: "Failed lately" }).click();
    await expect.poll(() => searchOf(page).get("hasFailed")).toBe("true");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("saves filters under a name", async () => {
    const { page, complaints } = await dashboard.open("/tasks?state=paused");
    await rowOf(page, "Trial ends in three days").waitFor();
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("button", { name: "Save these filters…" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("On hold");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await rowOf(page, "Morning check-in").waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("button", { name: "On hold", exact: true }).click();
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    expect(searchOf(page).get("state")).toBe("paused");
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("button", { name: "Delete the filter On hold" }).click();
    await page.getByText("None yet.").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is walked by keyboard", async () => {
    const { page, complaints } = await dashboard.open("/tasks");
    await rowOf(page, "Morning check-in").waitFor();
    // From anywhere on the page.
    await page.getByRole("link", { name: "Agents", exact: true }).focus();
    for (const key of ["j", "j", "x", "k", "x"]) await page.keyboard.press(key);
    await page.getByRole("toolbar", { name: "Selected rows" }).getByText("2 selected").waitFor();
    await photographAll(page, "tasks-selected");
    // A click beside all that takes the focus leaves the keys with the row.
    await page.getByRole("heading", { name: "Scheduled", level: 1 }).click();
    await page.keyboard.press("x");
    await page.getByRole("toolbar", { name: "Selected rows" }).getByText("1 selected").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("toolbar", { name: "Selected rows" }).waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.locator('[type="search"]:focus').waitFor();
    await page.keyboard.type("n");
    expect(await page.getByRole("searchbox", { name: "Search tasks" }).inputValue()).toBe("n");
    await page.getByRole("button", { name: "Clear search" }).click();
    await rowOf(page, "Morning check-in").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox", { name: "Search tasks" }).blur();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/tasks/${company.taskIds["Morning check-in"]}`);
    await page.goBack();
    await rowOf(page, "Morning check-in").waitFor();
    await page.keyboard.press("n");
    await page.waitForURL("**/tasks/new");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("has rows that are links, also to new tabs", async () => {
    const { page, complaints } = await dashboard.open("/tasks");
    const path = `/tasks/${company.taskIds["Morning check-in"]}`;
    const row = rowOf(page, "Morning check-in");
    const link = row.getByRole("link", { name: /^Morning check-in/ });
    await link.waitFor();
    expect(await link.getAttribute("href")).toBe(path);
    // What a browser does with such a click on a link is its own affair, as long as nothing prevents it.
    await page.evaluate(`window.leftAlone = []; window.openedTabs = [];
      window.open = (address) => { window.openedTabs.push(address); return null; };
      document.addEventListener("click", (event) => {
        if (event.target.closest("a") === null) return;
        window.leftAlone.push(!event.defaultPrevented);
        event.preventDefault();
      });`);
    await link.click({ modifiers: ["Control"] });
    expect(await page.evaluate("window.leftAlone")).toEqual([true]);
    const besides = row.getByRole("cell").filter({ hasText: "Active" });
    await besides.click({ modifiers: ["Control"] });
    await besides.click({ button: "middle" });
    expect(await page.evaluate("window.openedTabs")).toEqual([path, path]);
    expect(new URL(page.url()).pathname).toBe("/tasks");
    await page.evaluate("window.isSamePage = true");
    await link.click();
    await page.waitForURL(`**${path}`);
    await page.getByRole("heading", { name: "Morning check-in", level: 1 }).waitFor();
    expect(await page.evaluate("window.isSamePage")).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("names what an address asks for and there is not, and clears it", async () => {
    const { page, complaints } = await dashboard.open("/tasks?state=bogus&q=usage");
    await page.getByText("state is “bogus”").waitFor();
    await expectAccessible(page);
    await photographAll(page, "tasks-unknown-filter");
    await page.getByRole("button", { name: "Clear this filter" }).click();
    await rowOf(page, "Weekly usage report").waitFor();
    expect([...searchOf(page)]).toEqual([["q", "usage"]]);
    await page.goto("/tasks/task_01k3v8q5x8e7arf4s2m6t9c0wd");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    // A browser notes refused requests.
    expect(complaints.filter((text) => !/status of (422|404)/.test(text))).toEqual([]);
    await page.close();
  });

  it("pauses with a note, takes it back, and runs now", async () => {
    const { page, complaints } = await dashboard.open("/tasks?q=weekly+usage");
    const row = rowOf(page, "Weekly usage report");
    await row.getByRole("button", { name: "Actions for Weekly usage report" }).click();
    await page.getByRole("menuitem", { name: "Pause…" }).click();
    await page.getByRole("textbox", { name: "Note for colleagues" }).fill("On holiday");
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await row.getByText("On holiday").filter({ visible: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await row.getByText("Active", { exact: true }).waitFor();
    await row.getByRole("button", { name: "Actions for Weekly usage report" }).click();
    await page.getByRole("menuitem", { name: "Run now" }).click();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.waitForURL(/\/executions\/exec_/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("lists what a bulk pause could not do, and only that looks as before", async () => {
    const { page, complaints } = await dashboard.open("/tasks");
    for (const name of ["Weekly usage report", "Send the set-up guide"])
      await page.getByRole("checkbox", { name: `Select ${name}` }).check();
    await page.getByRole("toolbar").getByRole("button", { name: "Pause" }).click();
    await page.getByText("1 of 2 tasks not paused").waitFor();
    await page.getByText(/^Send the set-up guide: /).waitFor();
    await rowOf(page, "Send the set-up guide").getByText("Ended", { exact: true }).waitFor();
    await rowOf(page, "Weekly usage report").getByText("Paused", { exact: true }).waitFor();
    await photographAll(page, "tasks-bulk");
    await page.getByRole("button", { name: "Undo" }).click();
    await rowOf(page, "Weekly usage report").getByText("Active", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("takes a pause back on the screen when the server is away", async () => {
    const { page } = await dashboard.open("/tasks");
    const row = rowOf(page, "Night hand-over");
    await row.waitFor();
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    let refuse = (): void => undefined;
    const refused = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    await page.route("**/v1/tasks/bulk", async (request) => {
      isAsked();
      await refused;
      await request.abort("connectionrefused");
    });
    await page.getByRole("checkbox", { name: "Select Night hand-over" }).check();
    await page.getByRole("toolbar").getByRole("button", { name: "Pause" }).click();
    await asked;
    // The server has not answered, and yet it is shown.
    await row.getByText("Paused", { exact: true }).waitFor();
    refuse();
    await page.getByText("“Night hand-over” not paused").waitFor();
    await row.getByText("Active", { exact: true }).waitFor();
    await page.close();
  });

  it("keeps two tabs in step", async () => {
    const [one, other] = [await dashboard.open("/tasks"), await dashboard.open("/tasks")];
    await rowOf(other.page, "Ask for a review").getByText("Active", { exact: true }).waitFor();
    await one.page.getByRole("checkbox", { name: "Select Ask for a review" }).check();
    await one.page.getByRole("toolbar").getByRole("button", { name: "Pause" }).click();
    await rowOf(other.page, "Ask for a review").getByText("Paused", { exact: true }).waitFor();
    await dashboard.client.post(`/v1/tasks/${company.taskIds["Ask for a review"]}/resume`, {});
    for (const { page } of [one, other])
      await rowOf(page, "Ask for a review").getByText("Active", { exact: true }).waitFor();
    expect([...one.complaints, ...other.complaints]).toEqual([]);
    await Promise.all([one.page.close(), other.page.close()]);
  });

  it("deletes after a question", async () => {
    const { page, complaints } = await dashboard.open("/tasks");
    await page.getByRole("checkbox", { name: "Select Send the set-up guide" }).check();
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("toolbar").getByText("1 selected").waitFor();
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await rowOf(page, "Send the set-up guide").waitFor({ state: "detached" });
    await page.getByText("“Send the set-up guide” deleted.").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("loads 1 200 rows while one scrolls, and few of them exist at a time", async () => {
    await addManyTasks(dashboard.databaseUrl, 1_200);
    const { page, complaints } = await dashboard.open("/tasks?q=task");
    await rowOf(page, "Task 1200").waitFor();
    // Scrolls to the end of what is there and answers the text of the last row.
    const scrollOn = `(() => {
      const list = document.querySelector('section[aria-label="Tasks"]');
      list.scrollTop = list.scrollHeight;
      return [...list.querySelectorAll("tr[aria-rowindex]")].at(-1)?.textContent;
    })()`;
    await expect.poll(() => page.evaluate<string>(scrollOn), { timeout: 30_000 }).toMatch(/^Task 1Only/);
    expect(await page.getByRole("row").count()).toBeLessThan(100);
    expect(complaints).toEqual([]);
    await page.close();
  }, 45_000);
});
