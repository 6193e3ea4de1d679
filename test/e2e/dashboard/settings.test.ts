import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Identified, type Listed, untilShown } from "../../program-client.ts";
import { watchComplaints } from "../browser.ts";
import { act, button, expectNoOverflow, field, rowOf } from "./finders.ts";
import { keepPages } from "./kept-pages.ts";
import { joinAs } from "./member.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

interface KeyShown extends Identified {
  readonly name: string;
  readonly expiresAt: string;
}

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.close());

const { open, expectRefusals } = keepPages(() => dashboard);

describe("the workspace", () => {
  it("is changed by keyboard; faults stand at their fields", async () => {
    expectRefusals(422);
    const page = await open("/settings");
    await page.waitForURL(/\/settings\/workspace$/);
    await expect.poll(() => field(page, "Name").inputValue()).toBe("default");
    await expectAccessible(page);
    await photographAll(page, "settings-workspace");
    await field(page, "Name").fill("");
    await field(page, "Days for which executions are kept").fill("5000");
    await button(page, "Save").click();
    await expect.poll(() => page.locator("[aria-invalid=true]").count()).toBe(2);
    expect(await page.evaluate("document.activeElement.dataset.path")).toBe("name");
    await expectAccessible(page);
    await photographAll(page, "settings-workspace-faults");

    await field(page, "Name").fill("Blume");
    await field(page, "Days for which executions are kept").fill("30");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Workspace saved.").waitFor();
    await page.getByRole("banner").getByText("Blume").waitFor();
    expect(await dashboard.client.get("/v1/workspace")).toMatchObject({
      ...{ name: "Blume", executionRetentionDays: 30 },
    });
    // Changed elsewhere, the form follows, but for what is typed in it.
    await field(page, "Name").fill("Typed here");
    for (const days of [60, 30]) {
      await dashboard.client.patch("/v1/workspace", { executionRetentionDays: days });
      const shown = field(page, "Days for which executions are kept");
      await expect.poll(() => shown.inputValue()).toBe(String(days));
    }
    expect(await field(page, "Name").inputValue()).toBe("Typed here");
    await field(page, "Name").fill("Blume");
  });

  it("is frozen with a reason that every page shows, and unfrozen", async () => {
    expectRefusals(422);
    const [page, elsewhere] = [await open("/settings/workspace"), await open("/agents")];
    // From then on it is told of changes.
    await elsewhere.getByRole("heading", { name: "No agents yet" }).waitFor();
    await button(page, "Freeze the workspace").click();
    const dialog = page.getByRole("dialog", { name: "Freeze the workspace?" });
    await dialog.getByRole("button", { name: "Freeze" }).click();
    await expect.poll(() => dialog.getByLabel("Reason").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByLabel("Reason").fill("Wrong prices went out.");
    await dialog.getByRole("button", { name: "Freeze" }).click();
    const banner = { hasText: "no message goes out. Reason: Wrong prices went out." };
    await page.getByRole("status").filter(banner).waitFor();
    await elsewhere.getByRole("status").filter(banner).waitFor();
    await page.getByText("Reason: Wrong prices went out.", { exact: true }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-frozen");

    await button(page, "Unfreeze the workspace").click();
    const question = page.getByRole("dialog", { name: "Unfreeze the workspace?" });
    await question.getByText("Messages that were held meanwhile go out").waitFor();
    await question.getByRole("button", { name: "Unfreeze" }).click();
    await elsewhere.getByRole("status").filter(banner).waitFor({ state: "hidden" });
    await button(page, "Freeze the workspace").waitFor();
    expect(await dashboard.client.get("/v1/workspace")).toMatchObject({ frozenAt: null });
  });
});

describe("API keys", () => {
  it("work from when they are shown to when they are revoked", async () => {
    expectRefusals(422);
    const page = await open("/settings/api-keys");
    await button(page, "New API key").click();
    const dialog = page.getByRole("dialog", { name: "New API key" });
    await dialog.getByRole("button", { name: "Create key" }).click();
    await expect.poll(() => field(page, "Name").getAttribute("aria-invalid")).toBe("true");
    await expectAccessible(page);
    await photographAll(page, "settings-api-key-new");
    await field(page, "Name").fill("Importer");
    await dialog.getByLabel("Expires").selectOption("In 30 days");
    await page.keyboard.press("Control+Enter");
    await page.getByText("“Importer” is made").waitFor();
    const key = (await page.getByText(/^errand_[\w-]+$/).textContent()) ?? "";
    await page.getByText(`Authorization: Bearer ${key}`).waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-api-keys");
    const authorized = dashboard.program.client(key);
    expect(await authorized.status("/v1/workspace")).toBe(200);
    const { items } = await dashboard.client.get<Listed<KeyShown>>("/v1/api-keys");
    const { expiresAt } = items.find(({ name }) => name === "Importer") ?? { expiresAt: "" };
    expect(Math.round((Date.parse(expiresAt) - Date.now()) / 86_400_000)).toBe(30);

    await button(page, "Done").click();
    expect(await page.getByText(key).count()).toBe(0);
    await act(page, "Importer", "Revoke");
    const question = page.getByRole("dialog", { name: "Revoke “Importer”?" });
    await question.getByRole("button", { name: "Revoke" }).click();
    await rowOf(page, "Importer").getByText("Revoked").waitFor();
    await untilShown("the refusal", async () => (await authorized.status("/v1/workspace")) === 401);
    await expectNoOverflow(page);
  });
});

describe("members", () => {
  it("join by a link in another browser, change their role and go; the last owner stays", async () => {
    expectRefusals(409, 422);
    const page = await open("/settings/members");
    await button(page, "Invite").click();
    await field(page, "E-mail").fill("nobody");
    await button(page, "Create invitation").click();
    await expect.poll(() => field(page, "E-mail").getAttribute("aria-invalid")).toBe("true");
    await expectAccessible(page);
    await photographAll(page, "settings-invite");
    await field(page, "E-mail").fill("");
    await page.getByRole("dialog").getByLabel("Role").selectOption("viewer");
    await button(page, "Create invitation").click();
    await page.getByText("The invitation is made").waitFor();
    const link = (await page.getByText(/#token=/).textContent()) ?? "";

    const context = await dashboard.browser.newContext();
    const guest = await context.newPage();
    const complaints = watchComplaints(guest);
    await guest.goto(link);
    await field(guest, "Name").fill("Nils Berg");
    await field(guest, "E-mail").fill("nils@example.com");
    await guest.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await guest.keyboard.press("Enter");
    // Without a reload.
    await rowOf(page, "nils@example.com").waitFor();
    await guest.waitForURL((url) => !url.pathname.startsWith("/invitation"));
    expect(complaints).toEqual([]);
    await context.close();
    await expectAccessible(page);
    await photographAll(page, "settings-members");
    await button(page, "Done").click();

    const role = page.getByLabel("Role of Nils Berg");
    await role.selectOption("operator");
    await page.getByText("Nils Berg is now operator.").waitFor();
    await button(page, "Undo").click();
    await page.getByText("Nils Berg is now viewer.").waitFor();
    await expect.poll(() => role.inputValue()).toBe("viewer");
    await page.getByLabel("Role of Ada Novak").selectOption("viewer");
    await page.getByText("Ada Novak is still owner").waitFor();
    await expect.poll(() => page.getByLabel("Role of Ada Novak").inputValue()).toBe("owner");
    await act(page, "Nils Berg", "Remove");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await rowOf(page, "nils@example.com").waitFor({ state: "detached" });
  });

  it("are no longer let in by a revoked invitation", async () => {
    await dashboard.client.post("/v1/invitations", { role: "admin", email: "bo@example.com" });
    const page = await open("/settings/members");
    await act(page, "bo@example.com", "Revoke");
    await rowOf(page, "bo@example.com").getByText("Revoked").waitFor();
    await expectNoOverflow(page);
  });
});

describe("the audit log", () => {
  it("shows what was done, is filtered by address, and opens by keyboard", async () => {
    const page = await open("/settings/audit-log");
    await rowOf(page, "API key revoked").filter({ hasText: "Ada Novak" }).waitFor();
    await rowOf(page, "Invitation created").filter({ hasText: "(API key)" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-audit-log");
    const kind = page.getByRole("combobox", { name: "Kind of object" });
    const action = page.getByRole("combobox", { name: "Action" });
    await kind.click();
    await page.getByRole("option", { name: "Workspace" }).click();
    await action.click();
    // Those of the kind that is chosen.
    expect(await page.getByRole("option", { name: "Task created" }).count()).toBe(0);
    await page.getByRole("option", { name: "Workspace frozen" }).click();
    await page.waitForURL(/action=workspace\.freeze/);
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    await page.getByRole("region", { name: "Audit log" }).focus();
    for (const key of ["j", "Enter"]) await page.keyboard.press(key);
    const entry = page.getByRole("dialog", { name: "Workspace frozen" });
    await entry.getByText("“Wrong prices went out.”").waitFor();
    await entry.getByText("Ada Novak").waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-audit-entry");
    await page.keyboard.press("Escape");
    await entry.waitFor({ state: "hidden" });
    await page.getByLabel("To", { exact: true }).fill("2020-01-01");
    await page.getByRole("heading", { name: "No entry matches" }).waitFor();
    await button(page, "Clear filters").click();
    await rowOf(page, "API key revoked").first().waitFor();
    expect([await kind.inputValue(), await action.inputValue()]).toEqual(["", ""]);
    expect(new URL(page.url()).search).toBe("");
    await expectNoOverflow(page);
    await page.getByLabel("Section of the settings").selectOption("Members");
    await page.waitForURL(/\/settings\/members$/);
  });
});

describe("a viewer", () => {
  it("reads what they may, without a button that would be refused", async () => {
    const viewer = await joinAs(dashboard, "viewer");
    const { page, complaints } = await viewer.open("/settings/members");
    await rowOf(page, "ada@example.com").waitFor();
    const links = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
    expect(await links.allTextContents()).toEqual([
      ...["Workspace", "Members", "Budgets", "Demo data"],
      ...["Model providers", "Tools", "Knowledge", "Notifications"],
    ]);
    expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
    expect(await page.getByRole("combobox").count()).toBe(0);
    await expectAccessible(page);
    await links.getByText("Workspace").click();
    await page.getByText("Executions are kept for 30 days").waitFor();
    expect(await page.getByRole("main").getByRole("textbox").count()).toBe(0);
    expect(await button(page, "Freeze the workspace").count()).toBe(0);
    await photographAll(page, "settings-viewer");
    await links.getByText("Budgets").click();
    await page.getByText("Admins set the budgets.").waitFor();
    await page.goto("/settings/api-keys");
    await page.getByRole("heading", { name: "For admins" }).waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await viewer.close();
  });
});
