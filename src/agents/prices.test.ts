import { expect, it } from "vitest";
import { addCosts, countAffordableOutput, type ModelPrices, priceCall } from "./prices.ts";

const tokens = { inputTokens: 1_000, outputTokens: 100 };
const listed = { kind: "openai_compatible", prices: {} };

function withPrices(prices: ModelPrices) {
  return { kind: "openai", prices };
}

it("prices known models, with a vendor in front or a date behind", () => {
  const cost = { costUsd: "0.003500", priceKnown: true };
  expect(priceCall(listed, "gpt-4o", tokens)).toEqual(cost);
  expect(priceCall(listed, "gpt-4o-2024-08-06", tokens)).toEqual(cost);
  expect(priceCall(listed, "openai/GPT-4o", tokens)).toEqual(cost);
});

it("rounds a started millionth up, and nothing else", () => {
  const price = (inputTokens: number) =>
    priceCall(listed, "gpt-4.1-nano", { inputTokens, outputTokens: 0 }).costUsd;
  expect([price(1), price(10), price(11), price(0)]).toEqual([
    "0.000001",
    "0.000001",
    "0.000002",
    "0.000000",
  ]);
  expect(price(3_000_000)).toBe("0.300000");
});

it("counts cached input at its own price, and never more of it than there is input", () => {
  const price = (cachedInputTokens: number) =>
    priceCall(listed, "gpt-4o", { inputTokens: 1_000, outputTokens: 0, cachedInputTokens }).costUsd;
  expect([price(0), price(400), price(1_000), price(5_000)]).toEqual([
    "0.002500",
    "0.002000",
    "0.001250",
    "0.001250",
  ]);
});

it("takes the provider's own price before the table's", () => {
  const own = { inputUsdPerMillionTokens: "1.5", outputUsdPerMillionTokens: "0.000001" };
  const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000, cachedInputTokens: 500_000 };
  expect(priceCall(withPrices({ "gpt-4o": own }), "gpt-4o", usage).costUsd).toBe("1.500001");
  const cheaper = { ...own, cachedInputUsdPerMillionTokens: "0.1" };
  expect(priceCall(withPrices({ "gpt-4o": cheaper }), "gpt-4o-2024-08-06", usage).costUsd).toBe("0.800001");
  expect(priceCall(withPrices({ "openai/Own-Model": own }), "openai/Own-Model", tokens)).toEqual({
    costUsd: "0.001501",
    priceKnown: true,
  });
  expect(priceCall(withPrices({ other: own }), "gpt-4o", tokens).costUsd).toBe("0.003500");
});

it("says when it does not know the price", () => {
  for (const model of ["llama3.1", "gpt-4o-realtime", "constructor"])
    expect(priceCall(listed, model, tokens)).toEqual({ costUsd: "0.000000", priceKnown: false });
});

it("knows that the sandbox is free", () => {
  const sandbox = { kind: "sandbox", prices: {} };
  expect(priceCall(sandbox, "anything", tokens)).toEqual({ costUsd: "0.000000", priceKnown: true });
});

it("counts the output that a call has for its money, and none beyond it", () => {
  const count = (costUsd: string, inputTokens = 1_000) =>
    countAffordableOutput(listed, "gpt-4o", { inputTokens, costUsd });
  expect([count("0.0125"), count("0.012509"), count("0.01251"), count("0.002"), count("0")]).toEqual([
    1_000, 1_000, 1_001, 0, 0,
  ]);
  expect(countAffordableOutput(listed, "llama3.1", { inputTokens: 1, costUsd: "1" })).toBeUndefined();
});

it("adds amounts without losing a millionth", () => {
  expect(addCosts()).toBe("0.000000");
  expect(addCosts("0.1", "0.200000", "9007199254.740993")).toBe("9007199255.040993");
});
