import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCast } from "../../program-client.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";
import {
  chooseKind,
  fillBasics,
  instructionField,
  nameField,
  untilFault,
  untilFocused,
  withoutRefusals,
} from "./task-form.test-support.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
  const { client, context } = dashboard;
  const { agentId } = await createCast(client);
  await context.request.patch(`/v1/agents/${agentId}`, {
    data: { isDefault: true },
    headers: client.headers,
  });
  await client.post("/v1/tasks", { name: "Taken", description: "Say hello.", externalId: "crm-4711" });
});
afterAll(() => dashboard?.close());

const openBounds = (page: Page) => page.getByRole("button", { name: "Start, end and spread" }).click();

interface ScheduleFault {
  readonly what: string;
  readonly kind: string;
  fill(page: Page): Promise<void>;
  at(page: Page): Locator;
  readonly says: RegExp;
}

/** What the preview finds while one types. */
const scheduleFaults: readonly ScheduleFault[] = [
  {
    what: "a time that is past",
    kind: "Once",
    fill: (page) => page.getByLabel("Date and time").fill("2020-01-01T09:00"),
    at: (page) => page.getByLabel("Date and time"),
    says: /is not after now/,
  },
  {
    what: "a minute that no hour has",
    kind: "Hourly",
    fill: (page) => page.getByLabel("Minute of the hour").fill("60"),
    at: (page) => page.getByLabel("Minute of the hour"),
    says: /59/,
  },
  {
    what: "too many days",
    kind: "Daily",
    fill: (page) => page.getByRole("textbox", { name: "Every", exact: true }).fill("366"),
    at: (page) => page.getByRole("textbox", { name: "Every", exact: true }),
    says: /365/,
  },
  {
    what: "no weekday",
    kind: "Weekly",
    fill: (page) => page.getByRole("checkbox", { name: "Monday" }).uncheck(),
    at: (page) => page.getByRole("checkbox", { name: "Monday" }),
    says: /no day is named/,
  },
  {
    what: "an interval of seconds",
    kind: "At an interval",
    fill: (page) => page.getByRole("textbox", { name: "Every", exact: true }).fill("0.5"),
    at: (page) => page.getByRole("textbox", { name: "Every", exact: true }),
    says: /1 minute to 366 days are accepted/,
  },
  {
    what: "a cron that nobody can read",
    kind: "Cron",
    fill: (page) => page.getByLabel("Cron expression").fill("61 9 * * *"),
    at: (page) => page.getByLabel("Cron expression"),
    says: /61/,
  },
  {
    what: "an end before the start",
    kind: "Daily",
    async fill(page) {
      await openBounds(page);
      await page.getByLabel("Starts").fill("2098-01-02T00:00");
      await page.getByLabel("Ends").fill("2098-01-01T00:00");
    },
    at: (page) => page.getByLabel("Ends"),
    says: /is before the start/,
  },
  {
    what: "no runs at all",
    kind: "Monthly",
    async fill(page) {
      await openBounds(page);
      await page.getByLabel("Runs at most").fill("0");
    },
    at: (page) => page.getByLabel("Runs at most"),
    says: /1/,
  },
  {
    what: "runs that are spread over their successors",
    kind: "Hourly",
    async fill(page) {
      await openBounds(page);
      await page.getByRole("textbox", { name: "Spread over" }).fill("60");
    },
    at: (page) => page.getByRole("textbox", { name: "Spread over" }),
    says: /shortest time between two runs; 0 to 3,599 seconds are/,
  },
  {
    what: "an example that is no date",
    kind: "By a contact's date",
    async fill(page) {
      await page.getByLabel("Attribute with the date").fill("appointment");
      await page.getByLabel("Try it with a date").fill("soon");
    },
    at: (page) => page.getByLabel("Try it with a date"),
    says: /soon/,
  },
];

describe("wrong input", () => {
  it.each(scheduleFaults)("$what is said at its field while one types", async ({ kind, fill, at, says }) => {
    const { page, complaints } = await dashboard.open("/tasks/new");
    await chooseKind(page, kind);
    await fill(page);
    await untilFault(at(page), says);
    expect(withoutRefusals(complaints)).toEqual([]);
    await page.close();
  });

  it("is said at every field at once when it is saved, and Advanced opens", async () => {
    const { page, complaints } = await dashboard.open("/tasks/new");
    await page.getByRole("button", { name: "Advanced" }).click();
    const wrong: readonly (readonly [string, string, RegExp])[] = [
      ["Session duration", "31", /between 0 and 30 days/],
      ["Conversation", "abc", /conv_/],
      ["Catch-up window", "9000", /30 days/],
      ["Pause after failures", "1001", /1000/],
      ["Running time", "1", /between 15 minutes and 24 hours/],
      ["Model calls", "5", /between 10 and 100000/],
      ["Tool calls", "0", /between 1 and 100000/],
      ["Cost in US dollars", "much", /decimal string/],
    ];
    const field = (label: string) => page.getByRole("textbox", { name: label, exact: true });
    for (const [label, text] of wrong) await field(label).fill(text);
    await page.getByRole("combobox", { name: "Unit of session duration" }).selectOption("days");
    await page.getByRole("button", { name: "Advanced" }).click();
    expect(await field("Tool calls").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Create task" }).click();
    await untilFault(nameField(page), /must not be empty/);
    await untilFault(instructionField(page), /must not be empty/);
    for (const [label, , says] of wrong) await untilFault(field(label), says);
    expect(await field("Tool calls").isVisible()).toBe(true);
    // The first of them has the focus.
    await untilFocused(page, "name");
    await expectAccessible(page);
    await photographAll(page, "task-new-faults");
    // What is typed anew is no longer said to be wrong.
    await field("Tool calls").fill("5");
    await expect.poll(() => field("Tool calls").getAttribute("aria-invalid")).not.toBe("true");
    expect(withoutRefusals(complaints)).toEqual([]);
    await page.close();
  });

  it("that only the workspace can judge is said at its field too", async () => {
    const { page, complaints } = await dashboard.open("/tasks/new");
    await fillBasics(page, "Wrong in its references");
    await page.getByRole("radio", { name: "One contact" }).check();
    const create = page.getByRole("button", { name: "Create task" });
    await create.click();
    await untilFault(page.getByRole("combobox", { name: "Contact" }), /must be a contact/);
    await page.getByRole("radio", { name: "Nobody in particular" }).check();
    await chooseKind(page, "By a contact's date");
    await page.getByLabel("Attribute with the date").fill("appointment");
    await create.click();
    await untilFault(
      page.getByRole("radiogroup", { name: "When it runs" }),
      /must have a contactId or an audience/,
    );
    await chooseKind(page, "Only on demand");
    await page.getByRole("button", { name: "Advanced" }).click();
    await page.getByLabel("Expires").fill("2020-01-01T00:00");
    await create.click();
    await untilFault(page.getByLabel("Expires"), /must be later than now/);
    await page.getByLabel("Expires").fill("");
    await page.getByLabel("External id").fill("crm-4711");
    await create.click();
    await untilFault(page.getByLabel("External id"), /another task of the workspace has this externalId/);
    await page.getByLabel("External id").fill("");
    await page.getByRole("textbox", { name: "Meta" }).fill("{plan");
    await create.click();
    await untilFault(page.getByRole("textbox", { name: "Meta" }), /not JSON/);
    expect(withoutRefusals(complaints)).toEqual([]);
    await page.close();
  });

  it("in an audience is said at its row", async () => {
    const { page, complaints } = await dashboard.open("/tasks/new");
    await page.getByRole("radio", { name: "An audience" }).check();
    for (const kind of ["Tag", "Attribute"]) {
      await page.getByRole("button", { name: "Add condition" }).click();
      await page.getByRole("menuitem", { name: kind }).click();
    }
    await page.getByRole("textbox", { name: "Tag of condition 1" }).fill("trial");
    await page.getByRole("textbox", { name: "Name of condition 2" }).fill("renewal");
    await page.getByRole("combobox", { name: "Comparison of condition 2" }).click();
    await page.getByRole("option", { name: "is before" }).click();
    await page.getByRole("textbox", { name: "Value of condition 2" }).fill("soon");
    const rows = page.getByRole("list", { name: "Conditions" }).getByRole("listitem");
    await rows
      .nth(1)
      .getByText(/must be an instant such as/)
      .waitFor();
    expect(await rows.nth(0).getByRole("alert").count()).toBe(0);
    await page.getByRole("textbox", { name: "Contacts of one run at most" }).fill("0");
    await page.getByRole("button", { name: "Create task" }).click();
    await untilFault(
      page.getByRole("textbox", { name: "Contacts of one run at most" }),
      /between 1 and 100000/,
    );
    expect(withoutRefusals(complaints)).toEqual([]);
    await page.close();
  });
});
