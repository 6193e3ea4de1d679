import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Identified } from "../../program-client.ts";
import { until } from "../../until.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.close());

/** Without what the browser itself says of requests that were refused on purpose. */
const own = (complaints: readonly string[]) =>
  complaints.filter((text) => !/status of 4(04|09|22|29)/.test(text));

function makeContact(fields: Readonly<Record<string, unknown>>): Promise<Identified> {
  return dashboard.client.post<Identified>("/v1/contacts", fields);
}

function readContact(id: string): Promise<Identified> {
  return dashboard.client.get<Identified>(`/v1/contacts/${id}`);
}

describe("a new contact", () => {
  test("is made with every field, by keyboard, and changed", async () => {
    const { page, complaints } = await dashboard.open("/contacts");
    await page.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await page.keyboard.press("n");
    await page.getByRole("heading", { name: "New contact" }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Anna Keller");
    await page.getByLabel("E-mail").fill("anna@example.com");
    await page.getByRole("textbox", { name: "Phone" }).fill("+4930123456");
    await page.getByRole("combobox", { name: "Time zone" }).fill("Europe/Berl");
    await page.getByRole("option", { name: "Europe/Berlin" }).click();
    await page.getByLabel("Language").fill("de");
    await page.getByRole("combobox", { name: "Tags" }).fill("vip");
    await page.keyboard.press("Enter");
    await page.keyboard.type("trial,");
    await page.getByLabel("External id").fill("crm-1");
    for (const [place, [name, type, value]] of (
      [
        ["plan", "text", "pro"],
        ["seats", "number", "12"],
        ["vip", "flag", "true"],
        ["renewsOn", "date", "2027-03-01"],
        ["sizes", "json", "[1, 2]"],
      ] as const
    ).entries()) {
      await page.getByRole("button", { name: "Add attribute" }).click();
      await page.getByLabel(`Name of attribute ${place + 1}`).fill(name);
      await page.getByLabel(`Type of ${name}`).selectOption(type);
      const field = page.getByLabel(`Value of ${name}`);
      if (type === "flag") await field.selectOption(value);
      else await field.fill(value);
    }
    await page.getByRole("button", { name: "Meta" }).click();
    await page.getByRole("textbox", { name: "Meta" }).fill('{"orderId": 7}');
    await page.getByRole("button", { name: "The same by API" }).click();
    await page.getByText('"renewsOn": "2027-03-01"').waitFor();
    await expectAccessible(page);
    await photographAll(page, "contact-new");
    await page.getByLabel("Name", { exact: true }).press("Control+Enter");
    await page.getByRole("heading", { name: "Anna Keller" }).waitFor();
    const id = page.url().split("/").at(-1) ?? "";
    expect(await readContact(id)).toMatchObject({
      name: "Anna Keller",
      email: "anna@example.com",
      phone: "+4930123456",
      timezone: "Europe/Berlin",
      language: "de",
      tags: ["vip", "trial"],
      externalId: "crm-1",
      attributes: { plan: "pro", seats: 12, vip: true, renewsOn: "2027-03-01", sizes: [1, 2] },
      meta: { orderId: 7 },
    });

    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByRole("heading", { name: "Edit contact" }).waitFor();
    await page.getByRole("textbox", { name: "Phone" }).fill("");
    await page.getByRole("button", { name: "Remove vip", exact: true }).click();
    await page.getByLabel("Value of seats").fill("30");
    await expectAccessible(page);
    await photographAll(page, "contact-edit");
    // Somebody else changes what is not touched here: it stays.
    await dashboard.client.post(`/v1/contacts/import`, { rows: [{ externalId: "crm-1", name: "Anna K." }] });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Anna K." }).waitFor();
    expect(await readContact(id)).toMatchObject({
      name: "Anna K.",
      phone: null,
      attributes: { plan: "pro", seats: 30, renewsOn: "2027-03-01", sizes: [1, 2] },
    });
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("has each fault at its field, and what was typed stays", async () => {
    await makeContact({ externalId: "taken" });
    const { page, complaints } = await dashboard.open("/contacts/new");
    await page.getByLabel("E-mail").fill("nobody");
    await page.getByRole("textbox", { name: "Phone" }).fill("030 123");
    await page.getByLabel("Language").fill("german!");
    await page.getByRole("button", { name: "Create contact" }).click();
    for (const [label, message] of [
      ["E-mail", "must be an e-mail address"],
      ["Phone", "must be in E.164 form"],
      ["Language", "must be a BCP 47 language tag"],
    ] as const) {
      await page.getByText(message).waitFor();
      expect(await page.getByRole("textbox", { name: label }).getAttribute("aria-invalid")).toBe("true");
    }
    await until("the first fault to have the focus", () =>
      page.getByLabel("E-mail").evaluate((field) => field === field.ownerDocument.activeElement),
    );
    await page.getByLabel("E-mail").fill("");
    await page.getByRole("textbox", { name: "Phone" }).fill("");
    await page.getByLabel("Language").fill("");

    await page.getByRole("button", { name: "Add attribute" }).click();
    await page.getByLabel("Name of attribute 1").fill("plan");
    await page.getByRole("button", { name: "Add attribute" }).click();
    await page.getByLabel("Name of attribute 2").fill("plan");
    await page.getByLabel("Type of plan").nth(1).selectOption("number");
    await page.getByLabel("Value of plan").nth(1).fill("1,5");
    await page.getByRole("button", { name: "Create contact" }).click();
    await page.getByText("is the name of another row already").waitFor();
    await page.getByText("must be a number such as 12 or 12.5").waitFor();
    await expectAccessible(page);
    await photographAll(page, "contact-faults");
    // The raw view waits until the rows are right, and so do the rows for the raw view.
    await page.locator("label", { hasText: "JSON" }).click();
    await page.getByText("Mend what is marked, then change to JSON.").waitFor();
    await page.getByLabel("Name of attribute 2").fill("factor");
    await page.getByLabel("Value of factor").fill("1.5");
    await page.locator("label", { hasText: "JSON" }).click();
    const json = page.getByRole("textbox", { name: "Attributes as JSON" });
    expect(JSON.parse(await json.inputValue())).toEqual({ plan: "", factor: 1.5 });
    await json.fill('{"plan": ');
    await page.getByRole("button", { name: "Create contact" }).click();
    await page.getByText("This is not JSON").first().waitFor();
    await json.fill('{"plan": {"name": "pro"}}');
    await page.locator("label", { hasText: "Fields" }).click();
    expect(await page.getByLabel("Value of plan").inputValue()).toBe('{"name":"pro"}');

    await page.getByLabel("External id").fill("taken");
    await page.getByRole("button", { name: "Create contact" }).click();
    await until(
      "the fault of the external id",
      async () => (await page.getByLabel("External id").getAttribute("aria-invalid")) === "true",
    );
    // Unsaved changes are asked about.
    await page.getByRole("link", { name: "Agents" }).first().click();
    await page
      .getByRole("dialog", { name: "Leave without saving?" })
      .getByRole("button", { name: "Leave" })
      .click();
    await page.waitForURL("**/agents");
    expect(own(complaints)).toEqual([]);
    await page.close();
  });
});
