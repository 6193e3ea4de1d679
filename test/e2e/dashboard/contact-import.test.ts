import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Listed } from "../../program-client.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard.close());

interface ContactShown {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly externalId: string | null;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

async function findContacts(query: string): Promise<readonly ContactShown[]> {
  return (await dashboard.client.get<Listed<ContactShown>>(`/v1/contacts?${query}&limit=100`)).items;
}

async function choose(page: Page, name: string, content: string | Buffer): Promise<void> {
  await page
    .getByLabel("CSV file")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
}

/** The number that stands under a word. */
function figure(page: Page, label: string) {
  return page
    .locator("dl > div")
    .filter({ has: page.getByText(label, { exact: true }) })
    .locator("dd");
}

/** The file that a click has the browser save. */
async function saved(page: Page, click: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return await readFile(await download.path(), "utf8");
}

const mixed = [
  "\uFEFFCustomer ID;Full name;Mail;Mobile;Labels;Seats;Since;Note",
  'crm-1;Anna Keller;ANNA@example.com;+49 30 1234-56;vip, trial;12;31.12.2026;"first line',
  'second line; with ""quotes"""',
  ";;;;;;;",
  "crm-2;Ben Adler;nobody;;;3;01.02.2027;",
  "crm-3;Cem Aydin;cem@example.com;;;many;15.03.2027;",
  "crm-1;Anna Again;again@example.com;;;1;01.01.2027;",
  "crm-4;Dana Fox;dana@example.com;;;7;02.01.2027;plain",
].join("\r\n");

test("a file with good and bad rows is checked, imported, and its failed rows come back with their reasons", async () => {
  await dashboard.client.post("/v1/contacts", {
    name: "Anna",
    email: "anna@example.com",
    tags: ["old"],
    attributes: { plan: "pro", seats: 1 },
  });
  const { page, complaints } = await dashboard.open("/contacts/import");
  await page.getByRole("button", { name: "Choose a file" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-import-file");
  await choose(page, "customers.csv", mixed);

  await page.getByRole("heading", { name: "What the columns are" }).waitFor();
  expect(await page.getByLabel("Between the cells").inputValue()).toBe(";");
  expect(await page.getByLabel("Encoding").inputValue()).toBe("utf-8");
  await page.getByText("5 rows, ").waitFor();
  await page.getByText("1 blank line left out").waitFor();
  expect(await page.getByLabel("What Mobile is").inputValue()).toBe("phone");
  expect(await page.getByLabel("Type of Since").inputValue()).toBe("dayFirst");
  // A word among numbers makes a column of texts; told that it is numbers, the preview says what does not fit.
  expect(await page.getByLabel("Type of Seats").inputValue()).toBe("text");
  await page.getByLabel("Type of Seats").selectOption("number");
  const preview = page.getByRole("region", { name: "First rows as they will be stored" });
  await preview.getByText("must be a number such as 12 or 12.5").waitFor();
  await preview.getByText("+4930123456").waitFor();
  await preview.getByText('"2026-12-31"').waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-import-columns");

  await page.getByRole("button", { name: "Check 5 rows" }).click();
  await page.getByRole("button", { name: "Import 2 rows" }).waitFor();
  expect(await figure(page, "To create").textContent()).toBe("1");
  expect(await figure(page, "To change").textContent()).toBe("1");
  expect(await figure(page, "Failed").textContent()).toBe("3");
  const failures = page.getByRole("table", { name: "Rows that failed" });
  for (const [line, column, message] of [
    ["5", "Mail", "must be an e-mail address"],
    ["6", "Seats", "must be a number such as 12 or 12.5"],
    ["7", "Customer ID", "line 2 has the same external id already"],
  ] as const)
    await failures
      .getByRole("row", { name: line })
      .filter({ hasText: column })
      .filter({ hasText: message })
      .waitFor();
  expect(await findContacts("externalId=crm-4")).toEqual([]);
  await expectAccessible(page);
  await photographAll(page, "contact-import-check");

  await page.getByRole("button", { name: "Import 2 rows" }).click();
  await page.getByRole("heading", { name: "Imported", exact: true }).waitFor();
  expect(await figure(page, "Created").textContent()).toBe("1");
  expect(await figure(page, "Changed").textContent()).toBe("1");
  await expectAccessible(page);
  await photographAll(page, "contact-import-done");
  const file = await saved(page, () => page.getByRole("button", { name: "Download failed rows" }).click());
  expect(file.startsWith("\uFEFFImport line;Import error;Customer ID;")).toBe(true);
  expect(file.split("\r\n").map((line) => line.split(";")[0])).toEqual([
    "\uFEFFImport line",
    "5",
    "6",
    "7",
    "",
  ]);
  expect(file).toContain("Mail: must be an e-mail address");

  // Merged into who was there: what the file does not name stays.
  const [anna] = await findContacts("externalId=crm-1");
  expect(anna).toMatchObject({
    name: "Anna Keller",
    email: "ANNA@example.com",
    phone: "+4930123456",
    tags: ["old", "vip", "trial"],
    attributes: {
      plan: "pro",
      seats: 12,
      since: "2026-12-31",
      note: 'first line\r\nsecond line; with "quotes"',
    },
  });
  expect(await findContacts("q=Anna")).toHaveLength(1);

  // The file of failed rows, mended, goes in as it is.
  const mended = file
    .replace("nobody", "ben@example.com")
    .replace("many", "30")
    .replace(/7;[^;]*;crm-1/, "7;;crm-5");
  await page.getByRole("button", { name: "Import another file" }).click();
  await choose(page, "customers-failed.csv", mended);
  expect(await page.getByLabel("What Import error is").inputValue()).toBe("ignore");
  await page.getByRole("button", { name: "Check 3 rows" }).click();
  await page.getByRole("button", { name: "Import 3 rows" }).click();
  await page.getByRole("heading", { name: "Imported", exact: true }).waitFor();
  await page.getByRole("link", { name: "Show contacts" }).click();
  await page.getByRole("row", { name: /Ben Adler/ }).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test("5,000 rows go in, the page answers all the while, and a lost answer imports nothing twice", async () => {
  const { page } = await dashboard.open("/contacts/import");
  const lines = Array.from(
    { length: 5_000 },
    (_, index) => `bulk-${index},Person ${index},p${index}@bulk.example`,
  );
  // One repeats a row that an earlier request has had.
  lines.push("bulk-7,Person again,again@bulk.example");
  let cut = 0;
  const keys: (string | undefined)[] = [];
  await page.route("**/v1/contacts/import", async (route) => {
    const { dryRun } = route.request().postDataJSON();
    if (dryRun === true) return await route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length < 3 || cut >= 4) return await route.continue();
    // The server does it, and its answer is lost on the way.
    cut += 1;
    if (cut === 1) await route.fetch();
    await route.abort("connectionreset");
  });
  await choose(page, "bulk.csv", ["external id,name,email", ...lines].join("\n"));
  await page.getByRole("button", { name: "Check 5,001 rows" }).click();
  await page.getByRole("button", { name: "Import 5,000 rows" }).waitFor();
  await page.getByRole("row", { name: /line 9 has the same external id already/ }).waitFor();
  await page.getByRole("button", { name: "Import 5,000 rows" }).click();
  await page.getByText("The connection is lost. It goes on by itself when it is back.").waitFor();
  await page.getByRole("heading", { name: "Imported", exact: true }).waitFor({ timeout: 30_000 });
  expect(await figure(page, "Created").textContent()).toBe("5,000");
  expect(new Set(keys).size).toBe(10);
  expect(keys.length).toBe(14);
  expect(await findContacts("q=bulk.example")).toHaveLength(100);
  expect(await findContacts("externalId=bulk-4999")).toHaveLength(1);
  await page.close();
}, 60_000);

test("an import can be stopped and goes on; leaving it is asked about", async () => {
  const { page, complaints } = await dashboard.open("/contacts/import");
  const gate = Promise.withResolvers<void>();
  let sent = 0;
  await page.route("**/v1/contacts/import", async (route) => {
    if (route.request().postDataJSON().dryRun !== true) {
      sent += 1;
      await gate.promise;
    }
    await route.continue();
  });
  const lines = Array.from({ length: 600 }, (_, index) => `stop-${index}`);
  await choose(page, "stop.csv", ["external id", ...lines].join("\n"));
  await page.getByRole("button", { name: "Check 600 rows" }).click();
  await page.getByRole("button", { name: "Import 600 rows" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("link", { name: "Agents" }).first().click();
  await page
    .getByRole("dialog", { name: "Stop the import?" })
    .getByRole("button", { name: "Keep importing" })
    .click();
  gate.resolve();
  await page.getByText("Stopped: 500 of 600").waitFor();
  expect(sent).toBe(1);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "Imported", exact: true }).waitFor();
  expect(await figure(page, "Created").textContent()).toBe("600");
  expect(complaints).toEqual([]);
  await page.close();
});

test("a file that cannot be read says why; encoding and delimiter can be changed; columns are told apart", async () => {
  const { page, complaints } = await dashboard.open("/contacts/import", { size: "narrow" });
  const alert = page.getByRole("alert");
  await choose(page, "book.csv", "PK\u0003\u0004…");
  await alert.getByText("This is a workbook").waitFor();
  await expectAccessible(page);
  await choose(page, "open.csv", 'name\nAnna\n"Ben');
  await alert.getByText("In the row at line 3").waitFor();
  await choose(page, "header.csv", "name,email\n");
  await alert.getByText("only one row").waitFor();

  // Without a header the first contact would be taken for names.
  await choose(page, "plain.csv", "Ada,ada@example.com\nBen,ben@example.com\n");
  await page.getByText("“ada@example.com” in it looks like a contact’s.").waitFor();
  await page.getByRole("button", { name: "Check 1 row" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "contact-import-no-header");
  await page.getByRole("button", { name: "It is a contact" }).click();
  await page.getByRole("button", { name: "Check 2 rows" }).waitFor();
  expect(await page.getByLabel("What Column 2 is").inputValue()).toBe("email");
  await page.getByRole("button", { name: "Another file" }).click();
  await choose(page, "one.csv", "Ada,ada@example.com\n");
  await page.getByRole("button", { name: "Check 1 row" }).waitFor();
  await page.getByRole("button", { name: "Another file" }).click();

  // "Имя;Анна" in Windows-1251.
  const cyrillic = Buffer.from([
    0xc8, 0xec, 0xff, 0x3b, 0x78, 0x0a, 0xc0, 0xed, 0xed, 0xe0, 0x3b, 0x31, 0x0a,
  ]);
  await choose(page, "names.csv", cyrillic);
  await page.getByLabel("What Имя is").waitFor();
  expect(await page.getByLabel("Encoding").inputValue()).toBe("windows-1251");
  await page.getByText("No column tells whom a row means").waitFor();
  await page.getByLabel("Encoding").selectOption("windows-1252");
  await page.getByLabel("What Èìÿ is").waitFor();
  await page.getByLabel("Between the cells").selectOption("|");
  await page.getByLabel("What Èìÿ;x is").waitFor();
  await page.getByLabel("What Èìÿ;x is").selectOption("ignore");
  await alert.getByText("Every column is left out").waitFor();
  expect(await page.getByRole("button", { name: "Check 1 row" }).isDisabled()).toBe(true);
  await expect.poll(() => page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  expect(complaints).toEqual([]);
  await page.close();
});
