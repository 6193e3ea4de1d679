import { describe, expect, it } from "vitest";
import { buildRequest } from "./request.ts";
import { TemplateFault, type TemplateScope, unknownContact } from "./template.ts";
import type { ToolRequestDefinition } from "./tool-definition.ts";

const anna = {
  name: "Anna Keller",
  email: "anna@example.com",
  phone: null,
  externalId: "crm/4711",
  attributes: { plan: "pro", seats: 12, address: { city: "Köln" } },
};

const plain: ToolRequestDefinition = {
  method: "GET",
  url: "https://shop.example.com/orders",
  query: {},
  headers: {},
  body: null,
  auth: { kind: "none", username: null, headerName: null },
  inputSchema: { type: "object" },
  timeoutSeconds: 15,
  idempotent: true,
};

function build(
  definition: Partial<ToolRequestDefinition>,
  input: Readonly<Record<string, unknown>> = {},
  contact: TemplateScope["contact"] = anna,
) {
  return buildRequest({ ...plain, ...definition }, { input, contact }, undefined);
}

const urlOf = (url: string, input: Readonly<Record<string, unknown>>) => build({ url }, input).url;

describe("the URL", () => {
  it.each([
    ["A-1041", "A-1041"],
    ["a/../../admin", "a%2F..%2F..%2Fadmin"],
    ["1?admin=true#x", "1%3Fadmin%3Dtrue%23x"],
    ["1&x=2", "1%26x%3D2"],
    ["%2e%2e", "%252e%252e"],
    ["..\\admin", "..%5Cadmin"],
    ["...", "..."],
    ["Straße 1\n", "Stra%C3%9Fe%201%0A"],
    ["@evil.example", "%40evil.example"],
    ["\ud800", "%EF%BF%BD"],
    ["{{input.secret}}", "%7B%7Binput.secret%7D%7D"],
    [42, "42"],
    [true, "true"],
  ])("takes %j as one path segment", (orderId, segment) => {
    const url = urlOf("https://shop.example.com/orders/{{input.orderId}}/lines", { orderId });
    expect(url).toBe(`https://shop.example.com/orders/${segment}/lines`);
    expect(new URL(url).pathname).toBe(`/orders/${segment}/lines`);
    expect(new URL(url).host).toBe("shop.example.com");
    expect(new URL(url).search).toBe("");
  });

  it.each([
    ["https://shop.example.com/orders/{{input.a}}", { a: ".." }],
    ["https://shop.example.com/orders/{{input.a}}/lines", { a: "." }],
    ["https://shop.example.com/orders/{{input.a}}{{input.b}}/lines", { a: ".", b: "." }],
    ["https://shop.example.com/orders/.{{input.a}}?x=1", { a: "." }],
    ["https://shop.example.com/orders/%2e{{input.a}}", { a: "." }],
    ["https://shop.example.com/orders/%2E%2e{{input.a}}", { a: "" }],
    ["https://shop.example.com/orders/{{input.a}}", { a: "" }],
    ["https://shop.example.com/orders/{{input.a}}/lines", { a: "" }],
    ["https://shop.example.com/orders/{{input.a}}?x=1", { a: "" }],
    ["https://shop.example.com/orders/{{input.a}}", { a: ["x"] }],
    ["https://shop.example.com/orders/{{input.a}}", { a: { b: 1 } }],
    ["https://shop.example.com/orders/{{input.a}}", { a: null }],
    ["https://shop.example.com/orders/{{input.a}}", {}],
    ["https://shop.example.com/orders/{{contact.phone}}", {}],
  ])("%s is refused with %j", (url, input) => {
    expect(() => urlOf(url, input)).toThrow(TemplateFault);
    expect(() => urlOf(url, input)).toThrow(/^url: /);
  });

  it("takes values in its own query, which may be empty or dots", () => {
    const url = "https://shop.example.com/orders?id={{input.a}}&lang={{ input.b | default: 'en' }}";
    expect(urlOf(url, { a: "1&b=/..", b: null })).toBe(
      "https://shop.example.com/orders?id=1%26b%3D%2F..&lang=en",
    );
    expect(urlOf(url, { a: "..", b: "" })).toBe("https://shop.example.com/orders?id=..&lang=en");
  });

  it("takes what is known of the contact", () => {
    const url = "https://shop.example.com/c/{{contact.externalId}}/{{contact.attributes.plan | upcase}}";
    expect(urlOf(url, {})).toBe("https://shop.example.com/c/crm%2F4711/PRO");
    expect(() => build({ url }, {}, unknownContact)).toThrow("url: {{contact.externalId}} has no value");
  });

  it("adds the query's parameters, without those that have no value", () => {
    const query = {
      "a b": "{{input.text}}",
      none: "{{input.none}}",
      phone: "{{contact.phone}}",
      ids: "{{input.ids}}",
      mixed: "x-{{input.text}}",
    };
    const input = { text: "1&2=3", ids: [1, "b"] };
    expect(build({ query }, input).url).toBe(
      "https://shop.example.com/orders?a%20b=1%262%3D3&ids=1&ids=b&mixed=x-1%262%3D3",
    );
    expect(build({ url: "https://shop.example.com/orders?x=1", query }, { ...input, ids: [] }).url).toBe(
      "https://shop.example.com/orders?x=1&a%20b=1%262%3D3&mixed=x-1%262%3D3",
    );
    expect(() => build({ query }, { ids: [{}] })).toThrow("url: query.ids: {{input.ids}} is an object");
    expect(() => build({ query }, {})).toThrow("url: query.mixed: {{input.text}} has no value");
  });
});

describe("headers", () => {
  it("are lower case, with values filled in", () => {
    expect(build({ headers: { "X-Plan": "plan {{contact.attributes.plan}}" } }).headers).toMatchObject({
      "x-plan": "plan pro",
    });
  });

  it.each(["a\r\nX-Admin: 1", "a\nb", "a\u0000b", "a\u007fb", "日本"])("refuse %j", (value) => {
    expect(() => build({ headers: { "X-Name": "{{input.value}}" } }, { value })).toThrow(
      /^headers\.X-Name: /,
    );
  });

  it("hold the secret apart", () => {
    const secret = "s3cr:et";
    const withAuth = (auth: ToolRequestDefinition["auth"]) =>
      buildRequest({ ...plain, auth }, { input: {}, contact: anna }, secret).auth;
    const none = { username: null, headerName: null };
    expect(withAuth({ ...none, kind: "none" })).toEqual({});
    expect(withAuth({ ...none, kind: "bearer" })).toEqual({ authorization: "Bearer s3cr:et" });
    expect(withAuth({ ...none, kind: "header", headerName: "X-Api-Key" })).toEqual({
      "x-api-key": "s3cr:et",
    });
    expect(withAuth({ ...none, kind: "basic", username: "ü" })).toEqual({
      authorization: `Basic ${Buffer.from("ü:s3cr:et").toString("base64")}`,
    });
  });
});

describe("the body", () => {
  const bodyOf = (body: unknown, input: Readonly<Record<string, unknown>> = {}) => {
    const built = build({ method: "POST", body }, input).body;
    return built === undefined ? undefined : JSON.parse(built);
  };

  it("keeps the type of a value that stands alone, and text around it is text", () => {
    const template = {
      count: "{{input.count}}",
      urgent: " {{input.urgent}}",
      alone: "{{ input.urgent }}",
      tags: "{{input.tags}}",
      seats: "{{contact.attributes.seats}}",
      text: "{{input.count}} pieces for {{contact.name}}",
      fixed: 3,
      nested: [{ city: "{{contact.attributes.address.city}}" }, "{{input.count}}"],
    };
    expect(bodyOf(template, { count: 2, urgent: false, tags: ["a", 1] })).toEqual({
      count: 2,
      urgent: " false",
      alone: false,
      tags: ["a", 1],
      seats: 12,
      text: "2 pieces for Anna Keller",
      fixed: 3,
      nested: [{ city: "Köln" }, 2],
    });
  });

  it("leaves out what was not given and keeps null where it is known to be nothing", () => {
    expect(bodyOf({ a: "{{input.a}}", list: ["{{input.a}}", 1], phone: "{{contact.phone}}" })).toEqual({
      list: [1],
      phone: null,
    });
    expect(bodyOf("{{input}}", { a: 1 })).toEqual({ a: 1 });
    expect(() => bodyOf("{{input.a}}")).toThrow("body: has no value");
    expect(() => bodyOf({ a: "x{{input.a}}" })).toThrow("body: a: {{input.a}} has no value");
  });

  it("cannot be broken out of", () => {
    expect(bodyOf({ a: "-{{input.a}}-" }, { a: '", "admin": true, "b": "' })).toEqual({
      a: '-", "admin": true, "b": "-',
    });
    expect(bodyOf({ a: "{{input.a}}" }, { a: "{{contact.email}}" })).toEqual({ a: "{{contact.email}}" });
  });

  it("is absent for null, and sent as JSON otherwise", () => {
    expect(build({ method: "POST", body: null }).headers["content-type"]).toBeUndefined();
    expect(bodyOf(null)).toBeUndefined();
    expect(build({ method: "POST", body: {} }).headers["content-type"]).toBe("application/json");
    const headers = { "Content-Type": "application/vnd.shop+json" };
    expect(build({ method: "POST", body: {}, headers }).headers["content-type"]).toBe(
      "application/vnd.shop+json",
    );
  });
});
