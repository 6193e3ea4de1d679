import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText, isStorable, isStorableJson, shorten, toStorableJson } from "./text.ts";

const nul = "\u0000";
const high = "\ud83d";
const low = "\ude00";

describe("cleanText", () => {
  test("leaves text that can be stored as it is", () => {
    expect(cleanText("Grüße \u{1f600}\n\t\u0001")).toBe("Grüße \u{1f600}\n\t\u0001");
  });

  test("removes NUL and replaces each half of a surrogate pair", () => {
    expect(cleanText(`a${nul}b`)).toBe("ab");
    expect(cleanText(`a${high}b${low}c`)).toBe("a\ufffdb\ufffdc");
    expect(cleanText(`${high}${low}`)).toBe("\u{1f600}");
  });

  test("does not join two halves that a NUL kept apart", () => {
    expect(cleanText(`${high}${nul}${low}`)).toBe("\ufffd\ufffd");
  });

  test("answers text that can be stored, whatever comes in", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.array(fc.constantFrom(nul, high, low, "x")),
        (text, parts) => {
          const dirty = text + parts.join("");
          expect(isStorable(cleanText(dirty))).toBe(true);
          if (isStorable(dirty)) expect(cleanText(dirty)).toBe(dirty);
        },
      ),
    );
  });
});

test("isStorableJson looks into values and keys, and takes text that looks like an escape for text", () => {
  expect(isStorableJson({ a: ["\\u0000 \\ud83d", "\u{1f600}"] })).toBe(true);
  expect(isStorableJson({ a: [`x${nul}`] })).toBe(false);
  expect(isStorableJson({ [high]: 1 })).toBe(false);
});

describe("toStorableJson", () => {
  test("is JSON.stringify for clean values", () => {
    const value = { a: [1, "x", null, { b: true }], d: new Date(0), u: undefined };
    expect(toStorableJson(value)).toBe(JSON.stringify(value));
  });

  test("makes null of undefined", () => {
    expect(toStorableJson(undefined)).toBe("null");
  });

  test("cleans values and keys at every depth", () => {
    const value = { [`k${nul}`]: [{ deep: `a${nul}b` }, high], at: new Date(0) };
    expect(JSON.parse(toStorableJson(value))).toEqual({
      k: [{ deep: "ab" }, "\ufffd"],
      at: "1970-01-01T00:00:00.000Z",
    });
  });

  test("keeps text that only looks like an escape", () => {
    const value = { text: "\\u0000 and \\ud83d", [`n${nul}`]: 1 };
    expect(JSON.parse(toStorableJson(value))).toEqual({ text: "\\u0000 and \\ud83d", n: 1 });
  });

  test("is readable JSON without NUL or lone surrogates for any value", () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: false }),
        fc.constantFrom(nul, high, low),
        (value, dirt) => {
          let json: string;
          try {
            json = toStorableJson([value, dirt]);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
            return;
          }
          expect(() => JSON.parse(json)).not.toThrow();
          expect(json).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i);
        },
      ),
    );
  });

  test.each([[{ big: 1n }], [circular()]])("refuses what JSON cannot say (%#)", (value) => {
    expect(() => toStorableJson(value)).toThrow(TypeError);
  });
});

function circular(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

test("shorten cuts what is longer and marks the cut", () => {
  expect(shorten("abc", 3)).toBe("abc");
  expect(shorten("abcd", 3)).toBe("abc…");
});
