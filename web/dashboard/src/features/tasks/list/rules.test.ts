import { describe, expect, it } from "vitest";
import { type Bar, describeBars, toParams } from "./rules.ts";

function bar(tone: Bar["tone"], word: string, hasEnded = true): Bar {
  return { tone, word, hasEnded };
}

const sent = bar("green", "Message sent");
const failed = bar("red", "Failed");
const running = bar("blue", "Running", false);

describe("the last executions in words", () => {
  it.each([
    [[sent, failed, sent], "2 of 3 succeeded, last: Message sent"],
    [[failed], "0 of 1 succeeded, last: Failed"],
    [[bar("grey", "Nothing done"), sent], "1 of 2 succeeded, last: Nothing done"],
    [[running, sent], "1 of 1 succeeded, last: Message sent, 1 under way"],
    [[running], "1 under way"],
    [[], "No executions yet"],
  ])("%#", (bars, words) => {
    expect(describeBars(bars)).toBe(words);
  });
});

describe("filters", () => {
  it("go to the API as they are, flags as words", () => {
    expect(toParams({ q: "x", state: "paused", hasFailed: true, scheduled: false })).toEqual({
      q: "x",
      state: "paused",
      hasFailed: "true",
      scheduled: "false",
    });
    expect(toParams({})).toEqual({});
  });
});
