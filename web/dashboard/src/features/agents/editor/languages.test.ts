import { expect, it } from "vitest";
import { languageName, languages } from "./languages.ts";

it("every offered tag has a name", () => {
  expect(languages.filter((tag) => languageName(tag) === undefined)).toEqual([]);
  expect(languageName("de")).toBe("German");
});

it.each(["", "not a tag", "xx-yy-zz-"])("%j is no language", (tag) => {
  expect(languageName(tag)).toBeUndefined();
});
