import { describe, expect, it } from "vitest";
import type { AgentTrial, CreateAgentBody } from "../../../api/generated/model";
import { ApiError, ConnectionError } from "../../../api/problem.ts";
import { durationOf, playedOf, readFailure, sumUp, type Turn, toMessages, toTrialBody } from "./turns.ts";

const trialOf = (fields: Partial<AgentTrial>): AgentTrial => ({
  ...{ reply: null, messages: [], steps: [], outcome: "message_sent", stopped: null },
  ...{ costUsd: "0.0002", inputTokens: 10, outputTokens: 5 },
  ...fields,
});

const answered: Turn = {
  id: "1",
  asked: { kind: "message", text: "Do you deliver?" },
  state: { status: "answered", trial: trialOf({ reply: "Yes." }) },
};
const task: Turn = {
  id: "2",
  asked: { kind: "task", text: "Remind of the appointment." },
  state: { status: "answered", trial: trialOf({ messages: [{ text: "One" }, { text: "Two" }] }) },
};
const now: Turn = { id: "3", asked: { kind: "message", text: "Thanks" }, state: { status: "running" } };
const draft: CreateAgentBody = {
  name: " ",
  instructions: "Be brief.",
  modelProviderId: "prov_1",
  model: "m",
};

describe("the call", () => {
  it("tells all that was said, of tasks what they sent", () => {
    expect(toMessages([answered, task, now])).toEqual([
      { role: "contact", text: "Do you deliver?" },
      { role: "agent", text: "Yes." },
      { role: "agent", text: "One" },
      { role: "agent", text: "Two" },
      { role: "contact", text: "Thanks" },
    ]);
  });

  it("leaves out an empty name and what is older than fifty messages", () => {
    const many = Array.from({ length: 60 }, (_, at): Turn => ({ ...answered, id: `${at}` }));
    const body = toTrialBody(draft, null, [...many, now]);
    expect(body.agent).toEqual({ instructions: "Be brief.", modelProviderId: "prov_1", model: "m" });
    expect(body.messages).toHaveLength(50);
    expect(body.messages.at(-1)).toEqual({ role: "contact", text: "Thanks" });
    expect(body).toMatchObject({ contactId: null, task: null });
  });

  it("of a task run carries the instruction", () => {
    const body = toTrialBody({ ...draft, name: "Mia" }, "contact_1", [
      { ...task, state: { status: "running" } },
    ]);
    expect(body).toMatchObject({
      agent: { name: "Mia" },
      contactId: "contact_1",
      messages: [],
      task: { name: "Test run", description: "Remind of the appointment." },
    });
  });
});

describe("a refusal", () => {
  const fault = (path: string) => ({ path, code: "invalid", message: "must be there" });

  it("goes to the fields of the form, and what is about the test stays", () => {
    const error = new ApiError(422, { errors: [fault("agent.model"), fault("contactId")] }, null);
    const failure = readFailure(error);
    expect(failure.draft?.faults).toEqual([fault("model")]);
    expect(failure.reasons).toEqual(["contactId: must be there"]);
  });

  it("of another kind is a sentence", () => {
    expect(readFailure(new ApiError(409, { detail: "No budget." }, null))).toEqual({
      ...{ status: "failed", draft: null, reasons: ["No budget."] },
    });
    expect(readFailure(new ApiError(422, { errors: [fault("")] }, null)).reasons).toEqual(["must be there"]);
    expect(readFailure(new ConnectionError(null)).reasons[0]).toContain("cannot be reached");
  });
});

it("adds up what was answered", () => {
  expect(sumUp([answered, task, now])).toEqual({ costUsd: 0.0004, inputTokens: 20, outputTokens: 10 });
  const step = { durationMs: 20 } as AgentTrial["steps"][number];
  expect(durationOf({ steps: [step, step] })).toBe(40);
});

it("finds what was only played", () => {
  expect(playedOf({ played: "Waits 5 s.", answer: {} })).toBe("Waits 5 s.");
  for (const output of [null, "played", { answer: 1 }, { played: 1 }])
    expect(playedOf(output)).toBeUndefined();
});
