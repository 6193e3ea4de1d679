import { describe, expect, it } from "vitest";
import type { Step } from "../../../api/generated/model";
import type { Entry, StepEntry } from "./entry.ts";
import { axisOf, findEntry, placeOn, soFar, toTimeline, waitedMs } from "./timeline-rules.ts";
import { findUnderWay } from "./under-way.ts";

const start = Date.parse("2027-03-01T09:00:00.000Z");
const at = (ms: number) => new Date(start + ms).toISOString();

/** A step of 100 ms, one a second. */
function makeStep(step: Pick<Step, "seq" | "kind" | "name"> & Partial<Step>): Step {
  return {
    attempt: 1,
    input: null,
    output: null,
    error: null,
    late: null,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    startedAt: at(step.seq * 1_000),
    endedAt: at(step.seq * 1_000 + 100),
    ...step,
  };
}

function onlyStep(entries: readonly Entry[]): StepEntry {
  const [entry] = entries;
  if (entries.length !== 1 || entry?.type !== "step") throw new Error("exactly one step was expected");
  return entry;
}

const answer = (toolCalls: readonly string[], text = "") => ({
  input: { messages: 2, tools: ["finish"], nearLimits: [] },
  output: { text, toolCalls: toolCalls.map((name) => ({ name })), finishReason: "stop" },
});
const intent = makeStep({ seq: 3, kind: "tool_intent", name: "get_order", input: { id: 7 } });
const result = makeStep({
  seq: 4,
  kind: "tool_result",
  name: "get_order",
  output: { status: 200, body: {} },
});

describe("a tool's call", () => {
  it("is one entry with its result, from the call's beginning to the result's end", () => {
    const entry = onlyStep(toTimeline([intent, { ...result, costUsd: "0.1" }]));
    expect(entry).toMatchObject({
      seq: 3,
      title: "Called tool get_order",
      detail: '{"id":7}',
      tone: "plain",
    });
    expect(entry).toMatchObject({ startedAt: start + 3_000, endedAt: start + 4_100, costUsd: "0.1" });
    expect(findEntry([entry], 4)).toBe(entry);
    expect(findEntry([entry], 5)).toBeUndefined();
  });

  it("has no end without its result", () => {
    expect(onlyStep(toTimeline([intent]))).toMatchObject({ endedAt: undefined, result: undefined });
  });

  it("is not paired with another's result", () => {
    const other = { ...result, name: "cancel_order" };
    expect(toTimeline([intent, other])).toHaveLength(2);
    expect(toTimeline([intent, { ...result, seq: 5 }])).toHaveLength(2);
    expect(toTimeline([result]).map((entry) => entry.type === "step" && entry.title)).toEqual([
      "Result of get_order",
    ]);
  });

  it("that may or may not have happened says so", () => {
    const error = { code: "unknown", message: "Whether it happened is not known." };
    const entries = toTimeline([intent, { ...result, attempt: 2, output: null, error }]);
    expect(onlyStep(entries)).toMatchObject({ isUnknown: true, reason: error, tone: "amber" });
  });

  it("whose result came after the end says so", () => {
    const entry = onlyStep(toTimeline([{ ...intent, late: { output: { status: 404 } } }]));
    expect(entry).toMatchObject({
      isLate: true,
      title: "Called tool get_order: answered 404",
      tone: "amber",
    });
  });

  it("that failed is red with its reason, wherever that stands", () => {
    const reason = { code: "timeout", message: "No answer within 10 s." };
    const failures = [
      { ...result, output: { status: "failed", reason } },
      { ...result, output: null, error: reason },
    ];
    for (const failed of failures)
      expect(onlyStep(toTimeline([intent, failed]))).toMatchObject({ reason, tone: "red" });
  });
});

describe("attempts", () => {
  const first = makeStep({ seq: 1, kind: "note", name: "start" });

  it("after a crash are told apart, with the time without anybody at work", () => {
    const again = makeStep({ seq: 2, kind: "model", name: "m", attempt: 3, startedAt: at(11_100) });
    const entries = toTimeline([first, again]);
    expect(entries.map(({ type }) => type)).toEqual(["step", "attempt", "step"]);
    expect(entries[1]).toEqual({ type: "attempt", seq: 2, attempt: 3, after: "loss", idleMs: 10_000 });
  });

  it("after a wait are as planned", () => {
    const wait = makeStep({ seq: 2, kind: "wait", name: "wait", output: { seconds: 30 } });
    const entries = toTimeline([first, wait, makeStep({ seq: 3, kind: "model", name: "m", attempt: 2 })]);
    expect(entries[2]).toMatchObject({ type: "attempt", after: "wait" });
  });
});

describe("a wait", () => {
  const wait = makeStep({ seq: 2, kind: "wait", name: "wait", output: { seconds: 30 } });

  it("lasts until the next step, and without one as long as it is to", () => {
    expect(toTimeline([wait])[0]).toMatchObject({ title: "Waited 30 s", endedAt: start + 32_100 });
    const next = makeStep({ seq: 3, kind: "note", name: "time", startedAt: at(35_000) });
    const entries = toTimeline([wait, next]);
    expect(entries[0]).toMatchObject({ endedAt: start + 35_000 });
    const axis = { from: start, to: start + 40_000 };
    expect(waitedMs(entries, axis)).toBe(33_000);
    expect(waitedMs(entries, { from: start, to: start + 12_000 })).toBe(10_000);
  });
});

describe("a wait without a next step", () => {
  const entry = onlyStep(
    toTimeline([makeStep({ seq: 2, kind: "wait", name: "wait", output: { seconds: 300 } })]),
  );
  const axis = axisOf({ startedAt: at(0), completedAt: null, now: start + 12_000 }, [entry]);

  it("goes on until its time has come", () => {
    expect(axis.to).toBe(start + 12_000);
    expect(soFar(entry, axis, true)).toEqual({ title: "Waits 5 min", end: axis.to });
    const later = { ...axis, to: start + 400_000 };
    expect(soFar(entry, later, true)).toEqual({ title: "Waited 5 min", end: start + 302_100 });
  });

  it("was cut short where the execution has ended", () => {
    expect(soFar(entry, axis, false)).toEqual({ title: "Was to wait 5 min", end: axis.to });
  });

  it("is all that is under way", () => {
    const facts = { reason: null, queuedAt: at(0), startedAt: at(0) };
    const waiting = { ...facts, status: "waiting", waitingFor: "time" } as const;
    expect(findUnderWay(waiting, [entry], "gpt")).toBeUndefined();
  });
});

describe("the axis", () => {
  const entries = toTimeline([makeStep({ seq: 1, kind: "note", name: "start" })]);

  it("goes from the start to the end, or to now, and never ends before the last step", () => {
    const facts = { startedAt: at(0), completedAt: at(4_000), now: start + 9_000 };
    expect(axisOf(facts, entries)).toEqual({ from: start, to: start + 4_000 });
    expect(axisOf({ ...facts, completedAt: null }, entries)).toEqual({ from: start, to: start + 9_000 });
    expect(axisOf({ ...facts, completedAt: null, now: start }, entries).to).toBe(start + 1_100);
    expect(axisOf({ startedAt: null, completedAt: null, now: start }, [])).toEqual({
      from: start,
      to: start + 1,
    });
  });

  it("gives each bar its place, and the shortest a width that can be seen", () => {
    const axis = { from: start, to: start + 1_000 };
    expect(placeOn(axis, start + 250, start + 750)).toEqual({ left: 25, width: 50 });
    expect(placeOn(axis, start + 500, start + 500).width).toBeGreaterThan(0.5);
    const last = placeOn(axis, start + 5_000, start + 6_000);
    expect(last.left + last.width).toBeCloseTo(100);
  });
});

describe("what is under way", () => {
  const facts = { waitingFor: null, reason: null, queuedAt: at(0), startedAt: at(500) } as const;
  const running = { ...facts, status: "running" } as const;

  it("is the model's call while nothing else is to be done", () => {
    const entries = toTimeline([makeStep({ seq: 1, kind: "note", name: "start" })]);
    expect(findUnderWay(running, entries, "gpt")).toEqual({
      title: "Calls gpt",
      since: start + 1_100,
      isBusy: true,
    });
    expect(findUnderWay(running, [], "gpt")).toMatchObject({ title: "Reads what it works on" });
  });

  it("is the first call of the answer that has no step yet", () => {
    const model = makeStep({ seq: 2, kind: "model", name: "gpt", ...answer(["remember", "get_order"]) });
    const remembered = makeStep({ seq: 3, kind: "tool_result", name: "remember" });
    const note = makeStep({ seq: 3, kind: "note", name: "text", output: { text: "Let me see." } });
    const title = (...steps: readonly Step[]) => findUnderWay(running, toTimeline(steps), "gpt")?.title;
    expect(title(model)).toBe("Carries out remember");
    expect(title(model, note)).toBe("Carries out remember");
    expect(title(model, remembered)).toBe("Carries out get_order");
    const called = { ...intent, seq: 4 };
    expect(title(model, remembered, called)).toBe("Calls tool get_order");
    expect(title(model, remembered, called, { ...result, seq: 5 })).toBe("Calls gpt");
  });

  it("is a wait, or nothing once it has ended", () => {
    expect(findUnderWay({ ...facts, status: "queued" }, [], undefined)).toMatchObject({ isBusy: false });
    const time = { ...facts, status: "waiting", waitingFor: "time" } as const;
    expect(findUnderWay(time, [], undefined)?.title).toBe("Waits for its time");
    const reason = { code: "after_previous", message: "It waits for an earlier one." };
    expect(findUnderWay({ ...facts, status: "waiting", reason }, [], undefined)?.title).toBe(reason.message);
    for (const status of ["completed", "failed", "canceled", "skipped"] as const)
      expect(findUnderWay({ ...facts, status }, [], undefined)).toBeUndefined();
  });
});

it("a long journal is read fast", () => {
  const kinds = ["model", "tool_intent", "tool_result", "message", "note"] as const;
  const steps = Array.from({ length: 10_000 }, (_, index) => {
    const kind = kinds[index % kinds.length] ?? "note";
    const name = kind.startsWith("tool") ? "get_order" : kind;
    return makeStep({ seq: index + 1, kind, name, attempt: 1 + Math.floor(index / 500), ...answer(["a"]) });
  });
  const before = performance.now();
  const entries = toTimeline(steps);
  expect(performance.now() - before).toBeLessThan(500);
  // Two of five steps are one entry, and each of the 19 changes of attempts is one more.
  expect(entries).toHaveLength(8_000 + 19);
});
