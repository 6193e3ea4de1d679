import { describe, expect, it } from "vitest";
import type { ModelTool } from "./messages.ts";
import { describeAnswer, findNamedTool, readArguments } from "./sandbox-tools.ts";

function tool(
  name: string,
  properties: Record<string, unknown> = {},
  required: readonly string[] = [],
): ModelTool {
  return { name, description: name, inputSchema: { type: "object", properties, required } };
}

const status = tool("order_status");
const stock = tool("stock");

describe("the tool that a text names", () => {
  it.each([
    ["Use order_status with orderId 42.", "order_status"],
    ["ORDER_STATUS, please", "order_status"],
    ["First stock, then order_status.", "stock"],
    ["What is my order's status?", undefined],
    ["my_order_status and restocking", undefined],
  ])("%s", (text, name) => {
    expect(findNamedTool(text, [status, stock], new Set())?.name).toBe(name);
  });

  it("is none that was called already, nor one that is called without being named", () => {
    expect(findNamedTool("stock and order_status", [status, stock], new Set(["stock"]))?.name).toBe(
      "order_status",
    );
    expect(
      findNamedTool("Please wait and finish.", [tool("wait"), tool("finish")], new Set()),
    ).toBeUndefined();
  });
});

describe("arguments", () => {
  const order = tool("order_status", { orderId: { type: "string" } }, ["orderId"]);

  it.each([
    ["Use order_status with orderId 42.", "42"],
    ["order_status orderId: A-1041, then write", "A-1041"],
    ["order_status (orderId=A-1041)", "A-1041"],
    ['order_status with orderId "A 1041"', "A 1041"],
    ["order_status: orderId is A-1041!", "A-1041"],
    ['{"orderId": "A-1041"} goes to order_status', "A-1041"],
    ["order_status for order A-1041", "A-1041"],
    ['order_status for "my bouquet"', "my bouquet"],
    ["Call order_status", "Call order_status"],
  ])("%s", (text, orderId) => {
    expect(readArguments(text, order)).toEqual({ orderId });
  });

  it("have the types that the schema asks for", () => {
    const many = tool("order_status", {
      count: { type: "integer" },
      price: { type: ["number", "null"] },
      urgent: { type: "boolean" },
      size: { enum: ["S", "M"] },
      colors: { type: "array", items: { type: "string" } },
      note: { type: "string" },
    });
    const text = "order_status count: 3 price=2.5 urgent: yes size m colors red";
    expect(readArguments(text, many)).toEqual({
      count: 3,
      price: 2.5,
      urgent: true,
      size: "M",
      colors: ["red"],
    });
    expect(readArguments("order_status count: few", many)).toEqual({});
  });

  it("that are required and not said are the defaults, else the simplest of their type", () => {
    const properties = {
      limit: { type: "integer", minimum: 5 },
      lang: { type: "string", default: "en" },
      deep: { type: "boolean" },
      tags: { type: "array" },
      filter: { type: "object" },
      size: { enum: ["S", "M"] },
      fixed: { const: 1 },
      nothing: { type: "null" },
      words: { type: "string", maxLength: 5 },
    };
    const all = tool("order_status", properties, Object.keys(properties));
    expect(readArguments("Use order_status", all)).toEqual({
      limit: 5,
      lang: "en",
      deep: false,
      tags: [],
      filter: {},
      size: "S",
      fixed: 1,
      nothing: null,
      words: "Use o",
    });
    expect(
      readArguments(
        "order_status at most 7",
        tool("order_status", { limit: { type: "integer" } }, ["limit"]),
      ),
    ).toEqual({ limit: 7 });
  });

  it("are none for a schema without properties", () => {
    expect(readArguments("order_status", { ...status, inputSchema: {} })).toEqual({});
  });
});

it.each([
  [{ status: 200, body: { state: "shipped" } }, 'order_status answered: {"state":"shipped"}'],
  [{ status: 404, body: "no such order" }, "order_status answered with status 404: no such order"],
  [
    { status: "failed", reason: { code: "timeout", message: "Too slow." } },
    "order_status gave no answer: Too slow.",
  ],
  [{ results: [{ title: "Returns" }] }, 'order_status answered: [{"title":"Returns"}]'],
  ["a text", "order_status answered: a text"],
])("tells what a tool answered: %j", (output, text) => {
  expect(describeAnswer({ toolCallId: "1", name: "order_status", output })).toBe(text);
});
