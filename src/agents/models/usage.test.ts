import { describe, expect, it } from "vitest";
import type { ModelMessage } from "./messages.ts";
import { readCount, readUsage } from "./usage.ts";

const messages: readonly ModelMessage[] = [{ role: "user", content: "Hello" }];
const estimated = { inputTokens: 9, outputTokens: 4, estimated: true };

describe("readUsage", () => {
  it("takes what was reported", () => {
    const reported = {
      inputTokens: 20,
      outputTokens: 9,
      inputTokenDetails: { cacheReadTokens: 12 },
      outputTokenDetails: { reasoningTokens: 3 },
    };
    expect(readUsage(reported, messages, "Good morning.", [])).toEqual({
      inputTokens: 20,
      outputTokens: 9,
      cachedInputTokens: 12,
      reasoningTokens: 3,
    });
  });

  it.each([
    [undefined, undefined],
    [0, 0],
    [0, 5],
    [7, undefined],
    [-500, -20],
    [12, -3],
    [Number.NaN, 4],
    [Number.POSITIVE_INFINITY, 4],
    [1e30, 4],
  ])("estimates where %j and %j were reported", (inputTokens, outputTokens) => {
    expect(readUsage({ inputTokens, outputTokens }, messages, "Good morning.", [])).toEqual(estimated);
  });

  it("never has more cached or thought than there was, nor less than nothing", () => {
    const details = (cacheReadTokens: number, reasoningTokens: number) => ({
      inputTokens: 10,
      outputTokens: 5,
      inputTokenDetails: { cacheReadTokens },
      outputTokenDetails: { reasoningTokens },
    });
    expect(readUsage(details(99_999, 700), messages, "Hm.", [])).toEqual({
      inputTokens: 10,
      outputTokens: 5,
      cachedInputTokens: 10,
      reasoningTokens: 5,
    });
    expect(readUsage(details(-1_000, -1), messages, "Hm.", [])).toEqual({ inputTokens: 10, outputTokens: 5 });
  });
});

it.each([
  [0, 0],
  [12.2, 13],
  [100_000_000, 100_000_000],
  [100_000_001, undefined],
  [-0.5, undefined],
  ["12", undefined],
  [null, undefined],
])("counts %j as %j", (value, expected) => {
  expect(readCount(value)).toBe(expected);
});
