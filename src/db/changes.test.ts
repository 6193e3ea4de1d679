import { expect, test } from "vitest";
import { encodeChange, type PlacedChange } from "../base/change.ts";
import { newId } from "../base/ids.ts";
import { createChangeList } from "./changes.ts";

const [ours, theirs] = [newId(), newId()];

function signalsOf(changes: readonly PlacedChange[]): readonly string[] {
  const list = createChangeList();
  for (const change of changes) list.add(change);
  return list.signals();
}

function tasks(count: number, workspaceId = ours): readonly PlacedChange[] {
  return Array.from({ length: count }, () => ({ workspaceId, kind: "task", id: newId() }) as const);
}

test("an object that changes several times is told of once", () => {
  const [first, second] = tasks(2);
  if (first === undefined || second === undefined) throw new Error("no tasks");
  expect(signalsOf([first, second, first])).toEqual([first, second].map(encodeChange));
});

test("twenty objects of a kind are named, of more none is, in any of their workspaces", () => {
  const named = tasks(20);
  expect(signalsOf(named)).toEqual(named.map(encodeChange));
  expect(signalsOf([...named, ...tasks(300), ...tasks(1, theirs)])).toEqual([
    encodeChange({ workspaceId: ours, kind: "task", id: null }),
    encodeChange({ workspaceId: theirs, kind: "task", id: null }),
  ]);
});

test("many of one kind do not keep another from being named", () => {
  const agent = { workspaceId: theirs, kind: "agent", id: newId() } as const;
  expect(signalsOf([...tasks(21), agent])).toEqual([
    encodeChange({ workspaceId: ours, kind: "task", id: null }),
    encodeChange(agent),
  ]);
});

test("nothing is told of nothing", () => {
  expect(signalsOf([])).toEqual([]);
});
