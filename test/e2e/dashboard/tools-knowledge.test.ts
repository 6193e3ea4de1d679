import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCast, type Identified, type Listed } from "../../program-client.ts";
import { act, button, expectNoOverflow, field, rowOf } from "./finders.ts";
import { keepPages } from "./kept-pages.ts";
import { joinAs } from "./member.ts";
import { type Dashboard, expectAccessible, photographAll, startDashboard } from "./support.ts";

interface ToolShown extends Identified {
  readonly name: string;
  readonly description: string;
  readonly idempotent: boolean;
  readonly hasSecret: boolean;
}

let dashboard: Dashboard;
let shop: Server;
let shopUrl: string;
/** What the shop's server was sent in place of a password. */
let authorizations: (string | undefined)[];
let agentId: string;

beforeAll(async () => {
  authorizations = [];
  shop = createServer(({ url, headers }, response) => {
    authorizations.push(headers.authorization);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ asked: url, status: "shipped" }));
  });
  shop.listen(0, "127.0.0.1");
  await once(shop, "listening");
  const address = shop.address();
  if (address === null || typeof address === "string") throw new Error("the shop has no port");
  shopUrl = `http://127.0.0.1:${address.port}`;
  dashboard = await startDashboard({ env: { ERRAND_PRIVATE_HOSTS: "127.0.0.1" } });
  ({ agentId } = await createCast(dashboard.client));
});
afterAll(async () => {
  await dashboard?.close();
  shop.close();
});

const { open, expectRefusals } = keepPages(() => dashboard);

const tools = async () => (await dashboard.client.get<Listed<ToolShown>>("/v1/tools")).items;
const trialOf = (page: Page) => page.getByRole("region", { name: "Try it" });

describe("tools", () => {
  it("begin with what they are for; faults stand at their fields", async () => {
    expectRefusals(422);
    const page = await open("/settings/tools");
    await page.getByRole("heading", { name: "No tools yet" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "tools-empty");
    await page.getByRole("link", { name: "New tool" }).first().click();
    await page.getByRole("heading", { name: "New tool" }).waitFor();
    await field(page, "Name").fill("Get order");
    await field(page, "Body").fill("{");
    await field(page, "Input schema").fill("[]");
    await page.keyboard.press("Control+Enter");
    // What is no JSON is not sent, and nothing else is in its place.
    await expect.poll(() => page.locator("[aria-invalid=true]").count()).toBe(2);
    await field(page, "Body").fill('{"id": "{{input.nothing}}"}');
    await field(page, "Input schema").fill('{"type": "object", "properties": {}}');
    await button(page, "Create tool").click();
    await expect.poll(() => field(page, "Name").getAttribute("aria-invalid")).toBe("true");
    for (const name of ["Description", "URL"])
      expect(await field(page, name).getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.activeElement.dataset.path")).toBe("name");
    await expectAccessible(page);
    await photographAll(page, "tool-faults");

    await field(page, "Name").fill("get_order");
    await field(page, "Description").fill("Tells where an order is.");
    await field(page, "URL").fill(`${shopUrl}/orders`);
    await button(page, "Add parameter").click();
    await field(page, "Name of parameter 1").fill("lang");
    await field(page, "Value of parameter 1").fill("{{contact.nothing}}");
    await button(page, "Create tool").click();
    await page.getByRole("group", { name: "Query" }).getByRole("alert").waitFor();
    expect(await field(page, "Body").getAttribute("aria-invalid")).toBe("true");
    await expectAccessible(page);
    await expectNoOverflow(page);
    expect(await tools()).toEqual([]);
  });

  it("are made and tried against a server", async () => {
    expectRefusals(422);
    const page = await open("/settings/tools/new");
    await field(page, "Name").fill("order_status");
    await field(page, "Description").fill("Tells where an order is.");
    await field(page, "URL").fill(`${shopUrl}/orders/{{input.orderId}}`);
    await button(page, "Add header").click();
    await field(page, "Name of header 1").fill("X-Shop");
    await field(page, "Value of header 1").fill("blume");
    await page.getByLabel("Sign-in").selectOption("Bearer token");
    await page.getByLabel("Token", { exact: true }).fill("shop-secret-1");
    await button(page, "The same by API").click();
    await page.getByText('"secret": "your secret"').waitFor();
    await button(page, "Create tool").click();
    await page.waitForURL(/\/settings\/tools\/tool_/);
    expect(await tools()).toMatchObject([{ name: "order_status", hasSecret: true, idempotent: true }]);

    const trial = trialOf(page);
    await trial.getByLabel("Input").fill('{"orderId": 7}');
    await trial.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => trial.getByLabel("Input").getAttribute("aria-invalid")).toBe("true");
    await trial.getByLabel("Input").fill('{"orderId": "A-1041"}');
    await trial.getByRole("button", { name: "Send" }).click();
    await trial.getByText(/^Answer 200, after /).waitFor();
    await trial.getByText("“/orders/A-1041”").waitFor();
    await trial.getByText("“Bearer [secret]”").waitFor();
    expect(authorizations).toEqual(["Bearer shop-secret-1"]);
    await expectAccessible(page);
    await photographAll(page, "tool");
    await expectNoOverflow(page);
  });

  it("keep their secret and what somebody else changed meanwhile", async () => {
    const [tool] = await tools();
    const page = await open(`/settings/tools/${tool?.id}`);
    await field(page, "Description").fill("Tells where an order is. Needs its number.");
    await dashboard.client.patch(`/v1/tools/${tool?.id}`, { method: "POST", enabled: false });
    await page.keyboard.press("Control+Enter");
    await page.getByText("“order_status” saved.").waitFor();
    expect(await tools()).toMatchObject([
      {
        description: "Tells where an order is. Needs its number.",
        method: "POST",
        enabled: false,
        hasSecret: true,
      },
    ]);
    // What is sent twice may be done twice.
    await page.goto("/settings/tools/new");
    await page.getByLabel("Method").selectOption("POST");
    await button(page, "Advanced").click();
    await expect.poll(() => page.getByRole("switch", { name: "Idempotent" }).isChecked()).toBe(false);
  });

  it("are listed, searched, and deleted although an agent uses them", async () => {
    expectRefusals(409);
    const [tool] = await tools();
    await dashboard.client.patch(`/v1/agents/${agentId}`, { toolIds: [tool?.id] });
    const page = await open("/settings/tools");
    await rowOf(page, "order_status").getByText("Disabled").waitFor();
    await expectAccessible(page);
    await photographAll(page, "tools");
    await expectNoOverflow(page);
    await page.getByRole("searchbox", { name: "Search tools" }).fill("nothing like it");
    await page.getByRole("heading", { name: "No tool matches" }).waitFor();
    await button(page, "Clear filters").click();
    await page.getByRole("region", { name: "Tools" }).focus();
    for (const key of ["j", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: "order_status", level: 1 }).waitFor();
    await button(page, "Delete").click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    const second = page.getByRole("dialog", { name: "Agents use this tool" });
    await second.getByText("Mia").waitFor();
    await second.getByRole("button", { name: "Delete it anyway" }).click();
    await page.getByRole("heading", { name: "No tools yet" }).waitFor();
    expect(await dashboard.client.get(`/v1/agents/${agentId}`)).toMatchObject({ toolIds: [] });
  });
});

describe("knowledge", () => {
  it("begins with an example, is written, and says its faults", async () => {
    expectRefusals(422);
    const page = await open("/settings/knowledge");
    await page.getByRole("heading", { name: "No knowledge yet" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "knowledge-empty");
    await button(page, "Create an example").click();
    await rowOf(page, "Opening hours (example)").waitFor();
    await page.getByRole("link", { name: "New text" }).click();
    await button(page, "Create text").click();
    await expect.poll(() => field(page, "Title").getAttribute("aria-invalid")).toBe("true");
    await field(page, "Language").fill("not a language");
    await field(page, "Title").fill("Returning flowers");
    await field(page, "Text").fill("Flowers that arrive damaged are replaced within two days.");
    await button(page, "Create text").click();
    await expect.poll(() => field(page, "Language").getAttribute("aria-invalid")).toBe("true");
    await expectAccessible(page);
    await photographAll(page, "knowledge-faults");
    await field(page, "Language").fill("en");
    await page.getByLabel("Tags", { exact: true }).first().fill("returns");
    await page.keyboard.press("Enter");
    await button(page, "Create text").click();
    await page.waitForURL(/\/settings\/knowledge\/know_/);
    await field(page, "Text").fill("Flowers that arrive damaged are replaced within three days.");
    await page.keyboard.press("Control+Enter");
    await expect
      .poll(() => dashboard.client.get("/v1/knowledge?tag=returns"))
      .toMatchObject({
        items: [{ title: "Returning flowers", language: "en", text: expect.stringContaining("three days") }],
      });
    await photographAll(page, "knowledge-text");
    await expectNoOverflow(page);
  });

  it("is found by its words and tags, and deleted although an agent uses it", async () => {
    expectRefusals(409);
    const found = await dashboard.client.get<Listed<Identified>>("/v1/knowledge?tag=returns");
    await dashboard.client.patch(`/v1/agents/${agentId}`, { knowledgeIds: found.items.map(({ id }) => id) });
    const page = await open("/settings/knowledge");
    await rowOf(page, "Opening hours").getByText("Enabled").waitFor();
    await expectAccessible(page);
    await photographAll(page, "knowledge");
    await page.getByRole("searchbox", { name: "Search knowledge" }).fill("damaged");
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    await page.goto("/settings/knowledge?tag=example");
    await rowOf(page, "Opening hours").waitFor();
    expect(await rowOf(page, "Returning flowers").count()).toBe(0);
    // Chosen again it is let go.
    await page.getByLabel("Tag", { exact: true }).first().click();
    await page.getByRole("option", { name: "example" }).click();
    await rowOf(page, "Returning flowers").waitFor();
    await expectNoOverflow(page);
    await act(page, "Returning flowers", "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    const second = page.getByRole("dialog", { name: "Agents use this text" });
    await second.getByText("Mia").waitFor();
    await second.getByRole("button", { name: "Delete it anyway" }).click();
    await rowOf(page, "Returning flowers").waitFor({ state: "detached" });
  });
});

describe("a viewer", () => {
  it("reads the same fields and changes none", async () => {
    const { client } = dashboard;
    const tool = await client.post<Identified>("/v1/tools", {
      ...{ name: "order_status", description: "Tells where an order is.", method: "GET" },
      ...{ url: `${shopUrl}/orders`, inputSchema: { type: "object", properties: {} } },
    });
    const viewer = await joinAs(dashboard, "viewer");
    const { page, complaints } = await viewer.open("/settings/tools");
    await rowOf(page, "order_status").click();
    await expect.poll(() => field(page, "Name").getAttribute("readonly")).not.toBeNull();
    expect(await field(page, "Input schema").getAttribute("readonly")).not.toBeNull();
    for (const name of ["Save", "Delete", "Send"]) expect(await button(page, name).count()).toBe(0);
    await expectAccessible(page);
    await photographAll(page, "tool-viewer");
    expect(new URL(page.url()).pathname).toBe(`/settings/tools/${tool.id}`);
    await page.goto("/settings/knowledge");
    await rowOf(page, "Opening hours").click();
    await expect.poll(() => field(page, "Text").getAttribute("readonly")).not.toBeNull();
    expect(await button(page, "Save").count()).toBe(0);
    expect(complaints).toEqual([]);
    await viewer.close();
  });
});
