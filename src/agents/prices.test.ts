import { expect, it } from "vitest";
import { priceCall } from "./prices.ts";

const tokens = { inputTokens: 1_000, outputTokens: 100 };

it("prices known models, with a vendor in front or a date behind", () => {
  const cost = { costUsd: "0.003500", priceKnown: true };
  expect(priceCall("openai_compatible", "gpt-4o", tokens)).toEqual(cost);
  expect(priceCall("openai_compatible", "gpt-4o-2024-08-06", tokens)).toEqual(cost);
  expect(priceCall("openai_compatible", "openai/GPT-4o", tokens)).toEqual(cost);
});

it("rounds a started millionth up, and nothing else", () => {
  const price = (inputTokens: number) =>
    priceCall("openai_compatible", "gpt-4.1-nano", { inputTokens, outputTokens: 0 }).costUsd;
  expect([price(1), price(10), price(11), price(0)]).toEqual([
    "0.000001",
    "0.000001",
    "0.000002",
    "0.000000",
  ]);
  expect(price(3_000_000)).toBe("0.300000");
});

it("says when it does not know the price", () => {
  for (const model of ["llama3.1", "gpt-4o-realtime", "constructor"])
    expect(priceCall("openai_compatible", model, tokens)).toEqual({ costUsd: "0.000000", priceKnown: false });
});

it("knows that the sandbox is free", () => {
  expect(priceCall("sandbox", "anything", tokens)).toEqual({ costUsd: "0.000000", priceKnown: true });
});
