import { expect, it } from "vitest";
import { findBaseUrlFault, findRepeated, isSameServer, mergeLimits } from "./rules.ts";

it("accepts http and https, private addresses too", () => {
  for (const url of [
    "https://api.openai.com/v1",
    "http://localhost:11434/v1",
    "http://10.0.0.5:8000/v1/",
    "http://[::1]:8080/v1",
  ])
    expect(findBaseUrlFault(url)).toBeUndefined();
});

it.each([
  ["api.openai.com/v1", "http:// or https://"],
  ["ftp://example.com", "http:// or https://"],
  [" https://api.openai.com/v1", "http:// or https://"],
  ["https://user:secret@example.com/v1", "user name or password"],
  ["https://example.com/v1?key=1", "query"],
  ["https://example.com/v1#x", "query or a fragment"],
  ["https://example.com/v1?", "query"],
  ["http://169.254.169.254/latest", "link-local"],
  ["http://0xA9FEA9FE/latest", "link-local"],
  ["http://[fe80::1]/v1", "link-local"],
  ["http://[::ffff:169.254.169.254]/v1", "link-local"],
])("refuses %s", (url, words) => {
  expect(findBaseUrlFault(url)).toContain(words);
});

it("knows when a key would go to another server", () => {
  expect(isSameServer("https://a.example/v1", "https://a.example/v2")).toBe(true);
  expect(isSameServer("https://a.example/v1", "http://a.example/v1")).toBe(false);
  expect(isSameServer("https://a.example/v1", "https://a.example:8443/v1")).toBe(false);
  expect(isSameServer("https://a.example/v1", "https://b.example/v1")).toBe(false);
});

it("changes the limits that are named, and null takes one back", () => {
  const before = { maxIterations: 50, maxCostUsd: "1.00" };
  const changes = { maxIterations: null, maxToolCalls: 5, maxCostUsd: undefined };
  expect(mergeLimits(before, changes)).toEqual({ maxCostUsd: "1.00", maxToolCalls: 5 });
  expect(mergeLimits(before, {})).toEqual(before);
});

it("finds the first id that a list has already", () => {
  expect(findRepeated(["a", "b", "b", "a"])).toBe(2);
  expect(findRepeated(["a", "b"])).toBeUndefined();
});
