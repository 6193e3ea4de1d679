import { describe, expect, it } from "vitest";
import { builtInTools } from "../loop/built-in-tools.ts";
import { createInputCheck } from "./input-schema.ts";
import { findToolFaults, reservedToolNames } from "./rules.ts";
import type { ToolRequestDefinition } from "./tool-definition.ts";

type Definition = ToolRequestDefinition & { readonly name: string };

const inputSchema = {
  type: "object",
  properties: { orderId: { type: "string" }, count: { type: "integer", minimum: 1, default: 1 } },
  required: ["orderId"],
  additionalProperties: false,
};

const good: Definition = {
  name: "order_status",
  method: "POST",
  url: "https://shop.example.com/orders/{{input.orderId}}",
  query: { count: "{{input.count}}" },
  headers: { "X-Plan": "{{contact.attributes.plan}}" },
  body: { mail: "{{contact.email}}" },
  auth: { kind: "none", username: null, headerName: null },
  inputSchema,
  timeoutSeconds: 15,
  idempotent: false,
};

const faultsOf = (changes: Partial<Definition>) =>
  findToolFaults({ ...good, ...changes }).map(({ path, code }) => `${path} ${code}`);

it("accepts a tool that is as it should be", () => {
  expect(findToolFaults(good)).toEqual([]);
});

it("reserves the names of the built-in tools", () => {
  const scope = { run: { mode: "task" }, start: { contactId: "c" } } as Parameters<typeof builtInTools>[0];
  for (const { name } of builtInTools(scope)) expect(reservedToolNames).toContain(name);
  expect(faultsOf({ name: "finish" })).toEqual(["name name_reserved"]);
});

describe("url", () => {
  it.each([
    "https://api.example.com",
    "http://127.0.0.1:8080/x?y={{input.orderId}}",
    "https://api.example.com?y={{input.orderId}}",
    "https://[2001:db8::1]/{{ input.orderId | upcase }}/x",
    "https://api.example.com/a-{{input.orderId}}{{input.count}}",
  ])("%s", (url) => {
    expect(faultsOf({ url })).toEqual([]);
  });

  it.each([
    "/orders",
    "ftp://example.com/",
    "{{input.orderId}}",
    "https://{{input.orderId}}/x",
    "https://{{input.orderId}}.example.com/x",
    "https://api.example.com{{input.orderId}}",
    "https://api.example.com:{{input.count}}/x",
    "https://api.example.com:80{{input.count}}/x",
    "https://api.example.com\\{{input.orderId}}",
    "https://user:pass@api.example.com/x",
    "https://api.example.com@{{input.orderId}}/x",
    "https://api.example.com/x#{{input.orderId}}",
    "https://api.example.com/x y",
    "https:///x",
    "https://api.example.com/{% if input.orderId %}x{% endif %}",
    "https://api.example.com/{{input.orderId",
    "https://api.example.com/{{input.orderId | nope}}",
    "https://exa mple.com/",
    "https://api.example.com:99999/",
  ])("%s is refused", (url) => {
    expect(faultsOf({ url })).toEqual(["url url_invalid"]);
  });
});

describe("variables that nothing can fill", () => {
  it.each([
    ["{{input.nope}}", "names input.nope, which is no property of inputSchema"],
    ["{{contact.password}}", "names contact.password, but contact has only"],
    ["{{contact}}", "names contact, but contact has only"],
    ["{{contact.name.first}}", "names contact.name.first, but contact has only"],
    ["{{order.id}}", "names order.id, but templates know only"],
    ["{{ input.count | plus: order.id }}", "names order.id, but templates know only"],
    ["{{ input[order.id] }}", "names order.id, but templates know only"],
  ])("%s", (text, message) => {
    const [fault] = findToolFaults({ ...good, body: { deep: [{ here: text }] } });
    expect(fault).toMatchObject({ path: "body.deep.0.here", code: "variable_unknown" });
    expect(fault?.message).toContain(message);
    expect(faultsOf({ query: { q: text } })).toEqual(["query.q variable_unknown"]);
    expect(faultsOf({ headers: { "X-Q": text } })).toEqual(["headers.X-Q variable_unknown"]);
    expect(faultsOf({ url: `https://api.example.com/${text}` })).toEqual(["url variable_unknown"]);
  });

  it.each([
    { type: "object", additionalProperties: true },
    { type: "object", patternProperties: { "^n": {} } },
    { type: "object", anyOf: [{ properties: { nope: {} } }] },
  ])("are not seen where the schema lets others in: %j", (schema) => {
    expect(
      faultsOf({
        url: "https://api.example.com/{{input.nope}}",
        body: "{{input}}",
        query: {},
        inputSchema: schema,
      }),
    ).toEqual([]);
  });
});

it("templates that cannot be read are refused where they stand", () => {
  expect(faultsOf({ body: ["{{input.orderId"] })).toEqual(["body.0 template_invalid"]);
  expect(faultsOf({ query: { a: "{% if a %}{% endif %}" } })).toEqual(["query.a template_invalid"]);
});

it("variables are not judged by a schema that cannot be read", () => {
  expect(faultsOf({ body: "{{input.nope}} {{contact.nope}}", inputSchema: { type: "array" } })).toEqual([
    "body variable_unknown",
    "inputSchema.type schema_invalid",
  ]);
  expect(faultsOf({ body: "{{input.nope}}", inputSchema: { type: "array" } })).toEqual([
    "inputSchema.type schema_invalid",
  ]);
});

describe("headers", () => {
  it.each([
    ["Authorization", "header_invalid"],
    ["host", "header_invalid"],
    ["Content-Length", "header_invalid"],
    ["Idempotency-Key", "header_invalid"],
    ["X Shop", "header_invalid"],
    ["X-Shop:", "header_invalid"],
    ["", "header_invalid"],
  ])("%s", (name, code) => {
    expect(faultsOf({ headers: { [name]: "x" } })).toEqual([`headers.${name} ${code}`]);
  });

  it("are set once, and have no line breaks", () => {
    expect(faultsOf({ headers: { "X-A": "1", "x-a": "2" } })).toEqual(["headers.x-a duplicate"]);
    expect(faultsOf({ headers: { "X-A": "1\nX-B: 2" } })).toEqual(["headers.X-A text_invalid"]);
    const auth = { kind: "header", username: null, headerName: "x-key" } as const;
    expect(faultsOf({ auth, headers: { "X-Key": "1" } })).toEqual(["headers.X-Key duplicate"]);
    expect(faultsOf({ auth: { ...auth, headerName: "Host" } })).toEqual(["auth.headerName header_invalid"]);
    expect(faultsOf({ auth: { ...auth, headerName: "Authorization" } })).toEqual([]);
  });
});

it("GET has no body", () => {
  expect(faultsOf({ method: "GET" })).toEqual(["body not_allowed"]);
  expect(faultsOf({ method: "GET", body: null })).toEqual([]);
});

describe("inputSchema", () => {
  const plain = { url: "https://api.example.com/", query: {}, headers: {}, body: null };

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{}, "inputSchema.type"],
    [{ type: "array" }, "inputSchema.type"],
    [{ type: ["object"] }, "inputSchema.type"],
    [{ type: "object", properties: [] }, "inputSchema.properties"],
    [{ type: "object", properties: { a: { type: "strin" } } }, "inputSchema.properties.a.type"],
    [{ type: "object", properties: { a: { minimum: "1" } } }, "inputSchema.properties.a.minimum"],
    [{ type: "object", required: "a" }, "inputSchema.required"],
    [{ type: "object", requried: ["a"] }, "inputSchema.requried"],
    [{ type: "object", properties: { a: { items: { nope: 1 } } } }, "inputSchema.properties.a.items.nope"],
    [{ type: "object", anyOf: [{}, { nope: 1 }] }, "inputSchema.anyOf.1.nope"],
    [{ type: "object", properties: { a: { pattern: "(" } } }, "inputSchema.properties.a.pattern"],
    [{ type: "object", patternProperties: { "(": {} } }, "inputSchema.patternProperties"],
    [{ type: "object", properties: { a: { format: "nope" } } }, "inputSchema.properties.a.format"],
    [{ type: "object", properties: { a: { $ref: "#/$defs/b" } } }, "inputSchema.properties.a.$ref"],
    [{ type: "object", properties: { a: { $ref: "https://x.example/s" } } }, "inputSchema.properties.a.$ref"],
    [{ type: "object", $id: "https://x.example/s" }, "inputSchema.$id"],
    [{ type: "object", $async: true }, "inputSchema.$async"],
    [{ type: "object", $schema: "http://json-schema.org/draft-07/schema#" }, "inputSchema.$schema"],
    [{ type: "object", description: "x".repeat(33_000) }, "inputSchema"],
  ])("%j is refused at its place", (schema, path) => {
    expect(findToolFaults({ ...good, ...plain, inputSchema: schema }).map((fault) => fault.path)).toEqual([
      path,
    ]);
  });

  it("may refer to its own parts, also to itself", () => {
    const schema = {
      type: "object",
      properties: { a: { $ref: "#/$defs/a~1b" }, inner: { $ref: "#" } },
      $defs: { "a/b": { type: "string", format: "date" } },
      additionalProperties: false,
    };
    expect(findToolFaults({ ...good, ...plain, inputSchema: schema })).toEqual([]);
    const check = createInputCheck(schema);
    expect(check({ inner: { a: "2027-03-01" } })).toEqual({
      ok: true,
      input: { inner: { a: "2027-03-01" } },
    });
    expect(check({ inner: { a: "tomorrow" } })).toMatchObject({ ok: false });
  });
});

describe("a model's arguments", () => {
  const check = createInputCheck(inputSchema);
  const faultOf = (input: unknown) => {
    const checked = check(input);
    return checked.ok ? undefined : checked.fault;
  };

  it("pass with the schema's defaults and are not changed otherwise", () => {
    const given = { orderId: "42" };
    expect(check(given)).toEqual({ ok: true, input: { orderId: "42", count: 1 } });
    expect(given).toEqual({ orderId: "42" });
    expect(faultOf({ orderId: 42 })).toBe("orderId: must be string.");
  });

  it.each([
    [{}, "must have required property 'orderId'."],
    [{ orderId: "1", count: 0 }, "count: must be >= 1."],
    [{ orderId: "1", more: 1 }, 'has no property "more".'],
    [{ orderId: 1, count: "2" }, "orderId: must be string; count: must be integer."],
    ["text", "must be object."],
    [null, "must be object."],
    [[], "must be object."],
  ])("%j are refused with every fault", (input, fault) => {
    expect(faultOf(input)).toBe(fault);
  });

  it("are checked by patterns that give up in time", () => {
    const check = createInputCheck({
      type: "object",
      properties: { a: { pattern: "^(a+)+$" }, "b\u2028": { pattern: '^\\p{L}"\u2028$' } },
      patternProperties: { "^(x+)+$": { type: "string" } },
    });
    expect(check({ a: "aaa", "b\u2028": 'Ж"\u2028', xx: "yes" })).toMatchObject({ ok: true });
    expect(check({ a: "b" })).toEqual({ ok: false, fault: 'a: must match pattern "^(a+)+$".' });
    expect(check({ xx: 5 })).toEqual({ ok: false, fault: "xx: must be string." });
    const slow = "takes too long for this text.";
    expect(check({ a: `${"a".repeat(60)}!` })).toEqual({ ok: false, fault: `the pattern ^(a+)+$ ${slow}` });
    expect(check({ [`${"x".repeat(60)}!`]: 1 })).toEqual({ ok: false, fault: `the pattern ^(x+)+$ ${slow}` });
  });

  it("say which values would do", () => {
    const sized = createInputCheck({ type: "object", properties: { size: { enum: ["S", "M"] } } });
    expect(sized({ size: "L" })).toEqual({ ok: false, fault: 'size: must be one of "S", "M".' });
  });
});
