import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ModelServer, startModelServer } from "../../model-server.ts";
import type { Identified, Listed } from "../../program-client.ts";
import { act, expectNoOverflow, field, rowOf } from "./finders.ts";
import { keepPages } from "./kept-pages.ts";
import { joinAs } from "./member.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

interface AgentShown extends Identified {
  readonly name: string;
  readonly model: string;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  readonly instructions: string;
  readonly limits: { readonly maxTimeSeconds: number | null };
}

let dashboard: Dashboard;
let model: ModelServer;
let providerId: string;
let sofiaId: string;

beforeAll(async () => {
  [dashboard, model] = await Promise.all([startDashboard(), startModelServer()]);
});
afterAll(async () => {
  await dashboard?.close();
  await model?.close();
});

const { open, expectRefusals } = keepPages(() => dashboard);

const agents = async () => (await dashboard.client.get<Listed<AgentShown>>("/v1/agents")).items;
const agentNamed = async (name: string) => (await agents()).find((agent) => agent.name === name);
const testOf = (page: Page) => page.getByRole("region", { name: "Test of the draft" });
const message = (page: Page) => field(page, "Message as the contact");

async function choose(page: Page, label: string, option: string): Promise<void> {
  const role = page.getByRole("combobox", { name: label, exact: true });
  await role.or(field(page, label)).first().click();
  await page.getByRole("option", { name: option }).first().click();
}

describe("without agents", () => {
  it("says what an agent is and makes one that works", async () => {
    const page = await open("/agents");
    await page.getByRole("heading", { name: "No agents yet" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "agents-empty");
    await page.getByRole("button", { name: "Create an example agent" }).click();
    await page.waitForURL(/\/agents\/agent_/);
    await testOf(page).getByText("Sandbox model").waitFor();
    await message(page).fill("Do you deliver on Sundays?");
    await page.keyboard.press("Enter");
    await page.getByText("(sandbox model)").waitFor();
    expect(await agents()).toMatchObject([{ name: "Mia", enabled: true, isDefault: true, model: "sandbox" }]);
    // What was said in the test is nowhere.
    expect(await dashboard.client.get("/v1/conversations")).toMatchObject({ items: [] });
    expect(await dashboard.client.get("/v1/executions")).toMatchObject({ items: [] });
  });
});

describe("with agents", () => {
  beforeAll(async () => {
    const { client } = dashboard;
    const made = await client.post<Identified>("/v1/model-providers", {
      ...{ name: "Local", kind: "openai_compatible", baseUrl: model.baseUrl },
      prices: { "test-model": { inputUsdPerMillionTokens: "1000", outputUsdPerMillionTokens: "2000" } },
    });
    providerId = made.id;
    const sofia = await client.post<Identified>("/v1/agents", {
      ...{ name: "Sofia", instructions: "You work for Blume, a flower shop." },
      ...{ modelProviderId: providerId, model: "test-model" },
    });
    sofiaId = sofia.id;
    await client.post("/v1/contacts", { name: "Anna Keller", email: "anna@example.com" });
    await client.post("/v1/knowledge", { title: "Opening hours", text: "Monday to Friday, 9 to 18." });
    await client.post("/v1/tools", {
      ...{ name: "order_status", description: "Tells where an order is.", method: "GET" },
      url: "https://shop.example/orders/{{input.orderId}}",
      inputSchema: { type: "object", properties: { orderId: { type: "string" } }, required: ["orderId"] },
    });
  });

  it("is written, tried before it is saved, and created", async () => {
    const page = await open("/agents");
    await page.getByRole("link", { name: "New agent" }).click();
    await field(page, "Name").fill("Nora");
    await field(page, "Instructions").fill("You work for Blume, a flower shop.");
    await page.getByText("34 / 20,000").waitFor();
    await choose(page, "Model provider", "Local");
    await page.getByText("1 model at this provider").waitFor();
    await choose(page, "Model", "test-model");
    await choose(page, "Tools", "order_status");
    await page.keyboard.press("Escape");
    await choose(page, "Knowledge", "Opening hours");
    await page.keyboard.press("Escape");
    await choose(page, "Play a contact", "Anna Keller");

    model.play(
      {
        toolCalls: [{ name: "remember", input: { text: "Asks about Sundays" } }],
        usage: { inputTokens: 10, outputTokens: 5 },
      },
      { text: "No, on weekdays only.", usage: { inputTokens: 100, outputTokens: 10 } },
    );
    await message(page).fill("Do you deliver on Sundays?");
    await page.getByRole("button", { name: "Send" }).click();
    const test = testOf(page);
    await test.getByText("No, on weekdays only.").waitFor();
    await test.getByText("Played. In a real run: Keeps this fact about the contact.").waitFor();
    await test.getByText("$0.14 · 110 + 15 tokens").first().waitFor();
    const call = test.getByRole("button", { name: "remember" });
    expect(await call.getAttribute("aria-expanded")).toBe("false");
    await call.click();
    await test.getByText("“Asks about Sundays”").waitFor();
    const system = JSON.stringify(model.requests.at(-1)?.body?.messages);
    for (const told of ["You work for Blume", "Anna Keller"]) expect(system).toContain(told);
    await expectAccessible(page);
    await photographAll(page, "agent-new");

    await page.getByRole("button", { name: "Create agent" }).click();
    await page.waitForURL(/\/agents\/agent_/);
    expect(await agentNamed("Nora")).toMatchObject({
      ...{ modelProviderId: providerId, model: "test-model", isDefault: false },
      ...{ toolIds: [expect.any(String)], knowledgeIds: [expect.any(String)] },
    });
    // The name of the contact in the test was played, too.
    expect(await dashboard.client.get("/v1/conversations")).toMatchObject({ items: [] });
  });

  it("is tried as a task that writes by itself", async () => {
    const page = await open(`/agents/${sofiaId}`);
    const test = testOf(page);
    await choose(page, "Play a contact", "Anna Keller");
    await test.getByText("Task run", { exact: true }).click();
    model.play(
      { toolCalls: [{ name: "send_message", input: { text: "Your flowers come tomorrow." } }] },
      { toolCalls: [{ name: "finish", input: { outcome: "message_sent", summary: "Told." } }] },
      { text: "With pleasure." },
    );
    await field(page, "Instruction of the task run").fill("Tell when the flowers come.");
    await page.keyboard.press("Enter");
    await test.getByText("Your flowers come tomorrow.").waitFor();
    await test.getByText(/^Outcome: Message sent · /).waitFor();
    await test.getByText("Message", { exact: true }).click();
    await message(page).fill("Thanks");
    await page.keyboard.press("Enter");
    await test.getByText("With pleasure.").waitFor();
    const said = JSON.stringify(model.requests.at(-1)?.body?.messages?.slice(1));
    for (const text of ["Your flowers come tomorrow.", "Thanks"]) expect(said).toContain(text);
    await photographAll(page, "agent-task-run");
    await test.getByRole("button", { name: "Restart" }).click();
    await test.getByText("Write as a contact would").waitFor();
    expect(await test.getByText("With pleasure.").count()).toBe(0);
  });

  it("shows what goes wrong at the provider, tries again, and can be stopped", async () => {
    const page = await open(`/agents/${sofiaId}`);
    const test = testOf(page);
    model.play({ status: 401, message: "Incorrect API key provided." }, { text: "Here I am." });
    await message(page).fill("Hello?");
    await page.keyboard.press("Enter");
    const alert = test.getByRole("alert");
    await alert.getByText("Incorrect API key provided.").waitFor();
    await alert.getByRole("link", { name: "Check the model provider" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "agent-provider-error");
    await alert.getByRole("button", { name: "Try again" }).click();
    await test.getByText("Here I am.").waitFor();
    expect(await test.getByText("Hello?").count()).toBe(1);

    model.play({ hang: "after_headers" });
    const asked = model.requests.length;
    await message(page).fill("And now?");
    await page.keyboard.press("Enter");
    await model.waitForRequests(asked + 1);
    await test.getByRole("button", { name: "Stop" }).click();
    await test.getByText("Stopped.").waitFor();
    await model.requests.at(-1)?.dropped;
  });
});

describe("faults", () => {
  it("of a draft stand at its fields when it is tried and when it is saved", async () => {
    expectRefusals(422);
    const page = await open("/agents/new");
    await page.setViewportSize({ width: 390, height: 844 });
    await field(page, "Name").waitFor();
    await page.getByRole("radiogroup", { name: "Part of the page" }).getByText("Test").click();
    await message(page).fill("Hello?");
    await page.keyboard.press("Enter");
    await page.getByText("The draft cannot be tried yet").waitFor();
    await photographAll(page, "agent-test");
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    await page.getByRole("button", { name: "Show the fields" }).click();
    await expect.poll(() => field(page, "Instructions").getAttribute("aria-invalid")).toBe("true");
    // A draft may be tried without a name.
    expect(await field(page, "Name").getAttribute("aria-invalid")).not.toBe("true");
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole("button", { name: "Advanced" }).click();
    await field(page, "Temperature").fill("3");
    await field(page, "Model calls").fill("5");
    await field(page, "Time of a reply").fill("2");
    await field(page, "Cost of one execution").fill("free");
    await field(page, "Daily budget").fill("-1");
    await page.getByRole("combobox", { name: "Language" }).or(field(page, "Language")).fill("not a language");
    await page.getByRole("button", { name: "Create agent" }).click();
    const invalid = page.locator("[aria-invalid=true]");
    await expect
      .poll(() => invalid.evaluateAll((fields) => fields.map((one) => one.getAttribute("data-path"))))
      .toEqual([
        ...["name", "instructions", "modelProviderId", "model", "language", "dailyCostUsd"],
        ...["temperature", "limits.maxIterations", "limits.maxTime", "limits.maxCostUsd"],
      ]);
    await page.getByText("must be a number between 0 and 2").waitFor();
    expect(await page.evaluate("document.activeElement.dataset.path")).toBe("name");
    await expectAccessible(page);
    await photographAll(page, "agent-faults");
    expect(await agentNamed("")).toBeUndefined();
  });

  it("of the JSON are held back, and leaving unsaved changes is asked about", async () => {
    const page = await open(`/agents/${sofiaId}`);
    await page.getByRole("button", { name: "Advanced" }).click();
    await field(page, "Meta").fill("[1]");
    await field(page, "Instructions").fill("Be quick.");
    await page.keyboard.press("Control+Enter");
    await page.getByText("A JSON object is needed").waitFor();
    expect((await agentNamed("Sofia"))?.instructions).toBe("You work for Blume, a flower shop.");
    await page.getByRole("link", { name: "Channels" }).click();
    const question = page.getByRole("dialog", { name: "Leave without saving?" });
    await question.getByRole("button", { name: "Keep editing" }).click();
    await question.waitFor({ state: "hidden" });
    expect(await field(page, "Instructions").inputValue()).toBe("Be quick.");
    await field(page, "Meta").fill('{"team": "success"}');
    await field(page, "Instructions").press("Control+Enter");
    await page.getByText("“Sofia” saved.").waitFor();
    expect(await agentNamed("Sofia")).toMatchObject({ instructions: "Be quick.", meta: { team: "success" } });
    await page.getByRole("link", { name: "Channels" }).click();
    await page.waitForURL(/\/channels/);
  });

  it("does not overwrite what somebody else changed meanwhile", async () => {
    const page = await open(`/agents/${sofiaId}`);
    await field(page, "Guidance").fill("No exclamation marks.");
    const changed = await dashboard.context.request.patch(`/v1/agents/${sofiaId}`, {
      data: { instructions: "Changed elsewhere." },
    });
    expect(changed.status()).toBe(200);
    await expect.poll(() => field(page, "Instructions").inputValue()).toBe("Changed elsewhere.");
    expect(await field(page, "Guidance").inputValue()).toBe("No exclamation marks.");
    await page.getByRole("button", { name: "The same by API" }).click();
    await page.getByText('"guidance": "No exclamation marks."').waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("“Sofia” saved.").waitFor();
    expect(await agentNamed("Sofia")).toMatchObject({
      ...{ instructions: "Changed elsewhere.", guidance: "No exclamation marks." },
    });
  });
});

describe("the list", () => {
  it("shows, filters, and is walked by keyboard", async () => {
    const page = await open("/agents");
    await rowOf(page, "Sofia").getByText("test-model").waitFor();
    await rowOf(page, "Sofia").getByText("Local").waitFor();
    await rowOf(page, "Mia").getByText("Default", { exact: true }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "agents");
    await page.getByRole("region", { name: "Agents" }).focus();
    for (const key of ["j", "End", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: "Mia", level: 1 }).waitFor();
    await page.goBack();
    await page.keyboard.press("/");
    await page.keyboard.type("sof");
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    expect(new URL(page.url()).searchParams.get("q")).toBe("sof");
    await page.getByRole("searchbox", { name: "Search agents" }).fill("nobody has this");
    await page.getByRole("heading", { name: "No agent matches" }).waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await choose(page, "Model provider", "Sandbox");
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    await rowOf(page, "Mia").waitFor();
    await expectNoOverflow(page);
  });

  it("makes an agent the default, and disables and enables it with a way back", async () => {
    const page = await open("/agents");
    await act(page, "Sofia", "Make default");
    await page.getByText("“Sofia” is the default agent.").waitFor();
    await rowOf(page, "Sofia").getByText("Default", { exact: true }).waitFor();
    expect(await rowOf(page, "Mia").getByText("Default", { exact: true }).count()).toBe(0);
    await expect.poll(async () => (await agentNamed("Sofia"))?.isDefault).toBe(true);
    await act(page, "Sofia", "Disable");
    await rowOf(page, "Sofia").getByText("Disabled").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await rowOf(page, "Sofia").getByText("Enabled").waitFor();
    await expect.poll(async () => (await agentNamed("Sofia"))?.enabled).toBe(true);
  });

  it("takes back on the screen what the server refuses", async () => {
    const page = await open("/agents");
    await rowOf(page, "Sofia").waitFor();
    expectRefusals(409);
    await page.route("**/v1/agents/*", (route) =>
      route.request().method() === "PATCH"
        ? route.fulfill({ status: 409, json: { code: "conflict", detail: "Not now." } })
        : route.continue(),
    );
    await act(page, "Sofia", "Disable");
    await page.getByText("“Sofia” not disabled").waitFor();
    await page.getByText("Not now.").waitFor();
    await rowOf(page, "Sofia").getByText("Enabled").waitFor();
  });

  it("copies an agent, and deletes one after saying which tasks pause", async () => {
    const page = await open("/agents");
    await act(page, "Sofia", "Copy");
    await page.getByRole("heading", { name: "New agent" }).waitFor();
    await expect.poll(() => field(page, "Name").inputValue(), { timeout: 8_000 }).toBe("Sofia (copy)");
    await page.getByRole("button", { name: "Create agent" }).click();
    await page.getByRole("heading", { name: "Sofia (copy)", level: 1 }).waitFor();
    const copy = await agentNamed("Sofia (copy)");
    expect(copy).toMatchObject({ isDefault: false, model: "test-model" });
    const task = await dashboard.client.post<Identified>("/v1/tasks", {
      ...{ name: "Check-in", description: "Say hello.", agentId: copy?.id },
    });
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const question = page.getByRole("dialog", { name: "Delete “Sofia (copy)”?" });
    await question.getByText("“Check-in” pauses and says why.").waitFor();
    await photographAll(page, "agent-delete");
    await question.getByRole("button", { name: "Cancel" }).click();
    await question.waitFor({ state: "hidden" });
    expect(await agentNamed("Sofia (copy)")).toBeDefined();
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await question.getByRole("button", { name: "Delete" }).click();
    await page.waitForURL(/\/agents$/);
    await page.getByText("“Sofia (copy)” deleted.").waitFor();
    expect(await agentNamed("Sofia (copy)")).toBeUndefined();
    expect(await dashboard.client.get(`/v1/tasks/${task.id}`)).toMatchObject({ state: "paused" });
  });
});

describe("a viewer", () => {
  it("sees agents and no button that would be refused", async () => {
    const viewer = await joinAs(dashboard, "viewer");
    const { page, complaints } = await viewer.open("/agents");
    await rowOf(page, "Sofia").waitFor();
    expect(await page.getByRole("link", { name: "New agent" }).count()).toBe(0);
    await page.getByRole("button", { name: "Actions for Sofia" }).click();
    expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Open"]);
    await page.getByRole("menuitem", { name: "Open" }).click();
    await expect.poll(() => field(page, "Name").isDisabled()).toBe(true);
    await page.getByText("Your role may look at agents, not change or test them.").waitFor();
    expect(await page.getByRole("button", { name: "Save" }).count()).toBe(0);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await viewer.close();
  });
});

it("an agent that is gone says so", async () => {
  expectRefusals(404);
  const page = await open("/agents/agent_01k3v8q5x8e7arf4s2m6t9c0wd");
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
});
