import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cronTexts } from "./arbitraries.test-support.ts";
import { parseCron } from "./cron-pattern.ts";
import { nextRun } from "./runs.ts";

function refusal(cron: string): string {
  const parsed = parseCron(cron);
  return parsed.ok
    ? "accepted"
    : parsed.problems.map(({ code, message }) => `${code}: ${message}`).join("\n");
}

describe("refused", () => {
  test.each([
    ["", "cron_invalid: the cron has 0 fields; five"],
    ["0 9 * *", "cron_invalid: the cron has 4 fields; five"],
    ["0 0 9 * * *", "cron_too_fine: the cron has 6 fields; five"],
    ["0 0 9 * * * 2027", "cron_too_fine: the cron has 7 fields; five"],
    ["@daily", 'cron_invalid: "@daily" is not supported'],
    ["60 * * * *", 'minute: "60" is not understood; "*", values from 0 to 59, ranges'],
    ["* 24 * * *", 'hour: "24" is not understood; "*", values from 0 to 23'],
    ["* * 0 * *", 'day of month: "0" is not understood'],
    ["* * 32 * *", 'and "L" for the last day'],
    ["* * * 13 *", "values from 1 to 12 or JAN to DEC"],
    ["* * * * 8", "values from 0 to 7 or SUN to SAT"],
    ["5* * * * *", 'minute: "5*" is not understood'],
    ["? * * * *", 'minute: "?" is not understood'],
    ["* * 15W * *", 'day of month: "15W" is not understood'],
    ["* * L5 * *", 'day of month: "L5" is not understood'],
    ["* * 1-L * *", 'day of month: "1-L" is not understood'],
    ["* * 5#2 * *", 'day of month: "5#2" is not understood'],
    ["* * 5L * *", 'day of month: "5L" is not understood'],
    ["L * * * *", 'minute: "L" is not understood'],
    ["* * * * L", 'day of week: "L" is not understood'],
    ["* * * * *L", 'day of week: "*L" is not understood'],
    ["* * * * *#2", 'day of week: "*#2" is not understood'],
    ["* * * * 5#6", 'day of week: "5#6" is not understood'],
    ["* * * * 1#2#3", 'day of week: "1#2#3" is not understood'],
    ["* * * * +5", 'day of week: "+5" is not understood'],
    ["* * * FEBRUARY *", 'month: "FEBRUARY" is not understood'],
    ["* * * * MONDAY", 'day of week: "MONDAY" is not understood'],
    ["000 * * * *", 'minute: "000" is not understood'],
    ["0,,5 * * * *", 'minute: "" is not understood'],
    ["*,5 * * * *", 'minute: "*,5" has "*" in a list; write "*" alone for every value'],
    ["1-75 * * * *", 'minute: "1-75" is not understood'],
    ["-5 * * * *", 'minute: "-5" is not understood'],
    ["1.5 * * * *", 'minute: "1.5" is not understood'],
    ["* 22-2 * * *", 'hour: "22-2" runs backwards; write it as two, like "22-23,0-2"'],
    ["* * * * FRI-MON", 'day of week: "FRI-MON" runs backwards; write it as two, like "5-6,0-1"'],
    ["5/10 * * * *", 'minute: "5/10" has a step without a range; write "5-59/10"'],
    ["*/0 * * * *", 'minute: "*/0" has the step 0; steps from 1 to 60 are accepted'],
    ["* */25 * * *", 'hour: "*/25" has the step 25; steps from 1 to 24 are accepted'],
  ])("%s", (cron, message) => {
    expect(refusal(cron)).toContain(message);
  });

  test("each wrong field is named", () => {
    expect(refusal("61 25 * * FOO").split("\n")).toHaveLength(3);
  });
});

test.each([
  ["0 9 * * *", true],
  ["0,30 9-17 * * *", true],
  ["0-59 2 * * *", true],
  ["0 9 */2 * */2", true],
  ["* 9 * * *", false],
  ["0 */2,9 * * *", false],
  ["0 * * * *", false],
  ["*/30 2 * * *", false],
  ["0-59/10 2 * * *", false],
  ["0 0-23/2 * * *", false],
])("%s has fixed times: %s", (cron, fixed) => {
  expect(parseCron(cron)).toMatchObject({ ok: true, pattern: { fixedTimes: fixed } });
});

/** Compares the next runs in UTC with croner's. */
function expectAsCroner(cron: string, after: Date, runs: number): void {
  const oracle = new Cron(cron, { mode: "5-part", utcOffset: 0 }).nextRuns(runs, after);
  const ours: Date[] = [];
  for (let at = nextRun({ kind: "cron", timezone: "UTC", cron }, after, after); at !== null; ) {
    ours.push(at);
    if (ours.length === runs) break;
    at = nextRun({ kind: "cron", timezone: "UTC", cron }, at, after);
  }
  expect([cron, ...ours]).toEqual([cron, ...oracle]);
}

test.each([
  "0 9 13 * 5",
  "0 9 */2 * MON",
  "0 9 L * *",
  "0 9 1,L 2,FEB-apr/2 *",
  "0 9 * * FRI#L",
  "0 9 * * 5L,7#2",
  "0 9 * * 1-5#1",
  "0 9 15 * 5l",
  "0 9 L * sun",
  "0 9 29 2 *",
  "0 9 * 2 1#5",
  "0 9 31 4,6 2#5",
  "0 9 * * 5-7",
  "0 9 * * 0-7",
  "0 9 * * FRI-SUN",
  "0 9 * * SUN-TUE",
  "0 9 * * */7",
  "0 9 * * 1-7/3",
  "0 9 31 2 *",
  "*/60 */24 */31 */12 *",
  "  5,5   1-1 3,3\t* *  ",
])("%s names the days that croner names", (cron) => {
  expectAsCroner(cron, new Date("2026-01-15T09:00:00Z"), 12);
  expectAsCroner(cron, new Date("2096-02-29T08:59:59.999Z"), 5);
});

test("any cron that is accepted means what croner makes of it", () => {
  const dates = fc.date({ min: new Date("1971-01-01"), max: new Date("2150-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(cronTexts, dates, (cron, after) => expectAsCroner(cron, after, 5)),
    // The seed is fixed because croner 11 is wrong in rare cases: after 24 February 2014 it leaves out 1 March for
    // "0 0 1 * 0-1", although the first of a month is named.
    { numRuns: 1_000, seed: 26 },
  );
});
