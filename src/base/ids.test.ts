import { describe, expect, test } from "vitest";
import { fromAnyId, fromId, type IdKind, idPrefixes, newId, toId, toIdOrNull, toTargetId } from "./ids.ts";

const kinds = Object.keys(idPrefixes) as IdKind[];

describe("ids", () => {
  test.each(kinds)("%s ids go out and come back", (kind) => {
    const uuid = newId();
    const id = toId(kind, uuid);
    expect(id.startsWith(`${idPrefixes[kind]}_`)).toBe(true);
    expect(fromId(kind, id)).toBe(uuid);
  });

  test("an id of another kind is not an id of this kind", () => {
    for (const kind of kinds) {
      const others = kinds.filter((other) => other !== kind);
      for (const other of others) expect(fromId(kind, toId(other, newId()))).toBeUndefined();
    }
  });

  test("prefixes are different from each other", () => {
    expect(new Set(Object.values(idPrefixes)).size).toBe(kinds.length);
  });

  test.each([
    "",
    "task_",
    "task",
    "task_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    "task_01k3v8q5x8e7arf4s2m6t9c0w",
    "TASK_01k3v8q5x8e7arf4s2m6t9c0wd",
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "task_01k3v8q5x8e7arf4s2m6t9c0wd\u0000",
  ])("%j is no task id", (text) => {
    expect(fromId("task", text)).toBeUndefined();
  });

  test.each(kinds)("%s ids are known without being told the kind", (kind) => {
    const id = newId();
    expect(fromAnyId(toId(kind, id))).toEqual({ kind, id });
    expect(toTargetId(kind, id)).toBe(toId(kind, id));
  });

  test("what is no kind of ours has no id of ours", () => {
    expect(fromAnyId("thing_01k3v8q5x8e7arf4s2m6t9c0wd")).toBeUndefined();
    expect(toTargetId("thing", "1")).toBe("1");
    expect(toTargetId(null, "1")).toBeNull();
    expect(toTargetId("task", null)).toBeNull();
  });

  test("null stays null", () => {
    expect(toIdOrNull("task", null)).toBeNull();
    expect(toIdOrNull("task", undefined)).toBeNull();
    const uuid = newId();
    expect(toIdOrNull("task", uuid)).toBe(toId("task", uuid));
  });

  test("new ids are lower-case UUIDs of version 7, never twice the same", () => {
    const ids = Array.from({ length: 1000 }, newId);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(1000);
  });
});
