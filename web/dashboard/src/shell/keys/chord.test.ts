import { expect, it } from "vitest";
import { type Chord, noChord, press } from "./chord.ts";

const known = ["?", "g t", "g a"];

function type(...pressed: readonly (readonly [key: string, at: number])[]) {
  let chord: Chord = noChord;
  return pressed.map(([key, at]) => {
    const answer = press(chord, key, at, known);
    chord = answer.chord;
    return [answer.keys, answer.isTaken];
  });
}

it("knows single keys and two in a row", () => {
  expect(type(["?", 0], ["g", 10], ["t", 900], ["t", 950])).toEqual([
    ["?", true],
    [undefined, true],
    ["g t", true],
    [undefined, false],
  ]);
});

it("leaves keys of the page alone, also when the first was too long ago", () => {
  expect(type(["n", 0], ["g", 10], ["t", 1_510], ["n", 1_520])).toEqual([
    [undefined, false],
    [undefined, true],
    [undefined, false],
    [undefined, false],
  ]);
});

it("takes a wrong second key, and begins anew with another first one", () => {
  expect(type(["g", 0], ["n", 10], ["n", 20], ["g", 30], ["g", 40], ["a", 50])).toEqual([
    [undefined, true],
    [undefined, true],
    [undefined, false],
    [undefined, true],
    [undefined, true],
    ["g a", true],
  ]);
});
