import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ModelServer, startModelServer } from "../../model-server.ts";
import type { Identified, Listed } from "../../program-client.ts";
import { act, button, expectNoOverflow, field, rowOf } from "./finders.ts";
import { keepPages } from "./kept-pages.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let model: ModelServer;

beforeAll(async () => {
  [dashboard, model] = await Promise.all([startDashboard({ demo: true }), startModelServer()]);
});
afterAll(async () => {
  await dashboard?.close();
  await model?.close();
});

const { open, expectRefusals } = keepPages(() => dashboard);

describe("model providers", () => {
  it("are made, tried at once, and say what is wrong with them", async () => {
    expectRefusals(422);
    const page = await open("/settings/model-providers");
    await rowOf(page, "Sandbox").first().waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-providers");
    await button(page, "New provider").click();
    await page.getByRole("dialog").getByLabel("Kind").selectOption("OpenAI-compatible");
    await expect.poll(() => field(page, "Name").inputValue()).toBe("OpenAI-compatible");
    await field(page, "Name").fill("Local");
    await button(page, "Create provider").click();
    await expect.poll(() => field(page, "Base URL").getAttribute("aria-invalid")).toBe("true");
    await button(page, "Advanced").click();
    await field(page, "Prices").fill("{");
    await button(page, "Create provider").click();
    await expect.poll(() => field(page, "Prices").getAttribute("aria-invalid")).toBe("true");
    await expectAccessible(page);
    await photographAll(page, "settings-provider-faults");
    await field(page, "Prices").fill("{}");
    await field(page, "Base URL").fill(model.baseUrl);
    await page.getByLabel("API key", { exact: true }).fill("sk-local-0123456789");
    await page.keyboard.press("Control+Enter");

    // Whether it works shows only in a call.
    const trial = page.getByRole("dialog", { name: "Test Local" });
    const name = trial.getByLabel("Model");
    await name.fill("test-model");
    model.play({ text: "Hello." }, { status: 401, message: "Incorrect API key provided." });
    await trial.getByRole("button", { name: "Test" }).click();
    await trial.getByText(/^test-model answered in [\d.]+ m?s\.$/).waitFor();
    expect(model.requests.at(-1)?.headers.authorization).toBe("Bearer sk-local-0123456789");
    await expectAccessible(page);
    await photographAll(page, "settings-provider-works");
    await trial.getByRole("button", { name: "Test" }).click();
    await trial.getByText("test-model did not answer").waitFor();
    await trial.getByText("Incorrect API key provided.").waitFor();
    await photographAll(page, "settings-provider-refused");
    await trial.getByRole("button", { name: "Close", exact: true }).last().click();
    await rowOf(page, "Local").getByText("Set", { exact: true }).waitFor();
    await expectNoOverflow(page);
  });

  it("keep their key when they are changed, and stay while an agent uses them", async () => {
    expectRefusals(409);
    const { client } = dashboard;
    const { items } = await client.get<Listed<Identified & { name: string }>>("/v1/model-providers");
    const modelProviderId = items.find(({ name }) => name === "Local")?.id;
    const agent = await client.post<Identified>("/v1/agents", {
      ...{
        name: "Sofia",
        instructions: "Be brief.",
        modelProviderId,
        model: "test-model",
        dailyCostUsd: "5",
      },
    });
    const page = await open("/settings/model-providers");
    await act(page, "Local", "Edit");
    expect(await page.getByLabel("API key", { exact: true }).inputValue()).toBe("");
    await field(page, "Name").fill("Our server");
    await button(page, "Save").click();
    await rowOf(page, "Our server").getByText("Set", { exact: true }).waitFor();
    const remove = async () => {
      await act(page, "Our server", "Delete");
      const question = page.getByRole("dialog", { name: "Delete “Our server”?" });
      await question.getByRole("button", { name: "Delete" }).click();
    };
    await remove();
    await page.getByText("“Our server” not deleted").waitFor();
    await client.delete(`/v1/agents/${agent.id}`);
    await remove();
    await rowOf(page, "Our server").waitFor({ state: "detached" });
  });
});

describe("budgets", () => {
  it("are set, and show what is spent, by day and by agent", async () => {
    expectRefusals(422);
    const superuser = new pg.Client({ connectionString: dashboard.databaseUrl });
    await superuser.connect();
    await superuser.query(
      `insert into cost_days (workspace_id, agent_id, day, slot, cost_usd, calls)
        select workspace_id, id, current_date - i, 1, i * 0.5, i from agents, generate_series(1, 20) i
        where name = 'Demo agent'`,
    );
    await superuser.end();
    const page = await open("/settings/budgets");
    await page.getByText("No budget is set").waitFor();
    await field(page, "Daily budget").fill("much");
    await button(page, "Save").click();
    await expect.poll(() => field(page, "Daily budget").getAttribute("aria-invalid")).toBe("true");
    await field(page, "Daily budget").fill("12.50");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Today: $0.00 of $12.50").waitFor();
    await page.getByRole("img", { name: "Cost by day, at most $10.00" }).waitFor();
    await rowOf(page, "Demo agent").getByText("$105.00").waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-budgets");
    await button(page, "As a table").click();
    const days = page.getByRole("table", { name: "Cost by day" });
    await days.getByRole("row").nth(30).waitFor();
    await expectAccessible(page);
    await expectNoOverflow(page);
    expect(await dashboard.client.get("/v1/workspace")).toMatchObject({ monthlyCostUsd: null });
  });
});

describe("notifications", () => {
  it("are mailed or not, as each member chooses", async () => {
    const page = await open("/settings/notifications");
    const choice = page.getByRole("switch", { name: "Task paused" });
    await expect.poll(() => choice.isChecked()).toBe(true);
    await expectAccessible(page);
    await photographAll(page, "settings-notifications");
    const saved = page.waitForResponse(
      (response) => response.url().endsWith("/preferences") && response.request().method() === "PATCH",
    );
    await choice.press("Space");
    await saved;
    await page.reload();
    await expect.poll(() => choice.isChecked()).toBe(false);
    expect(await page.getByRole("switch", { checked: true }).count()).toBeGreaterThan(0);
    await expectNoOverflow(page);
  });
});

describe("demo data", () => {
  it("is named, and removed in one call", async () => {
    const page = await open("/settings/demo");
    await page.getByRole("link", { name: "Demo agent" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "settings-demo");
    await expectNoOverflow(page);
    await button(page, "Remove demo data").click();
    const question = page.getByRole("dialog", { name: "Remove the demo data?" });
    await question.getByRole("button", { name: "Remove" }).click();
    await page.getByText("There is no demo data in this workspace.").waitFor();
    expect(await dashboard.client.get("/v1/tasks")).toMatchObject({ items: [] });
  });
});
