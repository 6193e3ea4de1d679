import { expect, test } from "vitest";
import { changeKinds, decodeChange, encodeChange, isChangeKind, widenSignal } from "./change.ts";
import { newId } from "./ids.ts";

const workspaceId = newId();

test.each(changeKinds)("a change of a %s is read as it was written, also of any", (kind) => {
  for (const id of [newId(), null]) {
    const change = { workspaceId, kind, id };
    expect(decodeChange(encodeChange(change))).toEqual(change);
  }
});

test.each([
  ["nothing", ""],
  ["another module's signal", `${workspaceId} scroll:${newId()}:${newId()}`],
  ["a kind that is none", `${workspaceId} secret:${newId()}`],
  ["an id that is none", `${workspaceId} task:1`],
  ["no kind", `${workspaceId} ${newId()}`],
  ["no workspace", `task:${newId()}`],
])("%s is no change", (_what, signal) => {
  expect(decodeChange(signal)).toBeUndefined();
});

test("only kinds whose changes are told of are kinds", () => {
  expect(["task", "apiKey", "memory", "toString", ""].filter(isChangeKind)).toEqual(["task", "apiKey"]);
});

test("a wider signal stands for all of its kind in the workspace, and for itself where it names no kind", () => {
  const signal = encodeChange({ workspaceId, kind: "task", id: newId() });
  expect(widenSignal(signal)).toBe(encodeChange({ workspaceId, kind: "task", id: null }));
  expect(widenSignal(widenSignal(signal))).toBe(widenSignal(signal));
  expect(widenSignal("bulk")).toBe("bulk");
  expect(widenSignal("")).toBe("");
});
