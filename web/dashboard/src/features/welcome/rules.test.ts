import { describe, expect, it } from "vitest";
import {
  decideStep,
  isDone,
  isOfTour,
  listOwnChannels,
  preferProvider,
  readProgress,
  suggestModel,
  tellSteps,
  versionOf,
} from "./rules.ts";

const ended = {
  id: "exec_1",
  status: "completed",
  outcome: "message_sent",
  completedAt: null,
  summary: null,
} as const;
const sandbox = { kind: "sandbox" } as const;
const openai = { kind: "openai" } as const;
const atTask = { open: "task", isTested: false } as const;

describe("how far one is", () => {
  it("begins with the model where nothing is there, and where only the demo is", () => {
    const nothing = readProgress({ providers: [], agents: [], tasks: [] });
    expect(nothing).toEqual({ hasModel: false, hasProvider: false, hasAgent: false, hasRun: false });
    expect(decideStep(nothing, undefined)).toBe("model");
    const demo = readProgress({
      providers: [sandbox],
      agents: [{ demo: true }],
      tasks: [{ demo: true, lastExecution: ended }],
    });
    expect(demo).toEqual({ hasModel: false, hasProvider: true, hasAgent: false, hasRun: false });
    expect(decideStep(demo, undefined)).toBe("model");
    expect(isDone("model", demo, { open: "model", isTested: false })).toBe(false);
  });

  it("stays at the check of a model that was connected, until it was tested or passed over", () => {
    const connected = readProgress({ providers: [openai, sandbox], agents: [], tasks: [] });
    expect(decideStep(connected, undefined)).toBe("model");
    expect(isDone("model", connected, { open: "model", isTested: false })).toBe(false);
    expect(isDone("model", connected, { open: "model", isTested: true })).toBe(true);
    expect(isDone("model", connected, { open: "agent", isTested: false })).toBe(true);
    expect(versionOf({ id: "prov_1", updatedAt: "1" })).not.toBe(versionOf({ id: "prov_1", updatedAt: "2" }));
  });

  it("goes on with the first step that is not done", () => {
    const made = readProgress({ providers: [sandbox], agents: [{ demo: false }], tasks: [] });
    expect(decideStep(made, undefined)).toBe("task");
    expect([isDone("model", made, atTask), isDone("agent", made, atTask)]).toEqual([true, true]);
    expect(isDone("task", made, atTask)).toBe(false);
  });

  it("counts a task as done once it has run", () => {
    const found = { providers: [sandbox], agents: [{ demo: false }] };
    const waiting = readProgress({ ...found, tasks: [{ demo: false, lastExecution: null }] });
    expect(isDone("task", waiting, atTask)).toBe(false);
    const ran = readProgress({ ...found, tasks: [{ demo: false, lastExecution: ended }] });
    expect(isDone("task", ran, atTask)).toBe(true);
    expect(decideStep(ran, undefined)).toBe("task");
  });

  it("opens what is asked for", () => {
    const ran = readProgress({
      providers: [openai],
      agents: [{ demo: false }],
      tasks: [{ demo: false, lastExecution: ended }],
    });
    expect(decideStep(ran, "model")).toBe("model");
    expect(isDone("model", ran, { open: "model", isTested: false })).toBe(true);
  });
});

it("shows and runs only tasks as it makes them", () => {
  const task = { demo: false, audience: null, schedule: null, contactId: "contact_1" };
  const schedule = { kind: "daily", time: "09:00", timezone: "UTC" } as const;
  const audience = { filter: { tag: "trial" }, maxContactsPerRun: 1_000, pacePerMinute: null };
  expect(isOfTour(task)).toBe(true);
  expect(isOfTour({ ...task, demo: true })).toBe(false);
  expect(isOfTour({ ...task, schedule: schedule })).toBe(false);
  expect(isOfTour({ ...task, audience: audience, contactId: null })).toBe(false);
  expect(isOfTour({ ...task, contactId: null })).toBe(false);
});

it("begins the agent with the provider that was chosen, also the sandbox", () => {
  const providers = [
    { id: "prov_2", kind: "openai" },
    { id: "prov_1", kind: "sandbox" },
  ] as const;
  expect(preferProvider(providers, "prov_1")?.id).toBe("prov_1");
  expect(preferProvider(providers, undefined)?.id).toBe("prov_2");
  expect(preferProvider(providers, "prov_0")?.id).toBe("prov_2");
  expect(preferProvider(providers.slice(1), undefined)?.id).toBe("prov_1");
  expect(preferProvider([], "prov_1")).toBeUndefined();
});

it("writes on no channel of the demo’s", () => {
  const own = { status: "connected", demo: false } as const;
  expect(listOwnChannels([{ ...own, demo: true }, { ...own, status: "disabled" }, own])).toEqual([own]);
});

describe("suggestModel", () => {
  it.each([
    ["openai", ["dall-e-3", "gpt-4.1-mini", "gpt-5-mini", "gpt-4.1", "gpt-5-mini-audio"], "gpt-5-mini"],
    ["openai", ["gpt-4.1", "whisper-1"], "gpt-4.1"],
    ["openai", ["whisper-1"], ""],
    ["anthropic", ["claude-opus-4", "claude-haiku-4-5", "claude-3-5-haiku"], "claude-haiku-4-5"],
    ["google", ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.0-flash"], "gemini-2.5-flash"],
    ["openai_compatible", ["llama3.2"], "llama3.2"],
    ["openai_compatible", [], ""],
    ["sandbox", [], "sandbox"],
  ] as const)("%s %j: %j", (kind, ids, model) => {
    expect(suggestModel(kind, ids)).toBe(model);
  });
});

it("tells what a run did, without results and notes", () => {
  const steps = [
    { seq: 1, kind: "note", name: "start" },
    { seq: 2, kind: "model", name: "sandbox" },
    { seq: 3, kind: "message", name: "send_message" },
    { seq: 4, kind: "tool_intent", name: "order_status" },
    { seq: 5, kind: "tool_result", name: "order_status" },
    { seq: 6, kind: "wait", name: "wait" },
    { seq: 7, kind: "checkpoint", name: "state" },
  ] as const;
  expect(tellSteps(steps)).toEqual([
    { seq: 2, text: "Asked the model (sandbox)" },
    { seq: 3, text: "Wrote to the contact" },
    { seq: 4, text: "Called the tool order_status" },
    { seq: 6, text: "Waited" },
  ]);
});
