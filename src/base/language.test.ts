import { expect, it } from "vitest";
import { describeLanguage, isLanguage } from "./language.ts";

it("knows language tags by their form", () => {
  expect(["en", "pt-BR", "zh-Hant-TW"].map(isLanguage)).toEqual([true, true, true]);
  expect(["", "de_DE", "x", "en-"].map(isLanguage)).toEqual([false, false, false, false]);
});

it.each([
  ["de", "German (de)"],
  ["pt-BR", "Brazilian Portuguese (pt-BR)"],
  ["en-US-x-twain", "American English (en-US-x-twain)"],
  ["de-u-co-phonebk", "German (de-u-co-phonebk)"],
  ["en-a-foo", "English (en-a-foo)"],
  ["qqq", "qqq"],
  ["x-private", "x-private"],
])("names the language %s as %s", (tag, named) => {
  expect(describeLanguage(tag)).toBe(named);
});
