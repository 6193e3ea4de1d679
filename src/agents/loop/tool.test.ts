import { expect, it } from "vitest";
import { z } from "zod";
import { checkCall, defineTool, describeTool } from "./tool.ts";

const tool = defineTool({
  name: "wait",
  description: "Waits.",
  input: z.strictObject({ seconds: z.int().min(1).max(300) }),
  run: async ({ seconds }) => ({ output: seconds }),
});

function faultOf(call: { name: string; input: unknown; invalid?: string }) {
  const checked = checkCall([tool], { id: "c1", ...call });
  return "fault" in checked ? checked.fault : undefined;
}

it("describes a tool as JSON Schema", () => {
  expect(describeTool(tool)).toEqual({
    name: "wait",
    description: "Waits.",
    inputSchema: {
      type: "object",
      properties: { seconds: { type: "integer", minimum: 1, maximum: 300 } },
      required: ["seconds"],
      additionalProperties: false,
    },
  });
});

it("lets good arguments through", () => {
  expect(checkCall([tool], { id: "c1", name: "wait", input: { seconds: 30 } })).toEqual({
    tool,
    input: { seconds: 30 },
  });
});

it("says which argument is wrong and what would be accepted", () => {
  expect(faultOf({ name: "wait", input: { seconds: 301 } })).toMatchObject({ code: "invalid_arguments" });
  expect(faultOf({ name: "wait", input: { seconds: 301 } })?.message).toMatch(/seconds: .*300/);
  expect(faultOf({ name: "wait", input: { seconds: 3, more: 1 } })?.message).toContain("more");
  expect(faultOf({ name: "wait", input: {} })?.message).toContain("seconds");
});

it("passes on what the model layer found", () => {
  expect(faultOf({ name: "wait", input: "{", invalid: "The arguments cannot be read." })).toEqual({
    code: "invalid_arguments",
    message: "The arguments cannot be read.",
  });
});

it("names the tools when one is unknown", () => {
  expect(faultOf({ name: "fly", input: {} })).toEqual({
    code: "unknown_tool",
    message: 'There is no tool "fly". The tools are: wait.',
  });
});
