import { expect, test } from "vitest";
import { exampleInput } from "./example-input.ts";

test("the required fields are there, with what the schema names for them", () => {
  const schema = {
    type: "object",
    properties: {
      orderId: { type: "string", examples: ["A-17"] },
      lines: { type: "integer", default: 5 },
      state: { enum: ["open", "paid"] },
      full: { type: "boolean" },
      note: { type: "string" },
    },
    required: ["orderId", "lines", "state", "full"],
  };
  expect(exampleInput(schema)).toEqual({ orderId: "A-17", lines: 5, state: "open", full: false });
});

test("a schema without fields gives an empty input", () => {
  expect(exampleInput({})).toEqual({});
  expect(exampleInput({ properties: 7, required: "all" })).toEqual({});
});
