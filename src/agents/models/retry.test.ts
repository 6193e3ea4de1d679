import { expect, it } from "vitest";
import { createScriptedModel } from "../../../test/scripted-model.ts";
import type { Clock } from "../../base/clock.ts";
import { ModelError, type ModelErrorCode } from "./errors.ts";
import type { ModelRequest } from "./messages.ts";
import { callWithRetry } from "./retry.ts";

const request = (signal: AbortSignal = new AbortController().signal): ModelRequest => ({
  messages: [{ role: "user", content: "Hello" }],
  tools: [],
  signal,
});

/** Time passes at once; the waits are noted. */
function createJumpingClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => new Date(0),
    monotonicMs: () => 0,
    after(ms, callback) {
      waits.push(ms);
      queueMicrotask(callback);
      return () => undefined;
    },
  };
}

const failure = (code: ModelErrorCode, retryAfterSeconds?: number) => ({
  fail: new ModelError(code, `${code}.`, { retryAfterSeconds }),
});

it("repeats what may pass by itself, with growing waits, and tells of each attempt", async () => {
  const model = createScriptedModel([failure("network"), failure("provider_unavailable"), { text: "Here." }]);
  const clock = createJumpingClock();
  const attempts: unknown[] = [];
  const answer = await callWithRetry(model, request(), {
    retries: 2,
    clock,
    random: () => 0,
    onAttempt: ({ number, failed, delayMs }) => {
      attempts.push([number, failed?.code, delayMs, model.calls.length]);
    },
  });
  expect(answer.text).toBe("Here.");
  expect(clock.waits).toEqual([250, 500]);
  expect(attempts).toEqual([
    [1, undefined, 0, 0],
    [2, "network", 250, 1],
    [3, "provider_unavailable", 500, 2],
  ]);
});

it("throws the last error when the retries are used up", async () => {
  const model = createScriptedModel([failure("network"), failure("timeout"), { text: "Too late." }]);
  const clock = createJumpingClock();
  await expect(callWithRetry(model, request(), { retries: 1, clock })).rejects.toMatchObject({
    code: "timeout",
  });
  expect(model.calls).toHaveLength(2);
});

it("honours Retry-After up to a minute", async () => {
  const model = createScriptedModel([
    failure("rate_limited", 7),
    failure("rate_limited", 60),
    { text: "Here." },
  ]);
  const clock = createJumpingClock();
  await callWithRetry(model, request(), { retries: 5, clock, random: () => 0 });
  expect(clock.waits).toEqual([7000, 60_000]);
});

it("ends the call when the provider asks for more than a minute, and says from when on it may be tried", async () => {
  const model = createScriptedModel([failure("rate_limited", 899.2), { text: "Never asked for." }]);
  const clock = createJumpingClock();
  const call = callWithRetry(model, request(), { retries: 5, clock });
  await expect(call).rejects.toMatchObject({
    code: "rate_limited",
    retryable: false,
    message:
      "rate_limited. The provider asks to wait 900 s. It may be tried again at 1970-01-01T00:15:00.000Z.",
  });
  expect(clock.waits).toEqual([]);
});

it("names no time where the provider asks for one beyond all dates", async () => {
  const model = createScriptedModel([failure("rate_limited", 1e20)]);
  const call = callWithRetry(model, request(), { retries: 5, clock: createJumpingClock() });
  await expect(call).rejects.toThrow(/asks to wait 100000000000000000000 s\.$/);
});

it("asks a server that says nothing only once more", async () => {
  const model = createScriptedModel(() => failure("timeout"));
  const call = callWithRetry(model, request(), { retries: 5, clock: createJumpingClock() });
  await expect(call).rejects.toMatchObject({ code: "timeout" });
  expect(model.calls).toHaveLength(2);
});

it.each(["refused", "unauthorized", "bad_answer", "aborted"] as const)("does not repeat %s", async (code) => {
  const model = createScriptedModel([failure(code), { text: "Never asked for." }]);
  const call = callWithRetry(model, request(), { retries: 5, clock: createJumpingClock() });
  await expect(call).rejects.toMatchObject({ code });
  expect(model.calls).toHaveLength(1);
});

it("passes other errors on unchanged", async () => {
  const model = createScriptedModel([{ fail: new TypeError("a fault of ours") }]);
  await expect(callWithRetry(model, request(), { retries: 5, clock: createJumpingClock() })).rejects.toThrow(
    TypeError,
  );
});

it("ends at once when it is aborted while waiting", async () => {
  const model = createScriptedModel([failure("network"), { text: "Never asked for." }]);
  const abort = new AbortController();
  let canceled = false;
  const clock: Clock = {
    ...createJumpingClock(),
    after() {
      queueMicrotask(() => abort.abort());
      return () => {
        canceled = true;
      };
    },
  };
  const call = callWithRetry(model, request(abort.signal), { retries: 5, clock });
  await expect(call).rejects.toMatchObject({ code: "aborted", retryable: false });
  expect(model.calls).toHaveLength(1);
  expect(canceled).toBe(true);
});
