import { expect, test } from "vitest";
import { newId } from "../../base/ids.ts";
import { cutToFit, decodePreview, encodePreview, scrollTopic } from "./preview-signal.ts";

const topic = scrollTopic({ workspaceId: newId(), channelId: newId(), contactId: newId() });
const messageId = newId();

test.each([
  { topic, messageId, offset: 0, text: 'Line one\nand "two" 😀' },
  { topic, messageId, end: "sent" as const },
  { topic, messageId, end: "discarded" as const },
])("a signal is one line and comes back as it was", (signal) => {
  const payload = encodePreview(signal);
  expect(payload).not.toContain("\n");
  expect(decodePreview(payload)).toEqual(signal);
});

test.each(["", "[]", '["a"]', '["a","b","c"]', '["a","b",1]', "workspace conversation:1"])(
  "%s is no preview",
  (payload) => {
    expect(decodePreview(payload)).toBeUndefined();
  },
);

test.each([
  ["latin", "a".repeat(20_000)],
  ["three bytes each", "€".repeat(20_000)],
  ["escaped to six bytes each", "\u0001".repeat(20_000)],
  ["pairs", "😀".repeat(10_000)],
  ["pairs at odd places", `a${"😀".repeat(10_000)}`],
])("a long text is cut into pieces of at most 4 kB: %s", (_name, text) => {
  let rest = text;
  let joined = "";
  while (rest !== "") {
    const piece = cutToFit(rest);
    expect(piece).not.toBe("");
    expect(piece.isWellFormed()).toBe(true);
    const payload = encodePreview({ topic, messageId, offset: 20_000, text: piece });
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(4_000);
    joined += piece;
    rest = rest.slice(piece.length);
  }
  expect(joined).toBe(text);
});

test("half a character waits for its other half", () => {
  expect(cutToFit("a\ud83d")).toBe("a");
  expect(cutToFit("\ud83d")).toBe("");
  expect(cutToFit("")).toBe("");
});
