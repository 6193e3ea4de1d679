import { expect, test } from "vitest";
import { coversScope, scopes } from "./route.ts";

test("each scope covers those before it and no other", () => {
  const table = scopes.map((held) => scopes.map((needed) => coversScope(held, needed)));
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});
