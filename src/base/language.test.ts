import { expect, it } from "vitest";
import { isLanguage } from "./language.ts";

it("knows language tags by their form", () => {
  expect(["en", "pt-BR", "zh-Hant-TW"].map(isLanguage)).toEqual([true, true, true]);
  expect(["", "de_DE", "x", "en-"].map(isLanguage)).toEqual([false, false, false, false]);
});
