import { describe, expect, test } from "vitest";
import { isDate, readValue, toText, typeOf } from "./rules.ts";

describe("the value that a text means", () => {
  test.each([
    ["text", " 007 ", " 007 "],
    ["number", "12", 12],
    ["number", " -0.50 ", -0.5],
    ["number", "0.000000000000123456", 1.23456e-13],
    ["flag", "Yes", true],
    ["flag", "0", false],
    ["date", "2028-02-29", "2028-02-29"],
    ["date", " 2027-03-01T09:00 ", "2027-03-01T09:00"],
    ["date", "2027-03-01T09:00:30+02:00", "2027-03-01T09:00:30+02:00"],
    ["json", '{"a": [1]}', { a: [1] }],
    ["json", "null", null],
  ] as const)("%s %j is %j", (type, text, value) => {
    expect(readValue(type, text)).toEqual({ value });
  });

  test.each([
    ["number", "1,5", "must be a number such as 12 or 12.5"],
    ["number", "", "must be a number such as 12 or 12.5"],
    ["number", "0x10", "must be a number such as 12 or 12.5"],
    ["number", "1234567890123456", "must have at most 15 digits; a longer one stays whole as a text"],
    ["flag", "maybe", "must be true or false, yes or no, 1 or 0"],
    ["date", "2027-02-29", "must be a date such as 2027-03-01"],
    ["date", "01.03.2027", "must be a date such as 2027-03-01"],
    ["date", "2027-03-01T24:00", "must be a date such as 2027-03-01"],
    ["json", "{a: 1}", "must be JSON, such as"],
  ] as const)("%s %j is refused", (type, text, fault) => {
    expect(readValue(type, text).fault).toContain(fault);
  });
});

test.each([
  ["pro", "text", "pro"],
  ["2027-03-01", "date", "2027-03-01"],
  [12.5, "number", "12.5"],
  [false, "flag", "false"],
  [null, "json", "null"],
  [["a"], "json", '["a"]'],
])("%j is edited as %s", (value, type, text) => {
  expect(typeOf(value)).toBe(type);
  expect(toText(value)).toBe(text);
  expect(readValue(typeOf(value), toText(value))).toEqual({ value });
});

test("a date needs all its digits", () => {
  expect(isDate("2027-3-1")).toBe(false);
  expect(isDate("2027-13-01")).toBe(false);
});
