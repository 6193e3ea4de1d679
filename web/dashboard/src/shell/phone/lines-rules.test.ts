import { expect, it } from "vitest";
import { dial, forget, mostLines, noLines, readDialling } from "./lines-rules.ts";

const line = (contactId: string, channelId = "chan_1") => ({ channelId, contactId });
const both = dial(dial(noLines, line("a")), line("b"));

it("has the line that was dialled last first, each once, and no more than fit", () => {
  expect(both).toEqual({ lines: [line("b"), line("a")], isTalking: true });
  expect(dial(both, line("a")).lines).toEqual([line("a"), line("b")]);
  expect(dial(both, line("a", "chan_2")).lines).toHaveLength(3);
  const many = [..."abcdefghijk"].reduce((lines, contactId) => dial(lines, line(contactId)), noLines);
  expect(many.lines).toHaveLength(mostLines);
});

it("forgets a line, and then asks whom to play if it was the one", () => {
  expect(forget(both, line("b"))).toEqual({ lines: [line("a")], isTalking: false });
  expect(forget(both, line("a"))).toEqual({ lines: [line("b")], isTalking: true });
  expect(forget(both, line("c"))).toEqual(both);
});

it("reads what it kept, and nothing else", () => {
  expect(readDialling(JSON.stringify(both))).toEqual(both);
  for (const text of [null, undefined, "", "null", "3", "[]", '{"lines":[{"channelId":1}],"isTalking":true}'])
    expect(readDialling(text), String(text)).toEqual(noLines);
});
