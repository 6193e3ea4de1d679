import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer } from "../../model-server.ts";
import { type ExecutionShown, type Identified, type Listed, untilShown } from "../../program-client.ts";
import { until } from "../../until.ts";
import { type PacedModel, startPacedModel } from "../paced-model.ts";
import { joinAs } from "./member.ts";
import { type Dashboard, expectAccessible, type Look, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
let paced: PacedModel;
let scripted: ModelServer;
let held: ModelServer;
let contactId: string;
let channelId: string;
const agents = { sandbox: "", paced: "", held: "", scripted: "", refused: "" };

async function make(path: string, body: object): Promise<string> {
  return (await dashboard.client.post<Identified>(path, body)).id;
}

async function makeAgent(name: string, provider: object): Promise<string> {
  const modelProviderId = await make("/v1/model-providers", { name, ...provider });
  const instructions = "Be brief.";
  return make("/v1/agents", { name, instructions, modelProviderId, model: "small-model" });
}

beforeAll(async () => {
  const refusing = await startModelServer(async () => ({ status: 401, message: "Incorrect API key." }));
  closing.push(refusing);
  [dashboard, paced, scripted, held] = await Promise.all([
    startDashboard(),
    startPacedModel(),
    startModelServer(),
    startModelServer(),
  ]);
  const kind = "openai_compatible";
  agents.sandbox = await makeAgent("Sandy", { kind: "sandbox" });
  agents.paced = await makeAgent("Pace", { kind, baseUrl: paced.baseUrl, apiKey: "none" });
  agents.held = await makeAgent("Helen", { kind, baseUrl: held.baseUrl, apiKey: "none" });
  agents.scripted = await makeAgent("Mia", { kind, baseUrl: scripted.baseUrl, apiKey: "none" });
  agents.refused = await makeAgent("Nora", { kind, baseUrl: refusing.baseUrl, apiKey: "wrong" });
  contactId = await make("/v1/contacts", { name: "Anna Keller" });
  const channel = { platform: "web", kind: "page", name: "Harbour Bikes", defaultAgentId: agents.paced };
  channelId = await make("/v1/channels", channel);
});
const closing: { close(): Promise<void> }[] = [];
afterAll(async () => {
  await dashboard.close();
  await Promise.all([
    paced.close(),
    scripted.close(),
    held.close(),
    ...closing.map((server) => server.close()),
  ]);
});

interface NewTask {
  readonly agent: keyof typeof agents;
  readonly name: string;
  readonly description?: string;
  readonly to?: string | null;
  readonly more?: object;
}

async function makeTask({ agent, name, description = name, to = contactId, more }: NewTask): Promise<string> {
  const writes = to === null ? {} : { contactId: to, channelId };
  return make("/v1/tasks", { name, description, agentId: agents[agent], schedule: null, ...writes, ...more });
}

/** Starts a new task's run and answers its execution's id. */
async function run(task: NewTask): Promise<string> {
  const taskId = await makeTask(task);
  return make(`/v1/tasks/${taskId}/trigger`, {});
}

function readExecution(id: string): Promise<ExecutionShown & { readonly taskId: string | null }> {
  return dashboard.client.get(`/v1/executions/${id}`);
}

async function untilEnded(executionId: string): Promise<ExecutionShown> {
  return untilShown("the end of the execution", async () => {
    const execution = await dashboard.client.get<ExecutionShown>(`/v1/executions/${executionId}`);
    return !["queued", "running", "waiting"].includes(execution.status) && execution;
  });
}

async function open(path: string, look?: Look) {
  const opened = await dashboard.open(path, look);
  // Shorter than a test, so that a failure says what it waited for.
  opened.page.setDefaultTimeout(10_000);
  return opened;
}

/** No part of the page lies beside the screen. */
async function expectNoSideways(page: Page): Promise<void> {
  const width = await page.evaluate<number>("document.documentElement.scrollWidth");
  expect(width).toBe(page.viewportSize()?.width);
}

const steps = (page: Page) => page.getByRole("listbox", { name: "Steps" });
const step = (page: Page, text: string | RegExp) => steps(page).getByRole("option").filter({ hasText: text });
const pill = (page: Page, word: string) =>
  page.getByRole("banner").or(page.locator("header")).getByText(word);
const inspector = (page: Page) => page.getByRole("complementary", { name: "Step" });
const verdict = (page: Page) => page.getByRole("region", { name: "What came of it" });

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}

/** A model's answer that comes when it is let go. */
function heldAnswer(text: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  held.play({ text, until: promise });
  return { letGo: resolve };
}

describe("what is watched", () => {
  test("shows the model call under way, and its end without a reload", async () => {
    const answer = heldAnswer("The harbour is quiet.");
    const id = await run({ agent: "held", name: "Watch the harbour", to: null });
    const { page, complaints } = await open(`/executions/${id}`);
    await pill(page, "Running").waitFor();
    const underWay = steps(page).locator("[data-under-way]");
    await underWay.getByText("Calls small-model").waitFor();
    const before = await textOf(underWay);
    await until("the elapsed time to tick", async () => (await textOf(underWay)) !== before);
    await expectAccessible(page);
    await photographAll(page, "execution-running");
    answer.letGo();
    await step(page, "Called small-model: wrote a text").waitFor();
    await pill(page, "Nothing done").waitFor();
    await verdict(page).getByText("The harbour is quiet.").waitFor();
    expect(await underWay.count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("waits behind another, and begins when that one has ended", async () => {
    const [first, second] = [heldAnswer("Three."), heldAnswer("Four.")];
    const more = { policies: { overlap: "queue_one" } };
    const taskId = await makeTask({ agent: "held", name: "Count the boats", to: null, more });
    await make(`/v1/tasks/${taskId}/trigger`, {});
    const id = await make(`/v1/tasks/${taskId}/trigger`, {});
    const { page, complaints } = await open(`/executions/${id}`);
    await pill(page, "Waiting").waitFor();
    await verdict(page).getByText("after_previous").waitFor();
    await verdict(page).getByRole("link", { name: "Open the task’s executions" }).waitFor();
    first.letGo();
    await steps(page).getByText("Calls small-model").waitFor();
    second.letGo();
    await verdict(page).getByText("Four.").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("is cancelled, and says so with the way to run it again", async () => {
    heldAnswer("Never said.");
    const id = await run({ agent: "held", name: "Stop me", to: null });
    const { page, complaints } = await open(`/executions/${id}`);
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Cancel this execution?" });
    await dialog.getByRole("button", { name: "Keep running" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await dialog.getByRole("button", { name: "Cancel execution" }).click();
    await pill(page, "Cancelled").waitFor();
    await verdict(page).getByText("Cancelled by Ada Novak.").waitFor();
    await verdict(page).getByRole("button", { name: "Run again" }).waitFor();
    expect(await page.getByRole("button", { name: "Run again" }).count()).toBe(1);
    await photographAll(page, "execution-canceled");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("shows a wait while it goes on", async () => {
    const description = "Wait 300 seconds, then ask how the ride went.";
    const id = await run({ agent: "sandbox", name: "Ask after the ride", description });
    const { page, complaints } = await open(`/executions/${id}`);
    await pill(page, "Waiting").waitFor();
    await step(page, "Waits 5 min").waitFor();
    await dashboard.client.post(`/v1/executions/${id}/cancel`);
    await step(page, "Was to wait 5 min").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("is a reply too, which belongs to its moment", async () => {
    const path = `/v1/channels/${channelId}/visitors`;
    const { token } = await dashboard.client.post<{ token: string }>(path, { contactId });
    const written = await fetch(`${dashboard.program.url}/web/v1/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ clientMessageId: "sunday", text: "Are you open on Sunday?" }),
    });
    expect(written.status).toBeLessThan(300);
    const call = await paced.nextCall();
    const reply = await untilShown("the reply", async () => {
      const answered = await dashboard.client.get<Listed<ExecutionShown>>("/v1/executions?kind=reply");
      return answered.items[0];
    });
    const { page, complaints } = await open(`/executions/${reply.id}`);
    await page.getByRole("heading", { name: "Reply to Anna Keller" }).waitFor();
    await pill(page, "Running").waitFor();
    call.say("From ten ");
    call.say("to four.");
    call.finish();
    await step(page, "Sent the answer").getByText("From ten to four.").waitFor();
    await pill(page, "Message sent").waitFor();
    expect(await page.getByRole("button", { name: "Run again" }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe("a run of the sandbox", () => {
  const description = "Wait 2 seconds, then ask how the first ride went.";
  let id: string;

  test("is watched to its end, and shows what it sent and how far that came", async () => {
    id = await run({ agent: "sandbox", name: "Ask about the first ride", description });
    const { page, complaints } = await open(`/executions/${id}`);
    await pill(page, "Message sent").waitFor();
    await step(page, "Waited 2 s").waitFor();
    await steps(page).getByText("Attempt 2: went on after its wait").waitFor();
    await step(page, "Sent a message").waitFor();
    await page.getByText("Written by the sandbox model: fixed rules, no AI.").waitFor();
    const facts = page.getByRole("complementary", { name: "Facts" });
    await facts.getByRole("link", { name: "Anna Keller" }).waitFor();
    await facts.getByRole("listitem").getByText("Sent").waitFor();
    const link = facts.getByRole("link", { name: "Open in the conversation" });
    expect(await link.getAttribute("href")).toMatch(/^\/conversations\/conv_\w+\?message=msg_\w+$/);
    await step(page, "Sent a message").click();
    await inspector(page).getByText("Sandbox model", { exact: true }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "execution-completed");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("runs again only after the warning that a message goes out again", async () => {
    const { page, complaints } = await open(`/executions/${id}`);
    const again = page.getByRole("button", { name: "Run again" });
    await again.click();
    const dialog = page.getByRole("dialog", { name: "Send 1 message again?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(new URL(page.url()).pathname).toBe(`/executions/${id}`);
    await again.click();
    await dialog.getByRole("button", { name: "Run again" }).click();
    await page.waitForURL((url) => url.pathname !== `/executions/${id}`);
    await page.getByText("Repeats").waitFor();
    await untilEnded(page.url().split("/").at(-1) ?? "");
    // The browser logs the 409 that asked; nothing else.
    expect(complaints.filter((text) => !text.includes("409 (Conflict)"))).toEqual([]);
    await page.close();
  });

  test("is walked by keyboard, and an address leads to a step", async () => {
    const { page, complaints } = await open(`/executions/${id}`);
    await step(page, "Started").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await steps(page).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.search === "?step=2");
    await inspector(page).getByRole("heading", { name: "Called small-model: 1 tool call" }).waitFor();
    await page.keyboard.press("j");
    await inspector(page).getByRole("heading", { name: "Waited 2 s" }).waitFor();
    await page.keyboard.press("k");
    await page.keyboard.press("ArrowUp");
    await inspector(page).getByRole("heading", { name: "Started" }).waitFor();
    await inspector(page).getByText("Prompt 1: system").waitFor();
    await page.keyboard.press("Escape");
    await inspector(page).waitFor({ state: "hidden" });
    await page.goto(`/executions/${id}?step=3`);
    await inspector(page).getByRole("heading", { name: "Waited 2 s" }).waitFor();
    expect(await steps(page).locator("[aria-selected=true]").count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("is read on a phone", async () => {
    const { page, complaints } = await open(`/executions/${id}`, { size: "narrow" });
    await step(page, "Sent a message").click();
    const dialog = page.getByRole("dialog", { name: "Step" });
    await dialog.getByRole("heading", { name: "Sent a message" }).waitFor();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Next step" }).click();
    await dialog.getByRole("heading", { name: /^Called small-model/ }).waitFor();
    await dialog.getByRole("button", { name: "Close the step" }).click();
    await dialog.waitFor({ state: "hidden" });
    await expectNoSideways(page);
    await page.getByRole("button", { name: "Facts and limits" }).click();
    await page.getByText("Model calls").waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe("why", () => {
  test("a run failed, with the button that mends it", async () => {
    const id = await run({ agent: "refused", name: "Greet in the morning", to: null });
    await untilEnded(id);
    const { page, complaints } = await open(`/executions/${id}`);
    await verdict(page).getByText("model_unauthorized").waitFor();
    const mend = verdict(page).getByRole("link", { name: "Check the API key" });
    expect(await mend.getAttribute("href")).toBe("/settings/model-providers");
    await step(page, "Called small-model: failed").getByText("Incorrect API key.").waitFor();
    await expectAccessible(page);
    await photographAll(page, "execution-failed");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a message is held, until when in words, and unfreezing lets it out", async () => {
    await dashboard.client.post("/v1/workspace/freeze", { reason: "Wrong prices went out." });
    const id = await run({ agent: "sandbox", name: "Tell of the prices" });
    await untilEnded(id);
    const { page, complaints } = await open(`/executions?taskId=${(await readExecution(id)).taskId}`);
    const row = page.getByRole("row").filter({ hasText: "Message held" });
    await row.getByText(/The message is held until (tomorrow )?\d\d:\d\d at most/).waitFor();
    await page.goto(`/executions/${id}`);
    await pill(page, "Message held").first().waitFor();
    await verdict(page)
      .getByText(/The message is held until (tomorrow )?\d\d:\d\d at most: The workspace is frozen/)
      .waitFor();
    await expectAccessible(page);
    await photographAll(page, "execution-held");
    await verdict(page).getByRole("button", { name: "Unfreeze" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Unfreeze" }).click();
    await pill(page, "Message sent").first().waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a run was skipped, with the way to the contact", async () => {
    const to = await make("/v1/contacts", { name: "Ben Adler" });
    await dashboard.client.post(`/v1/contacts/${to}/opt-out`, {});
    const id = await run({ agent: "sandbox", name: "Offer a renewal", to });
    await untilEnded(id);
    const { page, complaints } = await open(`/executions/${id}`);
    await pill(page, "Skipped").waitFor();
    await verdict(page).getByText("The contact does not want messages.").waitFor();
    const mend = verdict(page).getByRole("link", { name: "Open contact" });
    expect(await mend.getAttribute("href")).toBe(`/contacts/${to}`);
    await step(page, "Did not begin").waitFor();
    await expectAccessible(page);
    await photographAll(page, "execution-skipped");
    expect(complaints).toEqual([]);
    await page.close();
  });
});

test("a long journal is read from both ends", async () => {
  const fact = (index: number) => ({ name: "remember", input: { text: `Fact ${index}` } });
  const factsOf = (answer: number) => Array.from({ length: 60 }, (_, index) => fact(answer * 60 + index));
  scripted.play(...[0, 1, 2, 3].map((answer) => ({ toolCalls: factsOf(answer) })), {
    toolCalls: [{ name: "finish", input: { outcome: "goal_met", summary: "240 facts are kept." } }],
  });
  const id = await run({ agent: "scripted", name: "Keep many facts" });
  await untilEnded(id);
  const { page, complaints } = await open(`/executions/${id}`);
  await page.getByText("247 steps").waitFor();
  await step(page, "Started").waitFor();
  // What is not on the screen does not exist.
  expect(await steps(page).getByRole("option").count()).toBeLessThan(60);
  await page.getByRole("button", { name: "End" }).click();
  await step(page, "Finished: goal met").waitFor();
  await page.getByRole("button", { name: "Start" }).click();
  await step(page, "Started").waitFor();
  await page.goto(`/executions/${id}?step=120`);
  await inspector(page).getByText("Step 120 ·").waitFor();
  await steps(page).locator("[aria-selected=true]").waitFor();
  await photographAll(page, "execution-long");
  expect(complaints).toEqual([]);
  await page.close();
});

describe("the list", () => {
  test("is filtered in the address, and a row opens its execution", async () => {
    const { page, complaints } = await open("/executions");
    const table = page.getByRole("table", { name: "Executions" });
    await table.getByText("Greet in the morning").waitFor();
    await expectAccessible(page);
    await photographAll(page, "executions");
    await page.getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await page.waitForURL((url) => url.search === "?status=failed");
    await table.getByText("Keep many facts").waitFor({ state: "hidden" });
    await until("one row", async () => (await table.getByRole("row").count()) === 2);
    await page.reload();
    await table.getByText("Greet in the morning").waitFor();
    await page.getByRole("region", { name: "Executions" }).focus();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/executions\/exec_/);
    await verdict(page).getByText("model_unauthorized").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("takes every filter of the API, and lets go of all of them", async () => {
    const { items } = await dashboard.client.get<Listed<ExecutionShown>>("/v1/executions?status=skipped");
    const { page, complaints } = await open("/executions?kind=task&trigger=api");
    await page.getByRole("button", { name: "More filters · 1" }).waitFor();
    await page.getByRole("combobox", { name: "Contact" }).fill("Ben");
    await page.getByRole("option", { name: "Ben Adler" }).click();
    const table = page.getByRole("table", { name: "Executions" });
    await until("one row", async () => (await table.getByRole("row").count()) === items.length + 1);
    await page.getByLabel("Queued to").fill("2020-01-01");
    await page.getByText("No execution matches").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.waitForURL((url) => url.search === "");
    await table.getByText("Keep many facts").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("says what it is for where there is none, also on a phone", async () => {
    const { page, complaints } = await open("/executions?q=nothing+has+this+name", {
      size: "narrow",
    });
    await page.getByText("No execution matches").waitFor();
    await page.getByRole("button", { name: "Filters", exact: true }).click();
    await page.getByRole("combobox", { name: "Outcome" }).waitFor();
    await expectNoSideways(page);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

test("a viewer sees what was done, and nothing that would be refused", async () => {
  const taskId = await makeTask({ agent: "sandbox", name: "Ask whether it fits" });
  const written = await make(`/v1/tasks/${taskId}/trigger`, {});
  const failed = await run({ agent: "refused", name: "Greet at noon", to: null });
  const { conversationIds } = await untilEnded(written);
  const conversation = `/conversations/${conversationIds.at(-1)}`;
  await untilEnded(failed);
  const viewer = await joinAs(dashboard, "viewer");
  const { page, complaints } = await viewer.open("/tasks");
  page.setDefaultTimeout(10_000);
  const main = page.getByRole("main");
  const changing =
    /new |import|edit|change|add a|delete|run |resume|pause|cancel(?!led)|copy$|opt |send|close|hand back|take over|check the|select|more actions/i;
  for (const [path, shown] of [
    ["/tasks", "Ask whether it fits"],
    [`/tasks/${taskId}`, "Only on demand"],
    ["/executions", "Greet at noon"],
    [`/executions/${written}`, "Steps"],
    [`/executions/${failed}`, "model_unauthorized"],
    ["/contacts", "Anna Keller"],
    [`/contacts/${contactId}`, /Agents (read this|keep here)/],
    [conversation, "Your role may read conversations, not write in them."],
  ] as const) {
    await page.goto(path);
    await main.getByText(shown).or(main.getByLabel(shown)).first().waitFor();
    for (const role of ["button", "link", "checkbox", "menuitem"] as const)
      expect(await main.getByRole(role, { name: changing }).allTextContents(), `${role} of ${path}`).toEqual(
        [],
      );
    expect(await main.getByRole("textbox").count(), `fields of ${path}`).toBe(0);
  }
  await expectAccessible(page);
  await page.goto("/tasks");
  await main.getByRole("button", { name: "Actions for Ask whether it fits" }).click();
  expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Open"]);
  // Somebody shared the address of a form.
  const forms = ["/tasks/new", `/tasks/${taskId}/edit`, "/contacts/new", `/contacts/${contactId}/edit`];
  for (const path of [...forms, "/contacts/import", "/agents/new", "/channels/new"]) {
    await page.goto(path);
    await page.getByRole("heading", { name: /^Your role may not / }).waitFor();
    expect(await main.getByRole("textbox").count(), path).toBe(0);
  }
  await expectAccessible(page);
  expect(complaints).toEqual([]);
  await viewer.close();
});
