import { expect, test } from "vitest";
import { BoundedCache } from "./bounded-cache.ts";

test("makes a value once, forgets the oldest when full, and stores nothing when making fails", () => {
  const cache = new BoundedCache<string>(2);
  const made: string[] = [];
  const make = (key: string): string => {
    made.push(key);
    if (key === "bad") throw new Error("no value");
    return key.toUpperCase();
  };
  expect([cache.get("a", make), cache.get("a", make), cache.get("b", make)]).toEqual(["A", "A", "B"]);
  expect(() => cache.get("bad", make)).toThrow("no value");
  expect([cache.size, made]).toEqual([2, ["a", "b", "bad"]]);
  cache.get("c", make);
  cache.get("b", make);
  cache.get("a", make);
  expect([cache.size, made]).toEqual([2, ["a", "b", "bad", "c", "a"]]);
});
