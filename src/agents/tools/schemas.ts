import { z } from "zod";
import {
  externalId,
  idOf,
  idOut,
  instantOut,
  meta,
  metaOut,
  text,
  unstorableJson,
} from "../../base/schemas.ts";
import { isStorableJson } from "../../base/text.ts";
import { authKinds, toolMethods, toolPolicies } from "./tool-definition.ts";

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, {
    error: "must have 1 to 64 of a-z, 0-9 and _, beginning with a letter, as models accept it",
  })
  .meta({ description: "As the model calls it; unique in the workspace", example: "order_status" });
const description = text({ min: 1, max: 2_000 }).meta({
  description: "Tells the model what the tool does and when to use it",
});
const url = text({ min: 1, max: 2_000 }).meta({
  description:
    "Template with `{{input.…}}` and `{{contact.…}}`. The host is written out. Values are percent-encoded: they add " +
    "no path segment and no parameter",
  example: "https://shop.example.com/orders/{{input.orderId}}",
});

const template = text({ max: 2_000 });
const templatesAtMost = 50;

function templatesByName(what: string) {
  return z
    .record(text({ min: 1, max: 200 }), template)
    .refine((value) => Object.keys(value).length <= templatesAtMost, {
      error: `must be at most ${templatesAtMost} ${what}`,
      params: { code: "too_many" },
    });
}

const query = templatesByName("parameters").meta({
  description:
    "Parameter → template, added to the URL. One that is nothing but `{{ }}` is left out where it has no value",
  example: { locale: "{{input.locale}}" },
});
const headers = templatesByName("headers").meta({
  description: "Header → template. Secrets belong into `auth`",
  example: { "X-Shop": "berlin" },
});

const bodyBytes = 32_000;
const body = z
  .json()
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= bodyBytes, {
    error: "must be at most 32 kB of JSON",
    params: { code: "too_large" },
  })
  .refine(isStorableJson, unstorableJson)
  .meta({
    description:
      "JSON whose strings are templates; null: no body. A string that is nothing but `{{ }}` takes the value with its " +
      "type, and is left out where it has none",
    example: null,
  });

const secret = z
  .string()
  .min(4)
  .max(2_000)
  .regex(/^[\x20-\x7e]*$/, { error: "must be printable ASCII characters" })
  .refine((value) => value === value.trim(), { error: "must not begin or end with a space" })
  .optional()
  .meta({
    description:
      "Password, token or header value: stored encrypted and never shown. Left out in a change of the same kind: stays",
  });
const auth = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({ kind: z.literal("basic"), username: text({ min: 1, max: 200 }), secret }),
    z.strictObject({ kind: z.literal("bearer"), secret }),
    z.strictObject({ kind: z.literal("header"), headerName: text({ min: 1, max: 100 }), secret }),
  ])
  .meta({ description: "How the request says who sends it" });

const inputSchema = z
  .record(z.string(), z.json())
  .refine(isStorableJson, unstorableJson)
  .meta({
    description: "JSON Schema (2020-12) of type `object`: what the model gives as `input`",
    example: { type: "object", properties: { orderId: { type: "string" } }, required: ["orderId"] },
  });
const timeoutSeconds = z.int().min(1).max(60).meta({ description: "For one attempt, 1 to 60" });
const idempotent = z.boolean().meta({
  description:
    "True: a call may be made again, with the same `Idempotency-Key`, where its answer was lost or the server answers " +
    "429 or 503. Default: true for GET",
});
const policy = z
  .enum(toolPolicies, {
    error: "must be read: tools that change something need approvals, which there are not yet",
  })
  .meta({ description: "What a call may do; only `read` for now, which an agent may do at any time" });
const enabled = z.boolean().meta({ description: "While false no agent may call it" });

export const newTool = z.strictObject({
  kind: z.literal("http").default("http"),
  name,
  description,
  method: z.enum(toolMethods).default("GET"),
  url,
  query: query.default({}),
  headers: headers.default({}),
  body: body.default(null),
  auth: auth.default({ kind: "none" }),
  inputSchema,
  timeoutSeconds: timeoutSeconds.default(15),
  idempotent: idempotent.optional(),
  policy: policy.default("read"),
  enabled: enabled.default(true),
  externalId: externalId.nullable().default(null),
  meta: meta.default({}),
});

export const toolChanges = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  method: z.enum(toolMethods).optional(),
  url: url.optional(),
  query: query.optional(),
  headers: headers.optional(),
  body: body.optional(),
  auth: auth.optional().meta({
    description: "Its secret is needed again when `kind` changes or `url` moves to another server",
  }),
  inputSchema: inputSchema.optional(),
  timeoutSeconds: timeoutSeconds.optional(),
  idempotent: idempotent.optional(),
  policy: policy.optional(),
  enabled: enabled.optional(),
  externalId: externalId.nullable().optional(),
  meta: meta.optional(),
});

export const toolOut = z
  .object({
    id: idOut("tool"),
    kind: z.literal("http"),
    name: z.string(),
    description: z.string(),
    method: z.enum(toolMethods),
    url: z.string(),
    query: z.record(z.string(), z.string()),
    headers: z.record(z.string(), z.string()),
    body: z.json(),
    auth: z.object({
      kind: z.enum(authKinds),
      username: z.string().optional(),
      headerName: z.string().optional(),
    }),
    hasSecret: z.boolean(),
    inputSchema: z.record(z.string(), z.json()),
    timeoutSeconds: z.int(),
    idempotent: z.boolean(),
    policy: z.enum(toolPolicies),
    enabled: z.boolean(),
    externalId: z.string().nullable(),
    meta: metaOut,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Tool" });

export const tryBody = z.strictObject({
  input: z
    .record(z.string(), z.json())
    .default({})
    .meta({
      description: "As a model would give it",
      example: { orderId: "A-1041" },
    }),
  contactId: idOf("contact").optional().meta({ description: "Whom templates mean by `contact`" }),
});

export const tryOut = z
  .object({
    request: z
      .object({
        method: z.enum(toolMethods),
        url: z.string(),
        headers: z.record(z.string(), z.string()),
        body: z.json().meta({ description: "Null: none" }),
      })
      .nullable()
      .meta({
        description: "As it was sent, with `[secret]` where the secret stood; null: it could not be made",
      }),
    answer: z
      .object({
        status: z.int().meta({ description: "HTTP status" }),
        body: z.json(),
        note: z.string().optional().meta({ description: "What was left out" }),
      })
      .nullable()
      .meta({ description: "As the model would see it; null: there was none" }),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: "Why there was no answer" }),
    durationMs: z.int(),
  })
  .meta({ id: "ToolTest" });

export const exampleTool = {
  name: "order_status",
  description: "Looks up where an order is. Use it when somebody asks about an order.",
  method: "GET",
  url: "https://shop.example.com/orders/{{input.orderId}}",
  query: {},
  headers: {},
  body: null,
  auth: { kind: "bearer", secret: "your-token" },
  inputSchema: {
    type: "object",
    properties: { orderId: { type: "string", description: "Such as A-1041" } },
    required: ["orderId"],
    additionalProperties: false,
  },
  timeoutSeconds: 15,
  policy: "read",
};

export const exampleToolOut = {
  id: "tool_01k3v8q5x8e7arf4s2m6t9c0wd",
  kind: "http",
  ...exampleTool,
  auth: { kind: "bearer" },
  hasSecret: true,
  idempotent: true,
  enabled: true,
  externalId: null,
  meta: {},
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

export const exampleTry = {
  request: {
    method: "GET",
    url: "https://shop.example.com/orders/A-1041",
    headers: { accept: "application/json, text/*;q=0.9, */*;q=0.5", authorization: "Bearer [secret]" },
    body: null,
  },
  answer: { status: 200, body: { orderId: "A-1041", status: "shipped" } },
  error: null,
  durationMs: 84,
};
