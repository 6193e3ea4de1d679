import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Identified, Listed } from "../../program-client.ts";
import { until } from "../../until.ts";
import { rowOf } from "./finders.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.close());

interface ContactShown extends Identified {
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly optedOutAt: string | null;
  readonly optedOutReason: string | null;
}

const searchOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
/** Without what the browser itself says of requests that were refused on purpose. */
const own = (complaints: readonly string[]) =>
  complaints.filter((text) => !/status of 4(04|09|22|29)/.test(text));

function makeContact(fields: Readonly<Record<string, unknown>>): Promise<ContactShown> {
  return dashboard.client.post<ContactShown>("/v1/contacts", fields);
}

function readContact(id: string): Promise<ContactShown> {
  return dashboard.client.get<ContactShown>(`/v1/contacts/${id}`);
}

test("without contacts the list says what they are and makes an example", async () => {
  const { page, complaints } = await dashboard.open("/contacts");
  await page.getByRole("heading", { name: "No contacts yet" }).waitFor();
  await page.getByRole("main").getByRole("link", { name: "Import CSV" }).first().waitFor();
  await expectAccessible(page);
  await photographAll(page, "contacts-empty");
  await page.getByRole("button", { name: "Create an example contact" }).click();
  await page.getByRole("heading", { name: "Example contact" }).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

describe("the list", () => {
  const names = ["Ben Adler", "Cem Aydin", "Dana Fox", "Eva Lund"] as const;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    for (const [index, name] of names.entries()) {
      const made = await makeContact({
        name,
        email: `list-${index}@example.com`,
        phone: `+493055500${index}`,
        language: index === 0 ? "tr" : "sv",
        timezone: "Europe/Stockholm",
        tags: index === 3 ? ["list", "a", "b", "c"] : ["list"],
      });
      ids.set(name, made.id);
    }
    await dashboard.client.post(`/v1/contacts/${ids.get("Dana Fox")}/opt-out`, { reason: "asked by phone" });
  });

  test("is filtered by the address", async () => {
    const { page, complaints } = await dashboard.open("/contacts?tag=list");
    await rowOf(page, "Ben Adler").waitFor();
    expect(await page.getByRole("row").count()).toBe(5);
    await rowOf(page, "Dana Fox").getByText("Opted out").waitFor();
    await expectAccessible(page);
    await photographAll(page, "contacts");
    await page.getByRole("combobox", { name: "Language" }).fill("sv");
    await rowOf(page, "Ben Adler").waitFor({ state: "detached" });
    await page.getByRole("combobox", { name: "Opt-out" }).click();
    await page.getByRole("option", { name: "Opted out" }).click();
    await rowOf(page, "Eva Lund").waitFor({ state: "detached" });
    expect(searchOf(page)).toEqual({ tag: "list", language: "sv", optedOut: "true" });
    await page.getByLabel("Search contacts").fill("nobody at all");
    await page.getByRole("heading", { name: "No contact matches" }).waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rowOf(page, "Ben Adler").waitFor();
    expect(searchOf(page)).toEqual({});
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("is worked through by keyboard: selected, tagged, taken back", async () => {
    const { page, complaints } = await dashboard.open("/contacts?tag=list");
    await rowOf(page, "Eva Lund").waitFor();
    await page.getByRole("region", { name: "Contacts" }).focus();
    for (const key of ["j", "x", "j", "j", "x"]) await page.keyboard.press(key);
    await page.getByText("2 selected").waitFor();
    // The server asks for patience once, and one of the two is refused.
    let isPatient = false;
    let refusals = 0;
    await page.route(`**/v1/contacts/${ids.get("Cem Aydin")}`, async (route) => {
      if (route.request().method() !== "PATCH") return await route.continue();
      if (!isPatient) {
        isPatient = true;
        const json = { code: "rate_limited", detail: "Slowly." };
        return await route.fulfill({ status: 429, headers: { "retry-after": "1" }, json });
      }
      refusals += 1;
      return await route.fulfill({ status: 422, json: { code: "x", detail: "It has 50 tags already." } });
    });
    await page.getByRole("button", { name: "Add tag" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a tag to 2 contacts" });
    await dialog.getByRole("combobox", { name: "Tag" }).waitFor();
    await until("the field to have the focus", () =>
      dialog
        .getByRole("combobox", { name: "Tag" })
        .evaluate((field) => field === field.ownerDocument.activeElement),
    );
    await expectAccessible(page);
    await page.keyboard.type("october");
    await page.keyboard.press("Enter");
    await page.getByText("Tag “october” added to Eva Lund.").waitFor();
    await page.getByText("Cem Aydin did not get the tag").waitFor();
    await page.getByText("Cem Aydin: It has 50 tags already.").waitFor();
    expect(refusals).toBe(1);
    expect((await readContact(ids.get("Eva Lund") ?? "")).tags).toContain("october");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Tag “october” removed from Eva Lund.").waitFor();
    expect((await readContact(ids.get("Eva Lund") ?? "")).tags).not.toContain("october");
    expect(own(complaints)).toEqual([]);
    await page.close();
  });

  test("changes a hundred with progress, and stops when told", async () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ externalId: `many-${index}`, tags: ["many"] }));
    await dashboard.client.post("/v1/contacts/import", { rows });
    const { page, complaints } = await dashboard.open("/contacts?tag=many");
    await rowOf(page, "many-99").waitFor();
    await page.getByLabel("Select all loaded rows").check();
    await page.getByText("100 selected").waitFor();
    let begun = 0;
    const gate = Promise.withResolvers<void>();
    await page.route("**/v1/contacts/*/opt-out", async (route) => {
      begun += 1;
      if (begun > 10) await gate.promise;
      await route.continue();
    });
    await page.getByRole("toolbar").getByRole("button", { name: "Opt out" }).click();
    const question = page.getByRole("dialog", { name: "Opt out 100 contacts?" });
    await question.getByRole("combobox", { name: "Reason" }).fill("asked by phone");
    await question.getByRole("button", { name: "Opt out" }).click();
    const progress = page.getByRole("dialog", { name: "Opting out" });
    await progress.getByText("10 of 100").waitFor();
    await until("five side by side", () => begun === 15);
    await progress.getByRole("button", { name: "Stop" }).click();
    gate.resolve();
    await page.getByText("15 contacts opted out. Stopped: 85 left as they were.").waitFor();
    const { items } = await dashboard.client.get<Listed<ContactShown>>(
      "/v1/contacts?tag=many&optedOut=true&limit=100",
    );
    expect(items.map(({ optedOutReason }) => optedOutReason)).toEqual(Array(15).fill("asked by phone"));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("deletes after a question", async () => {
    const { id } = await makeContact({ name: "Gone Tomorrow", tags: ["gone"] });
    const { page } = await dashboard.open("/contacts?tag=gone");
    await page.getByRole("button", { name: "Actions for Gone Tomorrow" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page
      .getByRole("dialog", { name: "Delete Gone Tomorrow?" })
      .getByRole("button", { name: "Delete" })
      .click();
    await page.getByText("Gone Tomorrow deleted.").waitFor();
    expect(await dashboard.client.status(`/v1/contacts/${id}`)).toBe(404);
    await page.close();
  });

  test("is usable on a narrow screen", async () => {
    const { page, complaints } = await dashboard.open("/contacts?tag=list", { size: "narrow" });
    await rowOf(page, "list-0@example.com").waitFor();
    await expect.poll(() => page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await page.getByRole("button", { name: "Filters · 1" }).click();
    await page.getByRole("combobox", { name: "Tag" }).waitFor();
    await rowOf(page, "Ben Adler").getByText("Ben Adler").click();
    await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
    await page.getByText("Europe/Stockholm").waitFor();
    await expect.poll(() => page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
