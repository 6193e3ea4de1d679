import { expect, it } from "vitest";
import { languageName, localTime, valueWords } from "./rules.ts";

it("shows attributes of every type as people read them", () => {
  expect(valueWords(null)).toBe("–");
  expect(valueWords(true)).toBe("Yes");
  expect(valueWords(12.5)).toBe("12.5");
  expect(valueWords("gold")).toBe("gold");
  expect(valueWords({ plan: "gold" })).toBe('{"plan":"gold"}');
  expect(valueWords("x".repeat(200))).toBe(`${"x".repeat(120)}…`);
});

it("tells the time of the contact's own clock", () => {
  const now = Date.parse("2026-05-05T22:05:00.000Z");
  expect(localTime(now, "Europe/Berlin")).toBe("Wed 00:05");
  expect(localTime(now, "America/New_York")).toBe("Tue 18:05");
});

it("names languages, and leaves what it does not know as it is", () => {
  expect(languageName("de")).toBe("German");
  expect(languageName("not a language")).toBe("not a language");
});
