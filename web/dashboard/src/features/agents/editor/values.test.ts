import { describe, expect, it } from "vitest";
import type { Agent } from "../../../api/generated/model";
import { fieldOf, hasAdvancedFault, noValues, toBody, toChanges, toCopy, toValues } from "./values.ts";

const agent: Agent = {
  id: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "Mia",
  instructions: "Be brief.",
  guidance: "",
  modelProviderId: "prov_01k3v8q5x8e7arf4s2m6t9c0wd",
  model: "m",
  temperature: 0,
  maxOutputTokens: null,
  language: "de",
  toolIds: ["tool_1"],
  knowledgeIds: [],
  limits: { maxIterations: 50, maxTimeSeconds: 5_400, maxToolCalls: null, maxCostUsd: "0.5" },
  dailyCostUsd: "5",
  monthlyCostUsd: null,
  enabled: true,
  isDefault: true,
  demo: false,
  meta: { team: "success" },
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

it("an agent comes back from the form as it was", () => {
  const { id, demo, createdAt, updatedAt, ...fields } = agent;
  expect(toBody(toValues(agent))).toEqual(fields);
  expect(toValues(agent).limits.maxTime).toEqual({ amount: 90, unit: "minutes" });
});

it("empty fields are null, and what the API requires is left for it to refuse", () => {
  expect(toBody(noValues)).toMatchObject({
    ...{ name: "", modelProviderId: undefined, temperature: null, language: null, dailyCostUsd: null },
    limits: { maxIterations: null, maxTimeSeconds: null, maxToolCalls: null, maxCostUsd: null },
  });
});

it("a copy has another name and is not the default", () => {
  expect(toCopy(agent)).toMatchObject({ name: "Mia (copy)", isDefault: false, model: "m" });
});

describe("a change", () => {
  const before = toValues(agent);

  it("holds only what differs", () => {
    expect(toChanges(before, before)).toEqual({});
    expect(toChanges(before, { ...before, name: "Max", temperature: "" })).toEqual({
      name: "Max",
      temperature: null,
    });
  });

  it("of one limit holds all of them", () => {
    const limits = { ...before.limits, maxToolCalls: 9 };
    expect(toChanges(before, { ...before, limits })).toEqual({
      limits: { maxIterations: 50, maxTimeSeconds: 5_400, maxToolCalls: 9, maxCostUsd: "0.5" },
    });
  });
});

it("finds the field of a fault, and whether it is folded away", () => {
  expect(fieldOf("limits.maxTimeSeconds")).toBe("limits.maxTime");
  expect(fieldOf("model")).toBe("model");
  expect(hasAdvancedFault({ "limits.maxIterations": "too many" })).toBe(true);
  expect(hasAdvancedFault({ model: "must be there", meta: null })).toBe(false);
});
