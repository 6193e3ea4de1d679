import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findLoss } from "./json-loss.ts";

const faultOf = (text: string) => {
  const { path, code } = findLoss(text) ?? {};
  return path === undefined ? undefined : `${code} at ${path}`;
};

describe("findLoss", () => {
  test("finds nothing in what JSON.stringify writes of safe numbers", () => {
    const safe = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.stringify(value));
    fc.assert(fc.property(safe, (text) => findLoss(text) === undefined));
  });

  test.each([
    ['{"a":1,"b":2,"a":3}', "duplicate_field at a"],
    ['{"a":1,"\\u0061":3}', "duplicate_field at a"],
    ['{"list":[{},{"a":"}","x":[1],"a":0}]}', "duplicate_field at list.1.a"],
    ['{"__proto__":1,"__proto__":2}', "duplicate_field at __proto__"],
    ['{"a":{"b":1},"c":{"b":1,"d":"a\\"b","b":2}}', "duplicate_field at c.b"],
    ['{"":1,"":2}', "duplicate_field at "],
  ])("names a field that is there twice: %s", (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  test.each([
    ['{"meta":{"order":[1,12345678901234567890]}}', "number_inexact at meta.order.1"],
    ["9007199254740993", "number_inexact at "],
    ['{"a":-9007199254740993 }', "number_inexact at a"],
    ['{"a":1e400}', "number_inexact at a"],
    [`{"a":${"9".repeat(400)}}`, "number_inexact at a"],
  ])("names a number that would change: %.60s", (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  test.each([
    '[9007199254740991, -9007199254740991, 9007199254740994, 1000000000000000000000, 0.1, 1e3, -0, 1.50, "12345678901234567890"]',
    '{"a":{"b":1},"b":{"a":1},"c":["a","a"],"d":"\\"a\\":1,\\"a\\":2"}',
    "null",
  ])("leaves alone %s", (text) => {
    expect(findLoss(text)).toBeUndefined();
  });

  test("reads a megabyte in well under a second, whatever it is made of", () => {
    const large = [
      `{"a":"${'\\"'.repeat(500_000)}"}`,
      `[${"1,".repeat(500_000)}1]`,
      `{"a":${"9".repeat(1_000_000)}}`,
      `{"a":0.${"9".repeat(1_000_000)}}`,
    ];
    const before = performance.now();
    for (const text of large) findLoss(text);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
