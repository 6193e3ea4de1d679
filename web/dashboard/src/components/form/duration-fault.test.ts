import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { units } from "./duration.ts";
import { sayInUnits } from "./duration-fault.ts";

const sources = join(import.meta.dirname, "../../../../../src");

describe("what the server says of seconds", () => {
  test.each([
    ["900 and 86400", ["minutes", "hours"], "15 minutes and 24 hours"],
    ["0 and 2592000", ["minutes", "hours", "days"], "0 and 30 days"],
    ["60 and 86400", ["days"], "60 seconds and 1 day"],
    ["1 and 5400", units, "1 second and 90 minutes"],
  ] as const)("between %s is in the units of the field", (bounds, offered, words) => {
    const message = `must be a whole number between ${bounds}`;
    expect(sayInUnits(message, offered)).toBe(`must be between ${words}`);
  });

  test("also inside of sentences", () => {
    const tooShort = "too short, a task runs once a minute at most; 60 to 31622400 seconds are accepted";
    expect(sayInUnits(tooShort, ["minutes", "hours", "days"])).toBe(
      "too short, a task runs once a minute at most; 1 minute to 366 days are accepted",
    );
    expect(sayInUnits("0 to 3599 seconds are accepted", units)).toBe("0 to 3,599 seconds are accepted");
    expect(sayInUnits("at most 7200 seconds", units)).toBe("at most 2 hours");
  });

  test.each([
    ["base/schemas.ts", "must be a whole number between ${least} and ${most}"],
    ["tasks/schedule/check.ts", "${SHORTEST_INTERVAL} to ${LONGEST_INTERVAL} seconds are accepted"],
    ["tasks/schedule/check.ts", "0 to ${shortest - 1} seconds are accepted"],
  ])("%s still says it so", (path, template) => {
    expect(readFileSync(join(sources, path), "utf8")).toContain(template);
  });

  test("what has no seconds stays as it is", () => {
    const required = "is required; the 2 and only field";
    expect(sayInUnits(required, units)).toBe(required);
  });
});
