import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Received } from "../../../test/api.ts";
import { startServices } from "../../../test/engine.ts";
import type { ScriptedAnswer } from "../../../test/scripted-model.ts";
import { createTaskFixture, faultsOf, type TaskFixture } from "../../../test/tasks.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { newId, toId } from "../../base/ids.ts";
import { createChannel } from "../../channels/index.ts";
import { receiveMessage } from "../../conversations/index.ts";
import { createMaintenance, createWorker } from "../../engine/index.ts";
import { settleCost } from "../../usage/index.ts";
import { createAgent, createModelProvider, updateModelProvider } from "../index.ts";
import { ModelError, type ModelMessage } from "../models/index.ts";

const origin = { caller: null, requestId: null };
const price = { inputUsdPerMillionTokens: "1000", outputUsdPerMillionTokens: "2000" };

/** While set, the minute of a test is over when it resolves. */
let hurry: Promise<unknown> | undefined;
const clock: Clock = {
  ...systemClock,
  after(ms, callback) {
    if (hurry === undefined || ms !== 60_000) return systemClock.after(ms, callback);
    hurry.then(callback, callback);
    return () => undefined;
  },
};

let fixture: TaskFixture;
let modelProviderId: string;
beforeAll(async () => {
  fixture = await createTaskFixture({ clock });
  const provider = { name: "Priced", kind: "openai_compatible", baseUrl: "http://127.0.0.1:9/v1" } as const;
  const made = await fixture.tenant((tx) =>
    createModelProvider(fixture.core, tx, { ...provider, prices: { m: price, "scripted-1": price } }, origin),
  );
  modelProviderId = made.id;
});
afterAll(() => fixture.close());

type Json = Readonly<Record<string, unknown>>;

interface Tried {
  readonly reply: string | null;
  readonly messages: readonly Json[];
  readonly steps: readonly (Json & { readonly kind: string; readonly name: string })[];
  readonly outcome: string | null;
  readonly stopped: { readonly code: string; readonly message: string } | null;
}

const question = { role: "contact", text: "Do you deliver on Sundays?" };

function send(fields: Json = {}, agent: Json = {}): Promise<Received> {
  const draft = {
    instructions: "You work for Blume.",
    modelProviderId: toId("modelProvider", modelProviderId),
    model: "m",
  };
  const body = { agent: { ...draft, ...agent }, messages: [question], ...fields };
  return fixture.api.send("POST", "/v1/agents/test", { body });
}

async function play(
  answers: readonly ScriptedAnswer[],
  fields: Json = {},
  agent: Json = {},
): Promise<Tried & Json> {
  fixture.model.play(...answers);
  const { status, body } = await send(fields, agent);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Tried & Json;
}

const call = (name: string, input: unknown): ScriptedAnswer => ({ toolCalls: [{ name, input }] });
const finish = call("finish", { outcome: "message_sent", summary: "Done." });
const namesOf = ({ steps }: Tried) => steps.map(({ kind, name }) => `${kind} ${name}`);
const anna = () => toId("contact", fixture.contactId);
const task = { name: "Reminder", description: "Remind of the appointment." };

/** The results of the tool calls that the model was told of last. */
function lastResults(): readonly unknown[] {
  const message = fixture.model.calls.at(-1)?.messages.at(-1);
  return message?.role === "tool" ? message.results.map(({ output }) => output) : [];
}

/** The costs of a day are in up to eight rows; which one is used is chance. */
const costs = expect.any(Number);

async function countRows(): Promise<unknown> {
  const names = await query<{ relname: string }>(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname",
  );
  const counts = names.map(({ relname }) => `(select count(*) from ${relname}) as ${relname}`);
  return (await query(`select ${counts.join(", ")}`))[0];
}

const query = async <R extends Json>(text: string): Promise<readonly R[]> =>
  (await fixture.core.db.autocommit.query<R>({ text })).rows;

/** A test has less time and fewer model calls, and the minute may end between the two. */
function withoutBounds(message: ModelMessage): unknown {
  if (message.role !== "system") return message;
  return message.content.replaceAll(/<(limits|time)>.*?<\/\1>/gs, "");
}

describe("a reply", () => {
  it("is what the agent would answer, with every step and nothing kept but its costs", async () => {
    const before = await countRows();
    const tried = await play(
      [
        call("remember", { text: "Asks about Sundays", key: "asks" }),
        { text: "No, on weekdays only.", usage: { inputTokens: 100, outputTokens: 10 } },
      ],
      { contactId: anna() },
    );
    expect(tried).toMatchObject({
      ...{ reply: "No, on weekdays only.", messages: [], outcome: "message_sent", stopped: null },
      ...{ costUsd: "0.14", inputTokens: 110, outputTokens: 15 },
      steps: [
        { kind: "model", name: "m", costUsd: "0.02", inputTokens: 10, outputTokens: 5, error: null },
        {
          ...{ kind: "tool", name: "remember", input: { text: "Asks about Sundays", key: "asks" } },
          output: { played: "Keeps this fact about the contact.", answer: { status: "remembered" } },
          ...{ error: null, costUsd: "0", inputTokens: 0 },
        },
        { kind: "model", output: { text: "No, on weekdays only." }, costUsd: "0.12" },
      ],
    });
    expect(lastResults()).toMatchObject([{ status: "remembered", factId: expect.stringMatching(/^fact_/) }]);
    expect(await countRows()).toEqual({ ...(before as Json), cost_days: costs });
  });

  it("is asked for with the draft, the contact's facts and the conversation so far", async () => {
    const tried = await play(
      [{ text: "Gladly." }],
      {
        contactId: anna(),
        messages: [{ role: "agent", text: "Welcome!" }, question, { role: "contact", text: "Hello?" }],
      },
      { name: "Mia", guidance: "No exclamation marks.", temperature: 0.5, language: "de" },
    );
    expect(tried.reply).toBe("Gladly.");
    const asked = fixture.model.calls.at(-1);
    expect(asked?.tools.map(({ name }) => name)).toEqual(["remember", "finish", "schedule_follow_up"]);
    expect(asked?.temperature).toBe(0.5);
    const [system, ...conversation] = asked?.messages ?? [];
    for (const part of ["You are Mia", "You work for Blume.", "No exclamation marks.", '"Anna"', "German"])
      expect(system).toMatchObject({ content: expect.stringContaining(part) });
    expect(conversation.slice(1)).toEqual([
      { role: "assistant", content: "Welcome!" },
      {
        role: "user",
        content:
          "<contact_message>\nDo you deliver on Sundays?\n</contact_message>\n\n" +
          "<contact_message>\nHello?\n</contact_message>",
      },
    ]);
  });

  it("is asked for in the words of a real one", async () => {
    const agent = { name: "Ria", instructions: "You work for Blume.", guidance: "Short.", language: "de" };
    await play([{ text: "Gladly." }], { contactId: anna() }, agent);
    const tried = fixture.model.calls.at(-1);
    const channel = { platform: "web", kind: "widget", name: "Other" };
    const { id: channelId } = await fixture.tenant(async (tx) => {
      const saved = await createAgent(tx, { ...agent, modelProviderId, model: "m" }, origin);
      return await createChannel(fixture.core, tx, { ...channel, defaultAgentId: saved.id }, origin);
    });
    const services = [
      createWorker(fixture.core, { concurrency: 1 }),
      createMaintenance(fixture.core, "worker"),
    ];
    onTestFinished(await startServices(...services));
    const calls = fixture.model.calls.length;
    fixture.model.play({ text: "Gladly." });
    const written = {
      channelId,
      contactId: fixture.contactId,
      clientMessageId: newId(),
      text: question.text,
    };
    await fixture.tenant((tx) => receiveMessage(fixture.core, tx, written));
    await fixture.model.waitForCalls(calls + 1);
    const real = fixture.model.calls.at(-1);
    expect(tried?.tools).toEqual(real?.tools);
    expect(tried?.messages.map(withoutBounds)).toEqual(real?.messages.map(withoutBounds));
  });

  it("is null where the agent finishes without a word, and a stranger can be remembered too", async () => {
    const quiet = call("finish", { outcome: "no_action_needed", summary: "Spam." });
    const tried = await play([call("remember", { text: "Sends spam" }), quiet]);
    expect(tried).toMatchObject({ reply: null, outcome: "no_action_needed", stopped: null });
    expect(namesOf(tried)).toEqual(["model m", "tool remember", "model m", "tool finish"]);
  });

  it("checks calls as always", async () => {
    const tried = await play([
      call("send_message", { text: "Hello" }),
      call("remember", { text: 5 }),
      { text: "I see." },
    ]);
    expect(namesOf(tried).filter((name) => name !== "model m")).toEqual([
      "tool invalid_call",
      "tool invalid_call",
    ]);
    expect(tried.steps[1]).toMatchObject({
      input: { name: "send_message", arguments: { text: "Hello" } },
      error: { code: "unknown_tool" },
    });
    expect(tried.steps[3]).toMatchObject({ error: { code: "invalid_arguments" } });
  });
});

describe("a task", () => {
  it("plays what it sends, waits for and arranges", async () => {
    const before = await countRows();
    const tried = await play(
      [
        call("send_message", { text: "One" }),
        call("wait", { seconds: 300 }),
        { text: "A note.", toolCalls: [{ name: "send_message", input: { text: "Two" } }] },
        call("schedule_follow_up", { inSeconds: 3_600, instruction: "Ask again." }),
        call("schedule_follow_up", { at: "2020-01-01T09:00", instruction: "Ask again." }),
        finish,
      ],
      { contactId: anna(), task },
    );
    expect(tried).toMatchObject({ reply: null, outcome: "message_sent", stopped: null });
    expect(tried.messages).toEqual([{ text: "One" }, { text: "Two" }]);
    const tools = tried.steps.filter(({ kind }) => kind === "tool");
    expect(tools).toMatchObject([
      { name: "send_message", input: { text: "One" }, output: { status: "accepted" } },
      { name: "wait", output: { played: "Waits 300 s.", answer: { status: "waited", seconds: 300 } } },
      { name: "send_message", input: { text: "Two" } },
      {
        name: "schedule_follow_up",
        output: { answer: { status: "scheduled", taskId: expect.stringMatching(/^task_/) } },
      },
      { name: "schedule_follow_up", error: { code: "follow_up_time_invalid" } },
      { name: "finish", output: { status: "finished" } },
    ]);
    const [system, asked] = fixture.model.calls.at(-1)?.messages ?? [];
    expect(system).toMatchObject({ content: expect.stringContaining("Remind of the appointment.") });
    expect(asked).toMatchObject({ content: expect.stringContaining('Carry out the task "Reminder" now.') });
    expect(await countRows()).toEqual({ ...(before as Json), cost_days: costs });
  });

  it("needs no conversation, and may follow the agent's own message", async () => {
    for (const messages of [[], [question, { role: "agent", text: "Anything else?" }]])
      expect(
        await play([call("send_message", { text: "One" }), finish], { contactId: anna(), task, messages }),
      ).toMatchObject({ messages: [{ text: "One" }], outcome: "message_sent" });
  });

  it("tells the time as it would be after a wait", async () => {
    await play([call("wait", { seconds: 300 }), finish], { task });
    const [{ now = "" } = {}] = lastResults() as readonly { readonly now?: string }[];
    const told = Date.parse(`${now.split(" ").slice(1, 3).join("T").replace(",", "")}:00Z`);
    expect(Math.abs(told - Date.now() - 300_000)).toBeLessThan(120_000);
  });
});

describe("a test that does not come to its end", () => {
  it("stops after 20 model calls", async () => {
    const calls = Array.from({ length: 21 }, (_, index) => call("remember", { text: `Fact ${index}` }));
    const tried = await play(calls.slice(0, 20));
    expect(tried.steps.filter(({ kind }) => kind === "model")).toHaveLength(20);
    expect(tried).toMatchObject({
      reply: null,
      outcome: "limit_reached",
      stopped: {
        code: "max_iterations",
        message: "The 20 model calls that a test may make were used up.",
      },
    });
  });

  it("holds to the draft's own limits where they are smaller", async () => {
    const facts = ["A", "B", "C"].map((text) => ({ name: "remember", input: { text } }));
    const tried = await play([{ toolCalls: facts }], {}, { limits: { maxToolCalls: 2 } });
    expect(tried.stopped?.code).toBe("max_tool_calls");
    expect(namesOf(tried)).toEqual(["model m", "tool remember", "tool remember"]);
  });

  it("stops after a minute, down to the model call, and shows what was done", async () => {
    const calls = fixture.model.calls.length;
    hurry = fixture.model.waitForCalls(calls + 2);
    const tried = await play([call("remember", { text: "Impatient" }), { hang: true }]).finally(() => {
      hurry = undefined;
    });
    expect(tried).toMatchObject({ reply: null, outcome: "limit_reached", stopped: { code: "max_time" } });
    expect(namesOf(tried)).toEqual(["model m", "tool remember", "model m"]);
    expect(tried.steps[2]).toMatchObject({ output: null, error: { code: "max_time" } });
    expect(fixture.model.calls.at(-1)?.signal.aborted).toBe(true);
  });

  it("ends its model call when the client goes away", async () => {
    const calls = fixture.model.calls.length;
    fixture.model.play({ hang: true });
    const gone = new AbortController();
    const agent = { instructions: "Be brief.", modelProviderId: toId("modelProvider", modelProviderId) };
    const asked = fetch(`${fixture.api.url}/v1/agents/test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ agent: { ...agent, model: "m" }, messages: [question] }),
      signal: gone.signal,
    });
    await fixture.model.waitForCalls(calls + 1);
    const { signal } = fixture.model.calls.at(-1) ?? {};
    const aborted = new Promise((resolve) => signal?.addEventListener("abort", resolve));
    gone.abort();
    await expect(asked).rejects.toThrow();
    await aborted;
  });

  it("says what the provider said", async () => {
    const fail = new ModelError("unauthorized", "https://llm.example answered 401: no such key.");
    const tried = await play([call("remember", { text: "Curious" }), { fail }]);
    const stopped = { code: "model_unauthorized", message: "https://llm.example answered 401: no such key." };
    expect(tried).toMatchObject({ reply: null, outcome: "none", stopped });
    expect(tried.steps.at(-1)).toMatchObject({ kind: "model", error: stopped });
    expect(tried.steps).toHaveLength(3);
  });
});

describe("budgets", () => {
  const draft = "00000000-0000-0000-0000-000000000000";
  const setBudget = (usd: string | null) =>
    query(`update workspaces set daily_cost_usd = ${usd} where id = '${fixture.workspaceId}'`);
  const spent = async () => {
    const [row] = await query<{ usd: string; calls: number }>(
      `select sum(cost_usd) as usd, sum(calls)::integer as calls from cost_days where agent_id = '${draft}'`,
    );
    return { usd: Number(row?.usd ?? 0), calls: row?.calls ?? 0 };
  };

  it("are counted into, and refuse what has no room", async () => {
    const before = await spent();
    await play([{ text: "Yes." }]);
    const after = await spent();
    expect(after.calls).toBe(before.calls + 1);
    expect(after.usd - before.usd).toBeCloseTo(0.02);
    // Room for one call of at most 1 000 tokens of answer, and not for a second one.
    await setBudget(String(after.usd + 4));
    const usage = { inputTokens: 0, outputTokens: 1_000 };
    const tried = await play([{ ...call("remember", { text: "Dear" }), usage }]);
    expect(tried).toMatchObject({ outcome: "limit_reached", stopped: { code: "budget" } });
    expect(namesOf(tried)).toEqual(["model m", "tool remember", "model m"]);
    const refused = await send();
    expect([refused.status, refused.body]).toMatchObject([409, { code: "budget" }]);
    const own = { key: newId(), agentId: newId(), executionId: newId(), costUsd: "5" };
    await settleCost(fixture.core, fixture.workspaceId, own);
    expect((await send()).body).toMatchObject({ detail: expect.stringContaining("is used up") });
    expect(await query("select key from cost_reservations")).toEqual([]);
    await setBudget(null);
  });
});

describe("bad input", () => {
  const elsewhere = (kind: "modelProvider" | "tool" | "knowledge" | "contact") => toId(kind, newId());

  it("is told of at its place", async () => {
    const missing = await send(
      { contactId: elsewhere("contact") },
      {
        modelProviderId: elsewhere("modelProvider"),
        toolIds: [elsewhere("tool")],
        knowledgeIds: [elsewhere("knowledge")],
      },
    );
    expect([missing.status, faultsOf(missing)]).toEqual([
      422,
      {
        "agent.modelProviderId": "not_found",
        "agent.toolIds.0": "not_found",
        "agent.knowledgeIds.0": "not_found",
        contactId: "not_found",
      },
    ]);
    const agents = { role: "agent", text: "Anything else?" };
    const cases: readonly [Json, Json, string][] = [
      [{}, { instructions: "" }, "agent.instructions"],
      [{}, { modelProviderId: null }, "agent.modelProviderId"],
      [{}, { temperature: 3 }, "agent.temperature"],
      [{}, { id: "x" }, "agent.id"],
      [{ messages: [] }, {}, "messages"],
      [{ messages: Array.from({ length: 51 }, () => question) }, {}, "messages"],
      [{ messages: [question, agents] }, {}, "messages.1.role"],
      [{ messages: [{ role: "member", text: "Hi" }] }, {}, "messages.0.role"],
      [{ messages: [{ role: "contact", text: " " }] }, {}, "messages.0.text"],
      [{ task: { name: "Reminder" } }, {}, "task.description"],
    ];
    for (const [fields, agent, path] of cases) {
      const refused = await send(fields, agent);
      expect([refused.status, Object.keys(faultsOf(refused))], path).toEqual([422, [path]]);
    }
  });

  it("is a provider that was set up badly, too", async () => {
    await fixture.tenant((tx) =>
      updateModelProvider(fixture.core, tx, modelProviderId, { apiKey: "sk-lost" }, origin),
    );
    await query("update model_providers set api_key_sealed = '\\x0100' where name = 'Priced'");
    const tried = await play([]);
    expect(tried.stopped).toMatchObject({ code: "model_unauthorized" });
    expect(tried.steps).toHaveLength(1);
  });
});
