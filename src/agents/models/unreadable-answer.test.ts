import { expect, it } from "vitest";
import { describeUnreadable } from "./unreadable-answer.ts";

it.each([
  [undefined, "the answer is empty", true],
  [" \n", "the answer is empty", true],
  ['{"choices": [{"mess', "the answer is JSON that is cut off or damaged", true],
  ['{"choices": []}', "the answer is JSON of another shape", false],
  ["null", "the answer is JSON of another shape", false],
  ["<html>\n  Log in", 'the answer is not JSON and begins with "<html> Log in"', false],
])("%j", (body, what, isCut) => {
  expect(describeUnreadable(body, undefined)).toEqual({ what, isCut });
});

it("names the first place that does not fit", () => {
  const issues = Object.assign(new Error("zod"), { issues: [{ path: ["usage", "input_tokens"] }] });
  const cause = new Error("validation", { cause: issues });
  expect(describeUnreadable("{}", cause).what).toBe(
    "the answer is JSON of another shape at usage.input_tokens",
  );
  const whole = Object.assign(new Error("zod"), { issues: [{ path: [] }] });
  expect(describeUnreadable("{}", whole).what).toBe("the answer is JSON of another shape");
});
