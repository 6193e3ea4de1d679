import { describe, expect, it } from "vitest";
import type { Agent } from "../../../api/generated/model";
import { chooseModel, describeDeletion, foresee, sayChanged, sayNotChanged } from "./rules.ts";

const agentOf = (fields: Partial<Agent>) => ({ id: "a", name: "Mia", enabled: true, ...fields }) as Agent;
const mia = agentOf({});
const max = agentOf({ id: "b", name: "Max", isDefault: true });

describe("what is foreseen", () => {
  it("is the change of one agent", () => {
    expect(foresee(mia, "a", { enabled: false })).toMatchObject({ enabled: false });
    expect(foresee(max, "a", { enabled: false })).toBe(max);
  });

  it("takes the default from the agent that had it", () => {
    expect(foresee(mia, "a", { isDefault: true })).toMatchObject({ isDefault: true });
    expect(foresee(max, "a", { isDefault: true })).toMatchObject({ isDefault: false });
  });
});

it("says what was done and what was not", () => {
  expect(sayChanged(mia, { enabled: true })).toBe("“Mia” enabled.");
  expect(sayChanged(mia, { enabled: false })).toBe("“Mia” disabled. It answers nobody.");
  expect(sayChanged(mia, { isDefault: true })).toBe("“Mia” is the default agent.");
  expect(sayNotChanged(mia, { enabled: true })).toBe("“Mia” not enabled");
  expect(sayNotChanged(mia, { enabled: false })).toBe("“Mia” not disabled");
  expect(sayNotChanged(mia, { isDefault: true })).toBe("“Mia” was not made the default");
});

describe("a deletion", () => {
  const tasks = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `T${at}` }));
  const first = (count: number) => describeDeletion({ isDefault: false }, tasks(count))[0];

  it("names the tasks that pause, at most three", () => {
    expect(first(0)).toBe("No task uses it.");
    expect(first(1)).toBe("“T0” pauses and says why.");
    expect(first(2)).toBe("“T0” and “T1” pause and say why.");
    expect(first(5)).toBe("“T0”, “T1”, “T2” and 2 others pause and say why.");
    expect(first(100)).toBe("“T0”, “T1”, “T2” and 97 or more others pause and say why.");
  });

  it("says that there is no default agent afterwards", () => {
    expect(describeDeletion({ isDefault: true }, []).join(" ")).toContain("It is the default agent");
    expect(describeDeletion({ isDefault: false }, []).join(" ")).not.toContain("default");
  });
});

describe("a model to begin with", () => {
  it("is a small one that chats", () => {
    expect(chooseModel(["text-embedding-3-small", "gpt-4.1", "gpt-4.1-mini"])).toBe("gpt-4.1-mini");
    expect(chooseModel(["whisper-1", "llama3.3"])).toBe("llama3.3");
  });

  it("is none where none chats", () => {
    expect(chooseModel(["text-embedding-3-small"])).toBeUndefined();
    expect(chooseModel([])).toBeUndefined();
  });
});
