import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "../../base/ids.ts";
import { createModelProvider } from "../model-providers.ts";
import { ModelError, type ModelRequest } from "../models/index.ts";
import { createLoopFixture, type LoopFixture } from "./run-agent.test-support.ts";

let fixture: LoopFixture;
let modelProviderId: string;
const priced = "priced-model";

beforeAll(async () => {
  fixture = await createLoopFixture();
  const prices = { [priced]: { inputUsdPerMillionTokens: "1", outputUsdPerMillionTokens: "10" } };
  modelProviderId = await fixture.tenant(async (tx) => {
    const setup = {
      name: "Priced",
      kind: "openai_compatible",
      baseUrl: "http://127.0.0.1:9/v1",
      prices,
    } as const;
    return (await createModelProvider(fixture.core, tx, setup, { caller: null, requestId: null })).id;
  });
});

afterAll(() => fixture.close());

/** A name of its own for each test's model, which is priced as `priced-model`. */
const newName = () => `vendor-${newId()}/${priced}`;

function unavailable(usage?: { inputTokens: number; outputTokens: number }) {
  const extras = { retryAfterSeconds: 0, usage };
  return { fail: new ModelError("provider_unavailable", "Overloaded.", extras) };
}

it("passes on how the agent wants its answers, and nothing it does not say", async () => {
  const answers = [{ text: "Done." }];
  const agent = { temperature: 0.3, maxOutputTokens: 77 };
  const said = await fixture.play({ answers, agent });
  expect(said.model.calls[0]).toMatchObject(agent);
  const silent = await fixture.play({ answers });
  for (const name of ["temperature", "maxOutputTokens", "onText"])
    expect(silent.model.calls[0]).not.toHaveProperty(name);
});

it("shows an answer as it comes, and takes back what came of a call that failed", async () => {
  const shown: string[] = [];
  const answers = [unavailable(), { text: "Good morning" }];
  const { sent } = await fixture.play({ mode: "reply", answers, shown });
  expect(sent).toEqual(["Good morning"]);
  expect(shown).toEqual(["discard", "Good m", "orning"]);

  const lost: string[] = [];
  const failing = { fail: new ModelError("refused", "No.") };
  await fixture.play({ mode: "reply", answers: [failing], shown: lost });
  expect(lost).toEqual(["discard"]);
});

it("counts what failed calls used, in tokens and in money", async () => {
  const answers = [
    unavailable({ inputTokens: 100, outputTokens: 10 }),
    unavailable(),
    {
      text: "Done.",
      usage: { inputTokens: 1_000, outputTokens: 20, cachedInputTokens: 400, reasoningTokens: 5 },
    },
  ];
  const { execution, steps } = await fixture.play({ answers, modelProviderId, modelName: newName() });
  expect(execution).toMatchObject({
    status: "completed",
    inputTokens: 1_100,
    outputTokens: 30,
    iterations: 1,
    costUsd: "0.001400",
  });
  expect(steps.find(({ kind }) => kind === "model")?.payload.output).toMatchObject({
    costUsd: "0.001400",
    priceKnown: true,
    cachedInputTokens: 400,
    reasoningTokens: 5,
    retries: [
      { code: "model_provider_unavailable", message: "Overloaded." },
      { code: "model_provider_unavailable", message: "Overloaded." },
    ],
  });
});

it("counts what was used although no answer came at all", async () => {
  const failing = {
    fail: new ModelError("bad_answer", "Broken.", { usage: { inputTokens: 500, outputTokens: 50 } }),
  };
  const { execution } = await fixture.play({ answers: [failing], modelProviderId, modelName: newName() });
  expect(execution).toMatchObject({
    status: "failed",
    reasonCode: "model_bad_answer",
    inputTokens: 500,
    outputTokens: 50,
    costUsd: "0.001000",
  });
});

it("says where it does not know the price", async () => {
  const { steps } = await fixture.play({ answers: [{ text: "Done." }] });
  expect(steps.find(({ kind }) => kind === "model")?.payload.output).toMatchObject({
    costUsd: "0.000000",
    priceKnown: false,
  });
});

it("ends with the time at which it may be tried when the provider asks for a long wait", async () => {
  const busy = { fail: new ModelError("rate_limited", "Slow down.", { retryAfterSeconds: 3_600 }) };
  const { execution, model } = await fixture.play({ answers: [busy] });
  expect(model.calls).toHaveLength(1);
  expect(execution).toMatchObject({
    status: "failed",
    reasonCode: "model_rate_limited",
    reasonMessage: expect.stringMatching(/asks to wait 3600 s\. It may be tried again at \d{4}-.*Z\.$/),
  });
});

it("calls no model that a budget has no room for", async () => {
  const agent = { dailyCostUsd: "0.001", maxOutputTokens: 1_000 };
  const { execution, model } = await fixture.play({
    ...{ answers: [{ text: "Never." }], agent, modelProviderId, modelName: newName() },
  });
  expect(model.calls).toHaveLength(0);
  expect(execution).toMatchObject({ status: "failed", outcome: "limit_reached", reasonCode: "budget" });
});

it("keeps calls side by side within a budget where the agent sets no bound for answers", async () => {
  const agent = { id: newId(), dailyCostUsd: "0.20", maxOutputTokens: null };
  const bounds: number[] = [];
  // The first ones answer together, so that what they cost is not known when the others reserve.
  const together = Promise.withResolvers<void>();
  const answers = async (_index: number, { maxOutputTokens = 16_000 }: ModelRequest) => {
    bounds.push(maxOutputTokens);
    if (bounds.length === 2) together.resolve();
    await together.promise;
    return { text: "Long.", usage: { inputTokens: 20, outputTokens: Math.min(16_000, maxOutputTokens) } };
  };
  const begun = await Promise.all(
    Array.from({ length: 15 }, () =>
      fixture.begin({ answers, agent, modelProviderId, modelName: newName() }),
    ),
  );
  const ended = await Promise.all(begun.map(({ id }) => fixture.ended(id)));
  const executions = ended.map(({ execution }) => execution);
  const spent = executions.reduce((sum, { costUsd }) => sum + Number(costUsd), 0);
  expect(spent).toBeLessThanOrEqual(0.2);
  expect(bounds.slice(0, 4)).toEqual([4_096, 4_096, 4_096, 4_096]);
  // The last call gets what the budget still holds.
  expect(bounds.slice(4)).toEqual([expect.toSatisfy((bound: number) => bound > 1_000 && bound < 4_096)]);
  const refused = executions.filter(({ status }) => status === "failed");
  expect(refused.map(({ reasonCode }) => reasonCode)).toEqual(Array.from({ length: 10 }, () => "budget"));
});

it("bounds no answer without a budget or without a price", async () => {
  const free = await fixture.play({ answers: [{ text: "Done." }], modelProviderId, modelName: newName() });
  const unpriced = await fixture.play({ answers: [{ text: "Done." }], agent: { dailyCostUsd: "0.20" } });
  for (const { model } of [free, unpriced]) expect(model.calls[0]).not.toHaveProperty("maxOutputTokens");
});

it("takes what was spent from the budget, also by calls that failed", async () => {
  const agent = { id: newId(), dailyCostUsd: "1.00", maxOutputTokens: 10 };
  const usage = { inputTokens: 450_000, outputTokens: 5_000 };
  const play = (...answers: Parameters<LoopFixture["play"]>[0]["answers"] & object[]) =>
    fixture.play({ answers, agent, modelProviderId, modelName: newName() });
  expect((await play({ text: "Half.", usage })).execution).toMatchObject({ costUsd: "0.500000" });
  expect((await play({ fail: new ModelError("refused", "No.", { usage }) })).execution).toMatchObject({
    reasonCode: "model_refused",
    costUsd: "0.500000",
  });
  const third = await play({ text: "Never." });
  expect(third.model.calls).toHaveLength(0);
  expect(third.execution).toMatchObject({
    reasonCode: "budget",
    reasonMessage: expect.stringContaining("is used up"),
  });
});
