import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScriptedAnswer, ScriptedModel } from "../../../test/scripted-model.ts";
import { newId } from "../../base/ids.ts";
import { listFacts } from "../../contacts/index.ts";
import type { Step } from "../../engine/index.ts";
import { ModelError } from "../models/index.ts";
import { createLoopFixture, type LoopFixture, refusal, type Script } from "./run-agent.test-support.ts";

let fixture: LoopFixture;

beforeAll(async () => {
  fixture = await createLoopFixture();
});

afterAll(() => fixture.close());

const play = (script: Script) => fixture.play(script);

function call(name: string, input: unknown): ScriptedAnswer {
  return { toolCalls: [{ name, input }] };
}

const finish = (outcome = "message_sent") => call("finish", { outcome, summary: "Did it." });
const send = (text = "Hello Anna") => call("send_message", { text });

function namesOf(steps: readonly Step[]): string[] {
  return steps.map(({ kind, name }) => (kind === "model" ? "model" : `${kind} ${name}`));
}

/** The results of the tool calls that the model was told of last. */
function lastResults(model: ScriptedModel): readonly unknown[] {
  const message = model.calls.at(-1)?.messages.at(-1);
  return message?.role === "tool" ? message.results.map(({ output }) => output) : [];
}

function systemText(model: ScriptedModel, index: number): string {
  const message = model.calls[index]?.messages[0];
  return message?.role === "system" ? message.content : "";
}

describe("a task", () => {
  it("sends through send_message only, and ends with finish", async () => {
    const { execution, steps, model, sent } = await play({
      answers: [
        { text: "I will greet her.", toolCalls: [{ name: "send_message", input: { text: "Hello Anna" } }] },
        finish(),
      ],
    });
    expect(execution).toMatchObject({
      status: "completed",
      outcome: "message_sent",
      reasonCode: null,
      summary: "Did it.",
      iterations: 2,
      toolCalls: 2,
      inputTokens: 20,
      outputTokens: 10,
    });
    expect(sent).toEqual(["Hello Anna"]);
    expect(namesOf(steps)).toEqual([
      "note start",
      "model",
      "note text",
      "message send_message",
      "model",
      "tool_result finish",
    ]);
    expect(model.calls[0]?.tools.map(({ name }) => name)).toEqual([
      "send_message",
      "remember",
      "wait",
      "finish",
      "echo",
    ]);
    expect(lastResults(model)).toEqual([{ status: "accepted" }]);
  });

  it("ends with a turn without tool calls, whose text is a note", async () => {
    const { execution, steps, sent } = await play({ answers: [{ text: "Nothing to do today." }] });
    expect(execution).toMatchObject({
      status: "completed",
      outcome: "none",
      summary: "Nothing to do today.",
    });
    expect(namesOf(steps)).toEqual(["note start", "model", "note text"]);
    expect(sent).toEqual([]);
  });

  it("is blocked when its message was refused, whatever it claims", async () => {
    const { execution, model } = await play({ answers: [send(), finish("message_sent")], refuse: [true] });
    expect(execution).toMatchObject({ status: "completed", outcome: "blocked", reasonCode: refusal.code });
    expect(execution.reasonMessage).toContain('claimed "message_sent"');
    expect(lastResults(model)).toEqual([{ status: "refused", reason: refusal }]);
  });

  it("overrules a claim that the journal contradicts and shows both", async () => {
    const { execution } = await play({ answers: [finish("message_sent")] });
    expect(execution).toMatchObject({
      status: "completed",
      outcome: "none",
      reasonCode: "outcome_overruled",
      summary: "Did it.",
    });
  });

  it("remembers facts, and gets no tools for a contact without one", async () => {
    const { execution } = await play({
      answers: [
        call("remember", { text: "Likes tulips", key: "flower", value: "tulip", expiresInDays: null }),
        finish("goal_met"),
      ],
    });
    expect(execution.outcome).toBe("goal_met");
    const facts = await fixture.tenant((tx) => listFacts(tx, fixture.contactId, { limit: 10 }));
    expect(facts.items).toMatchObject([
      { key: "flower", value: "tulip", text: "Likes tulips", source: "agent", executionId: execution.id },
    ]);
    const { model } = await play({ answers: [finish("none")], withContact: false });
    expect(model.calls[0]?.tools.map(({ name }) => name)).toEqual(["wait", "finish", "echo"]);
  });

  it("does not carry out what comes after finish, and says so", async () => {
    const { sent, steps } = await play({
      answers: [
        {
          toolCalls: [
            { name: "finish", input: { outcome: "none", summary: "Done." } },
            { name: "send_message", input: { text: "Too late" } },
          ],
        },
      ],
    });
    expect(sent).toEqual([]);
    expect(steps.at(-1)).toMatchObject({
      name: "calls_after_finish",
      payload: { output: { notCarriedOut: ["send_message"] } },
    });
  });
});

describe("a reply", () => {
  it("sends the final text and offers no send_message", async () => {
    const { execution, sent, model, steps } = await play({
      mode: "reply",
      answers: [{ text: " Yes, gladly. " }],
    });
    expect(execution).toMatchObject({ status: "completed", outcome: "message_sent" });
    expect(sent).toEqual(["Yes, gladly."]);
    expect(namesOf(steps)).toEqual(["note start", "model", "message reply"]);
    expect(model.calls[0]?.tools.map(({ name }) => name)).toEqual(["remember", "finish", "echo"]);
  });

  it("sends the text beside finish, and nothing where there is none", async () => {
    const toolCalls = [{ name: "finish", input: { outcome: "no_action_needed", summary: "Only thanks." } }];
    const spoken = await play({ mode: "reply", answers: [{ text: "You are welcome.", toolCalls }] });
    expect(spoken.sent).toEqual(["You are welcome."]);
    expect(spoken.execution).toMatchObject({ outcome: "message_sent", reasonCode: "outcome_overruled" });
    const silent = await play({ mode: "reply", answers: [{ toolCalls }] });
    expect(silent.sent).toEqual([]);
    expect(silent.execution).toMatchObject({ status: "completed", outcome: "no_action_needed" });
  });

  it("fails rather than stay silent when the model says nothing", async () => {
    const { execution } = await play({ mode: "reply", answers: [{ text: " \n" }] });
    expect(execution).toMatchObject({ status: "failed", reasonCode: "model_empty_answer" });
  });
});

describe("calls that cannot be carried out", () => {
  it("go back to the model with the complaint", async () => {
    const { execution, model, steps } = await play({
      answers: [call("fly", { to: "moon" }), call("wait", { seconds: 301 }), finish("none")],
    });
    expect(execution.status).toBe("completed");
    const [, second, third] = model.calls.map(({ messages }) => messages.at(-1));
    expect(JSON.stringify(second)).toContain(
      'There is no tool \\"fly\\". The tools are: send_message, remember',
    );
    expect(JSON.stringify(third)).toContain("seconds");
    expect(
      steps.filter(({ name }) => name === "invalid_call").map(({ payload }) => payload.error?.code),
    ).toEqual(["unknown_tool", "invalid_arguments"]);
  });

  it("end the execution after more than three such answers in a row", async () => {
    const bad = call("fly", {});
    const { execution, model } = await play({ answers: [bad, bad, send(), bad, bad, bad, bad, finish()] });
    expect(execution).toMatchObject({
      status: "failed",
      outcome: "message_sent",
      reasonCode: "invalid_tool_calls",
    });
    expect(model.calls.length).toBe(7);
  });
});

describe("limits", () => {
  it("tell the agent to conclude at 80 % and end the execution at 100 %", async () => {
    const { execution, model } = await play({
      answers: (index) => call("remember", { text: `Fact ${index}` }),
      limits: { maxIterations: 10 },
    });
    expect(execution).toMatchObject({
      status: "failed",
      outcome: "limit_reached",
      reasonCode: "max_iterations",
      iterations: 10,
      summary: "No message was sent; facts kept and follow-ups arranged: 10.",
    });
    expect(systemText(model, 7)).not.toContain("Conclude now");
    expect(systemText(model, 8)).toContain("Conclude now");
    expect(systemText(model, 9)).toContain("(model calls)");
  });

  it("count every tool call, also within one answer", async () => {
    const toolCalls = Array.from({ length: 4 }, (_, n) => ({
      name: "send_message",
      input: { text: `Message ${n}` },
    }));
    const { execution, sent } = await play({ answers: [{ toolCalls }], limits: { maxToolCalls: 3 } });
    expect(sent.length).toBe(3);
    expect(execution).toMatchObject({
      outcome: "limit_reached",
      reasonCode: "max_tool_calls",
      toolCalls: 3,
      summary: "Messages: 3 accepted.",
    });
  });

  it("count money by the price table, and let an answer that crosses the limit finish", async () => {
    const usage = { inputTokens: 1_000, outputTokens: 100 };
    const remember = { ...call("remember", { text: "Something" }), usage };
    const limits = { maxCostUsd: "0.007" };
    const cut = await play({ answers: [remember, remember, remember], limits, modelName: "gpt-4o" });
    expect(cut.execution).toMatchObject({ reasonCode: "max_cost", iterations: 2 });
    expect(Number(cut.execution.costUsd)).toBe(0.007);
    const finished = await play({
      answers: [remember, { ...finish("none"), usage }],
      limits,
      modelName: "gpt-4o",
    });
    expect(finished.execution).toMatchObject({ status: "completed" });
    const unknown = await play({ answers: [{ text: "Done", usage }] });
    expect(Number(unknown.execution.costUsd)).toBe(0);
    expect(unknown.execution.inputTokens).toBe(1_000);
    expect(unknown.steps[1]?.payload.output).toMatchObject({ priceKnown: false });
  });
});

describe("model errors", () => {
  it("are repeated where that may help, inside the step", async () => {
    const { execution, steps, model } = await play({
      answers: [
        { fail: new ModelError("rate_limited", "Too fast.", { retryAfterSeconds: 0 }) },
        { text: "Done" },
      ],
    });
    expect(execution).toMatchObject({ status: "completed", iterations: 1 });
    expect(model.calls.length).toBe(2);
    expect(steps[1]?.payload.output).toMatchObject({
      retries: [{ code: "model_rate_limited", message: "Too fast." }],
    });
  });

  it("end the execution otherwise, and keep what was done", async () => {
    const { execution, steps } = await play({
      answers: [send(), { fail: new ModelError("unauthorized", "Wrong key.") }],
    });
    expect(execution).toMatchObject({
      status: "failed",
      outcome: "message_sent",
      reasonCode: "model_unauthorized",
      reasonMessage: "Wrong key.",
      summary: "Messages: 1 accepted.",
    });
    expect(steps.at(-1)?.payload.error).toEqual({ code: "model_unauthorized", message: "Wrong key." });
  });

  it("name a provider that is gone", async () => {
    const { execution, model } = await play({ answers: [], modelProviderId: newId() });
    expect(execution).toMatchObject({ status: "failed", reasonCode: "model_refused" });
    expect(execution.reasonMessage).toContain("deleted");
    expect(model.calls.length).toBe(0);
  });
});

describe("the journal", () => {
  it("hands on what it stores: text that the database refuses is cleaned on the way", async () => {
    const { sent, model, steps } = await play({ answers: [send("Hi\u0000 Anna \ud800!"), finish()] });
    expect(sent).toEqual(["Hi Anna \ufffd!"]);
    const told = model.calls[1]?.messages.find(({ role }) => role === "assistant");
    expect(told).toEqual({
      role: "assistant",
      content: "",
      toolCalls: [{ id: "call_1_1", name: "send_message", input: { text: "Hi Anna \ufffd!" } }],
    });
    expect(steps[1]?.payload.output).toMatchObject({ toolCalls: [{ input: { text: "Hi Anna \ufffd!" } }] });
  });

  it("waits without its slot and goes on where it was", async () => {
    const { execution, model, steps, sent } = await play({
      answers: [send(), call("wait", { seconds: 1 }), finish()],
    });
    expect(execution).toMatchObject({
      status: "completed",
      outcome: "message_sent",
      attempt: 2,
      toolCalls: 3,
    });
    expect(model.calls.length).toBe(3);
    expect(sent).toEqual(["Hello Anna"]);
    expect(lastResults(model)).toEqual([{ status: "waited", seconds: 1 }]);
    expect(namesOf(steps)).toContain("wait wait");
  });

  it("tells the local time after a wait, the same in every attempt", async () => {
    const answers = [call("wait", { seconds: 1 }), call("wait", { seconds: 1 }), finish()];
    const { model, steps } = await play({ answers, timezone: "Pacific/Kiritimati" });
    const told = model.calls.at(-1)?.messages.flatMap((it) => (it.role === "tool" ? it.results : []));
    const now = expect.stringMatching(/^[A-Z][a-z]+day \d{4}-\d\d-\d\d \d\d:\d\d, Pacific\/Kiritimati$/);
    expect(told?.map(({ output }) => output)).toEqual(
      Array.from({ length: 2 }, () => ({ status: "waited", seconds: 1, now })),
    );
    const times = steps.filter(({ kind, name }) => kind === "note" && name === "time");
    expect(times.map(({ payload }) => ({ status: "waited", seconds: 1, now: payload.output }))).toEqual(
      told?.map(({ output }) => output),
    );
    const [first] = times;
    const local = Temporal.Instant.fromEpochMilliseconds(first?.endedAt?.getTime() ?? 0);
    const { day, hour } = local.toZonedDateTimeISO("Pacific/Kiritimati");
    expect(String(first?.payload.output)).toContain(
      `-${String(day).padStart(2, "0")} ${String(hour).padStart(2, "0")}:`,
    );
  });

  it("resumes after a stop in the middle of a model call: nothing is sent or asked twice", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = await fixture.begin({ answers: [send(), { ...finish(), until: gate.promise }, finish()] });
    await begun.model.waitForCalls(2);
    await fixture.restartWorker();
    const { execution, steps } = await fixture.ended(begun.id);
    gate.resolve();
    expect(execution).toMatchObject({
      status: "completed",
      outcome: "message_sent",
      iterations: 2,
      attempt: 2,
    });
    expect(begun.sent).toEqual(["Hello Anna"]);
    expect(begun.model.calls.length).toBe(3);
    expect(begun.model.calls[2]?.messages).toEqual(begun.model.calls[1]?.messages);
    expect(namesOf(steps)).toEqual([
      "note start",
      "model",
      "message send_message",
      "model",
      "tool_result finish",
    ]);
  });

  it("resumes a long run from its checkpoint with everything it knew", async () => {
    const iterations = 130;
    const hung = Promise.withResolvers<void>();
    const begun = await fixture.begin({
      answers: (index) => {
        if (index < iterations) return index === 3 ? send() : call("remember", { text: `Fact ${index}` });
        return index === iterations ? { ...finish(), until: hung.promise } : finish();
      },
    });
    await begun.model.waitForCalls(iterations + 1);
    await fixture.restartWorker();
    const { execution, steps } = await fixture.ended(begun.id);
    hung.resolve();
    expect(steps.filter(({ kind }) => kind === "checkpoint").length).toBeGreaterThan(0);
    expect(execution).toMatchObject({
      status: "completed",
      outcome: "message_sent",
      iterations: iterations + 1,
      toolCalls: iterations + 1,
      attempt: 2,
    });
    expect(begun.model.calls.length).toBe(iterations + 2);
    expect(begun.model.calls.at(-1)?.messages).toEqual(begun.model.calls.at(-2)?.messages);
  });
});
