import { expect, test } from "vitest";
import { z } from "zod";
import { describeIssue, toFieldErrors } from "./field-errors.ts";
import { usd } from "./schemas.ts";

function faultsOf(schema: z.ZodType, value: unknown) {
  const result = schema.safeParse(value, { error: describeIssue, reportInput: true });
  return result.success ? [] : toFieldErrors(result.error);
}

test("money of another form is told the form that is taken, whatever was sent", () => {
  const schema = z.strictObject({ maxCostUsd: usd.nullish() });
  const form =
    'must be more than 0 and at most 99999999.999999 US dollars, as a decimal string such as "0.50"';
  for (const value of [0.5, true, { amount: "0.50" }])
    expect(faultsOf(schema, { maxCostUsd: value })).toEqual([
      { path: "maxCostUsd", code: "invalid_type", message: form },
    ]);
  for (const value of ["0", "-1", "1e3", "0,50", "0.1234567"])
    expect(faultsOf(schema, { maxCostUsd: value })).toEqual([
      { path: "maxCostUsd", code: "out_of_range", message: form },
    ]);
  expect(faultsOf(z.strictObject({ priceUsd: usd }), {})).toEqual([
    { path: "priceUsd", code: "required", message: `is required and ${form}` },
  ]);
  expect(faultsOf(schema, { maxCostUsd: "0.50" })).toEqual([]);
});
