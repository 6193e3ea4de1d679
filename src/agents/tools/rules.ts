import type { FieldError } from "../../base/errors.ts";
import { findInputSchemaFaults } from "./input-schema.ts";
import { readTemplate, type TemplatePart } from "./template.ts";
import type { ToolRequestDefinition } from "./tool-definition.ts";
import { findUrlFault } from "./url-template.ts";

/** Names that the program's own tools have or will have. */
export const reservedToolNames: ReadonlySet<string> = new Set([
  "create_todo",
  "find_contacts",
  "finish",
  "hand_over",
  "remember",
  "schedule_follow_up",
  "search_knowledge",
  "send_message",
  "wait",
]);

/** Headers that the program or the connection sets, and why they cannot be set here. */
const refusedHeaders: Readonly<Record<string, string>> = {
  authorization: "must be sent as auth, where it is stored encrypted",
  "proxy-authorization": "must be left out",
  "idempotency-key": "must be left out: every call is sent with a key of its own",
};
const connectionHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What the schema of the request cannot tell: names, templates and the input schema, each fault at its field. */
export function findToolFaults(
  tool: ToolRequestDefinition & { readonly name: string },
): readonly FieldError[] {
  const schemaFaults = findInputSchemaFaults(tool.inputSchema);
  // Without a schema that can be read nothing can be said about the variables of templates.
  const known = schemaFaults.length > 0 ? undefined : tool;
  return [
    ...(reservedToolNames.has(tool.name)
      ? [{ path: "name", code: "name_reserved", message: "must not be the name of a built-in tool" }]
      : []),
    ...findUrlFaults(tool.url, known),
    ...Object.entries(tool.query).flatMap(([name, text]) => findTextFaults(`query.${name}`, text, known)),
    ...findHeaderFaults(tool, known),
    ...(tool.method === "GET" && tool.body !== null
      ? [{ path: "body", code: "not_allowed", message: "must be null or left out: GET has no body" }]
      : findBodyFaults("body", tool.body, known)),
    ...schemaFaults,
  ];
}

type Known = Pick<ToolRequestDefinition, "inputSchema"> | undefined;

function findUrlFaults(url: string, known: Known): readonly FieldError[] {
  const fault = findUrlFault(url);
  if (fault !== undefined) return [{ path: "url", code: "url_invalid", message: fault }];
  return findTextFaults("url", url, known);
}

const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

function findHeaderFaults(tool: ToolRequestDefinition, known: Known): readonly FieldError[] {
  const { headerName: authName } = tool.auth;
  const seen = new Set<string>();
  const ofAuth = authName === null ? undefined : findHeaderNameFault(authName, "auth.headerName");
  const faults = Object.entries(tool.headers).flatMap(([name, text]) => {
    const path = `headers.${name}`;
    const lower = name.toLowerCase();
    const isTwice = seen.has(lower) || lower === authName?.toLowerCase();
    seen.add(lower);
    if (isTwice) return [{ path, code: "duplicate", message: "must not be set twice" }];
    const fault = findHeaderNameFault(name, path);
    if (fault !== undefined) return [fault];
    if (/\p{Cc}/u.test(text))
      return [{ path, code: "text_invalid", message: "must not contain line breaks or control characters" }];
    return findTextFaults(path, text, known);
  });
  return ofAuth === undefined ? faults : [ofAuth, ...faults];
}

function findHeaderNameFault(name: string, path: string): FieldError | undefined {
  const lower = name.toLowerCase();
  if (!headerName.test(name))
    return { path, code: "header_invalid", message: "must be the name of a header, such as X-Shop-Id" };
  const isAuth = path === "auth.headerName";
  const refused = isAuth && lower === "authorization" ? undefined : refusedHeaders[lower];
  if (refused !== undefined) return { path, code: "header_invalid", message: refused };
  if (connectionHeaders.has(lower))
    return { path, code: "header_invalid", message: "must be left out: the connection sets it" };
  return undefined;
}

function findBodyFaults(path: string, template: unknown, known: Known): readonly FieldError[] {
  if (typeof template === "string") return findTextFaults(path, template, known);
  if (typeof template !== "object" || template === null) return [];
  return Object.entries(template).flatMap(([name, value]) => findBodyFaults(`${path}.${name}`, value, known));
}

function findTextFaults(path: string, text: string, known: Known): readonly FieldError[] {
  const read = readTemplate(text);
  if ("fault" in read) return [{ path, code: "template_invalid", message: read.fault }];
  const message = findVariableFault(read.parts, known);
  return message === undefined ? [] : [{ path, code: "variable_unknown", message }];
}

const contactFields: ReadonlySet<string> = new Set(["name", "email", "phone", "externalId"]);

function findVariableFault(parts: readonly TemplatePart[], known: Known): string | undefined {
  for (const part of parts) {
    if (part.expression === undefined) continue;
    for (const variable of part.variables) {
      const message = describeVariableFault(variable, known);
      if (message !== undefined) return `names ${variable.join(".")}, ${message}`;
    }
  }
  return undefined;
}

function describeVariableFault([root, field, ...inner]: readonly string[], known: Known): string | undefined {
  if (root === "contact") {
    const isKnown =
      field === "attributes" || (field !== undefined && contactFields.has(field) && inner.length === 0);
    if (isKnown) return undefined;
    return "but contact has only name, email, phone, externalId and attributes.…";
  }
  if (root !== "input") return "but templates know only input.… and contact.…";
  if (field === undefined || known === undefined) return undefined;
  return isDeclared(known.inputSchema, field) ? undefined : "which is no property of inputSchema";
}

/** False only if the schema lists its properties, this is none of them, and nothing lets others in. */
function isDeclared(schema: Readonly<Record<string, unknown>>, name: string): boolean {
  if (name === "*" || Object.hasOwn(Object(schema.properties), name)) return true;
  const lettingIn = ["additionalProperties", "unevaluatedProperties"].some(
    (word) => schema[word] !== undefined && schema[word] !== false,
  );
  const elsewhere = ["$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas"];
  return lettingIn || elsewhere.some((word) => schema[word] !== undefined);
}
