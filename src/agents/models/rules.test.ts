import { describe, expect, it } from "vitest";
import { codeOfStatus, computeBackoffMs, decideRetry, estimateTokens, parseRetryAfter } from "./rules.ts";

describe("computeBackoffMs", () => {
  it.each([
    [1, 0, 250],
    [1, 0.5, 375],
    [2, 0, 500],
    [3, 0, 1000],
    [6, 0, 8000],
    [7, 0, 15_000],
    [50, 0, 15_000],
    [2000, 0.5, 22_500],
  ])("after %i failures with random %d waits %i ms", (failures, random, expected) => {
    expect(computeBackoffMs(failures, undefined, random)).toBe(expected);
  });

  it("waits at least as long as the provider asks", () => {
    expect(computeBackoffMs(1, 7, 0)).toBe(7000);
    expect(computeBackoffMs(1, 7, 0.999)).toBe(7500);
    expect(computeBackoffMs(5, 0, 0)).toBe(0);
    expect(computeBackoffMs(1, -4, 0)).toBe(0);
  });
});

describe("decideRetry", () => {
  const so = { failures: 1, timeouts: 0, retries: 2 };
  it.each([
    [{ retryable: true }, so, "repeat"],
    [{ retryable: false }, so, "give_up"],
    [{ retryable: true }, { ...so, failures: 2 }, "repeat"],
    [{ retryable: true }, { ...so, failures: 3 }, "give_up"],
    [{ retryable: true }, { ...so, timeouts: 1 }, "repeat"],
    [{ retryable: true }, { ...so, timeouts: 2 }, "give_up"],
    [{ retryable: true, retryAfterSeconds: 60 }, so, "repeat"],
    [{ retryable: true, retryAfterSeconds: 61 }, so, "too_late"],
    [{ retryable: false, retryAfterSeconds: 61 }, so, "give_up"],
  ])("%j after %j: %s", (error, circumstances, expected) => {
    expect(decideRetry(error, circumstances)).toBe(expected);
  });
});

describe("parseRetryAfter", () => {
  const now = new Date("2026-05-01T12:00:00Z");
  it.each([
    ["3", 3],
    [" 120 ", 120],
    ["0.5", 0.5],
    ["0", 0],
    ["Fri, 01 May 2026 12:00:30 GMT", 30],
    ["Friday, 01-May-26 12:00:30 GMT", 30],
    ["Fri May  1 12:00:30 2026 GMT", 30],
    ["Fri, 01 May 2026 11:59:00 GMT", 0],
    ["", undefined],
    ["soon", undefined],
    ["-5", undefined],
    ["3 apples", undefined],
    ["Fri, nonsense", undefined],
    [null, undefined],
    [undefined, undefined],
  ])("reads %j as %j", (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

it.each([
  [301, "refused"],
  [400, "refused"],
  [401, "unauthorized"],
  [402, "refused"],
  [403, "unauthorized"],
  [404, "refused"],
  [408, "timeout"],
  [413, "refused"],
  [422, "refused"],
  [429, "rate_limited"],
  [500, "provider_unavailable"],
  [503, "provider_unavailable"],
  [529, "provider_unavailable"],
])("status %i means %s", (status, code) => {
  expect(codeOfStatus(status)).toBe(code);
});

it("estimates one token per four characters", () => {
  expect(estimateTokens(0)).toBe(0);
  expect(estimateTokens(1)).toBe(1);
  expect(estimateTokens(8)).toBe(2);
});
