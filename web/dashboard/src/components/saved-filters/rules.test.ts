import { describe, expect, it } from "vitest";
import { isSame, readSaved, withoutSaved, withSaved } from "./rules.ts";

const late = { name: "Late", search: { state: "paused" } };
const mine = { name: "Mine", search: { agentId: "agent_1", q: "x" } };

describe("saved filters", () => {
  it("are read as they were written", () => {
    expect(readSaved(JSON.stringify([late, mine]))).toEqual([late, mine]);
  });

  it.each([null, "", "{", "null", "{}", '"text"'])("are none where %s is kept", (text) => {
    expect(readSaved(text)).toEqual([]);
  });

  it("leave out what is none", () => {
    const kept = [
      late,
      null,
      3,
      { name: 1, search: {} },
      { name: "a", search: [] },
      { name: "b", search: null },
    ];
    expect(readSaved(JSON.stringify(kept))).toEqual([late]);
  });

  it("are kept by name, the newer of two", () => {
    const newer = { name: "Late", search: { state: "ended" } };
    expect(withSaved(withSaved([mine], late), newer)).toEqual([newer, mine]);
    expect(withoutSaved([late, mine], "Late")).toEqual([mine]);
  });

  it("are the same in any order", () => {
    expect(isSame({ q: "x", agentId: "agent_1" }, mine.search)).toBe(true);
    expect(isSame({ q: "x" }, mine.search)).toBe(false);
    expect(isSame({}, {})).toBe(true);
  });
});
