import { expect, test } from "vitest";
import type { Tool } from "../../api/generated/model";
import { faultOfBody, toBody, toValues } from "./values.ts";

const tool: Tool = {
  id: "tool_01k3v8q5x8e7arf4s2m6t9c0wd",
  kind: "http",
  name: "get_order",
  description: "Looks an order up",
  method: "POST",
  url: "https://shop.example/orders/{{input.orderId}}",
  query: { full: "1" },
  headers: { "x-shop": "{{contact.externalId}}" },
  body: { id: "{{input.orderId}}", tags: ["a"] },
  auth: { kind: "header", headerName: "x-key" },
  hasSecret: true,
  inputSchema: { type: "object" },
  timeoutSeconds: 20,
  idempotent: false,
  policy: "read",
  enabled: false,
  externalId: "orders",
  meta: { team: "shop" },
  createdAt: "2027-03-01T08:00:00.000Z",
  updatedAt: "2027-03-01T08:00:00.000Z",
};

test("an unchanged form sends the tool as it is, and leaves its secret alone", () => {
  const { id, kind, hasSecret, policy, createdAt, updatedAt, ...fields } = tool;
  expect([id, kind, hasSecret, policy, createdAt, updatedAt].every((value) => value !== undefined)).toBe(
    true,
  );
  expect(toBody(toValues(tool))).toEqual(fields);
});

test("each way to sign in sends what belongs to it", () => {
  const values = toValues(tool);
  const authOf = (kind: Tool["auth"]["kind"], secret = "") =>
    toBody({ ...values, auth: { kind, username: "ada", headerName: "x-key", secret } }).auth;
  expect(authOf("none", "left over")).toEqual({ kind: "none" });
  expect(authOf("basic", "secret")).toEqual({ kind: "basic", username: "ada", secret: "secret" });
  expect(authOf("bearer")).toEqual({ kind: "bearer" });
  expect(authOf("header", "secret")).toEqual({ kind: "header", headerName: "x-key", secret: "secret" });
});

test("an empty body is none, and one that is no JSON is told of", () => {
  expect(toBody({ ...toValues(tool), body: "  " }).body).toBeNull();
  expect(faultOfBody("")).toBeNull();
  expect(faultOfBody('{"a": 1}')).toBeNull();
  expect(faultOfBody("{a}")).toMatch(/^This is not JSON: /);
});

test("rows without name and value are nothing; a value without a name goes out to be refused", () => {
  const query = [
    { id: "1", name: "", template: "" },
    { id: "2", name: "", template: "x" },
  ];
  expect(toBody({ ...toValues(tool), query }).query).toEqual({ "": "x" });
});
