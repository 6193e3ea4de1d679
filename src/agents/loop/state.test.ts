import { describe, expect, it } from "vitest";
import type { AgentStart } from "./agent-run.ts";
import {
  beginState,
  foldAnswer,
  foldResults,
  isCheckpointDue,
  isTooLong,
  type LoopState,
  listMessages,
  resetStretch,
  restoreState,
  shorten,
} from "./state.ts";

const start: AgentStart<null> = {
  agent: { id: "a", name: "Mia", instructions: "Be brief.", modelProviderId: "p", model: "m" },
  prompt: [
    { role: "system", content: "You are Mia." },
    { role: "user", content: "Go." },
  ],
  limits: { maxIterations: 1_000, maxToolCalls: 1_000, maxCostUsd: null },
  contactId: null,
  data: null,
};

/** One answer with one call that was carried out. */
function iterate(state: LoopState<null>, id: string, padding = ""): LoopState<null> {
  const answered = foldAnswer(state, {
    text: padding,
    toolCalls: [{ id, name: "remember", input: { text: "x" } }],
    nearLimits: [],
  });
  return foldResults(answered, [
    { result: { toolCallId: id, name: "remember", output: "ok" }, outcome: { output: "ok", did: "changed" } },
  ]);
}

describe("the fold", () => {
  it("keeps what was said and done in order, and counts", () => {
    const state = iterate(beginState(start), "c1");
    expect(listMessages(state, [])).toEqual([
      ...start.prompt,
      { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "remember", input: { text: "x" } }] },
      { role: "tool", results: [{ toolCallId: "c1", name: "remember", output: "ok" }] },
    ]);
    expect(state.tally.changes).toBe(1);
    expect(state.size).toBe(JSON.stringify(state.turns[0]).length + JSON.stringify(state.turns[1]).length);
  });

  it("counts faulty answers in a row and forgets them after a good one", () => {
    const fault = { result: { toolCallId: "c", name: "nothing", output: "no" } };
    let state = foldResults(foldResults(beginState(start), [fault]), [fault]);
    expect(state.faultyAnswers).toBe(2);
    state = iterate(state, "c1");
    expect(state.faultyAnswers).toBe(0);
    expect(foldResults(state, [{ ...fault, outcome: { output: "ok" } }, fault]).faultyAnswers).toBe(1);
  });

  it("survives JSON, as a checkpoint stores it", () => {
    const state = iterate(iterate(beginState(start), "c1"), "c2");
    const restored = restoreState<null>(JSON.parse(JSON.stringify(state)));
    expect(restored).toEqual(state);
    expect(iterate(restored ?? beginState(start), "c3")).toEqual(iterate(state, "c3"));
  });

  it("refuses a checkpoint of another version", () => {
    expect(restoreState(undefined)).toBeUndefined();
    expect(() => restoreState({ version: 2 })).toThrow("another version");
    expect(() => restoreState(null)).toThrow("another version");
  });
});

describe("listMessages", () => {
  it("tells to conclude in the system message only", () => {
    const messages = listMessages(beginState(start), ["max_time"]);
    expect(messages[0]?.role === "system" && messages[0].content).toContain("<note>\nMore than 80 %");
    expect(messages.slice(1)).toEqual(start.prompt.slice(1));
  });
});

describe("shorten", () => {
  it("drops the oldest turns until half is left, never a result without its call", () => {
    let state = beginState(start);
    for (let n = 1; !isTooLong(state); n += 1) state = iterate(state, `c${n}`, "p".repeat(1_000));
    const short = shorten(state);
    expect(short.size).toBeLessThanOrEqual(80_000);
    expect(short.size).toBeGreaterThan(75_000);
    expect(short.turns[0]?.role).toBe("assistant");
    expect(short.turns).toEqual(state.turns.slice(short.dropped));
    expect(isTooLong(short)).toBe(false);
    const [system] = listMessages(short, []);
    expect(system?.role === "system" && system.content).toContain(`The oldest ${short.dropped} entries`);
  });

  it("keeps the last answer however long it is", () => {
    const state = iterate(iterate(beginState(start), "c1"), "c2", "p".repeat(200_000));
    expect(isTooLong(state)).toBe(true);
    const short = shorten(state);
    expect(short.turns).toEqual(state.turns.slice(2));
    expect(isTooLong(short)).toBe(false);
  });
});

describe("isCheckpointDue", () => {
  it("waits until the journal since the last one is half as long as the state, or 500 iterations", () => {
    let state = beginState(start);
    const due: number[] = [];
    for (let n = 1; n <= 1_200; n += 1) {
      state = iterate(state, `c${n}`);
      if (!isCheckpointDue(state)) continue;
      due.push(n);
      state = resetStretch(state);
    }
    expect(due.slice(0, 3)).toEqual([50, 102, 205]);
    const gaps = due.map((n, index) => n - (due[index - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(500);
  });
});
