import type { JsonSchemaObject, ModelTool, ModelToolResult } from "./messages.ts";

/** These follow rules of their own, or stand in texts as plain words. */
const ownRules: ReadonlySet<string> = new Set(["wait", "remember", "send_message", "finish"]);

/** True for the tools that the sandbox calls whether or not a text names them. */
export function followsOwnRules(name: string): boolean {
  return ownRules.has(name);
}

/** The first tool in the text's order that the text names and that was not called yet. */
export function findNamedTool(
  text: string,
  tools: readonly ModelTool[],
  called: ReadonlySet<string>,
): ModelTool | undefined {
  return tools
    .filter(({ name }) => !followsOwnRules(name) && !called.has(name))
    .map((tool) => ({ tool, at: findWord(text, tool.name) }))
    .filter(({ at }) => at >= 0)
    .sort((left, right) => left.at - right.at)[0]?.tool;
}

/** Where the word begins, in any case; -1 if it does not stand there by itself. */
function findWord(text: string, word: string): number {
  return text.search(new RegExp(`(?<![\\p{L}\\p{N}_])${escapePattern(word)}(?![\\p{L}\\p{N}_])`, "iu"));
}

/**
 * Arguments for a tool as far as its schema asks and the text says: `orderId 42`, `orderId: 42`, `orderId=42`,
 * `orderId "42"`. What is not said and not required is left out; what is required takes the schema's default, then what
 * stands in quotes or the first number, then the simplest value of its type, for a text the text itself.
 */
export function readArguments(
  text: string,
  { name, inputSchema }: ModelTool,
): Readonly<Record<string, unknown>> {
  const properties = Object.entries(asObject(inputSchema.properties));
  const required = new Set(Array.isArray(inputSchema.required) ? inputSchema.required : []);
  // What stands before the tool's name belongs to something else, unless nothing stands behind it.
  const start = Math.max(0, findWord(text, name));
  const behind = text.slice(start + name.length);
  const quoted = [...text.matchAll(quotes)].flatMap((match) =>
    match.slice(1).filter((part) => part !== undefined),
  );
  const input: Record<string, unknown> = {};
  for (const [property, given] of properties) {
    const schema = asObject(given);
    const said = readSaid(behind, property) ?? readSaid(text, property);
    const value = said === undefined ? undefined : convert(said, schema);
    if (value !== undefined) input[property] = value;
    else if (required.has(property)) input[property] = fallback(property, schema, { behind, text, quoted });
  }
  return input;
}

const quotes = /"([^"]{1,500})"|“([^”]{1,500})”|'([^']{1,500})'/g;

function readSaid(text: string, property: string): string | undefined {
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}_])${escapePattern(property)}(?![\\p{L}\\p{N}_])["']?\\s*(?:[:=]|\\bis\\b)?\\s*` +
      `(?:"([^"]*)"|“([^”]*)”|'([^']*)'|([^\\s,;()]+))`,
    "iu",
  );
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, double, curly, single, plain] = match;
  return double ?? curly ?? single ?? plain?.replace(/[.!?]+$/, "");
}

/** The text as a value of the schema's type; undefined if it is none. */
function convert(said: string, schema: JsonSchemaObject): unknown {
  const choices: readonly unknown[] = Array.isArray(schema.enum) ? schema.enum : [];
  const chosen = choices.find((choice) => String(choice).toLowerCase() === said.toLowerCase());
  if (chosen !== undefined) return chosen;
  switch (typeOf(schema)) {
    case "integer":
      return /^-?\d+$/.test(said) ? Number(said) : undefined;
    case "number":
      return /^-?\d+(\.\d+)?$/.test(said) ? Number(said) : undefined;
    case "boolean":
      return /^(true|yes)$/i.test(said) ? true : /^(false|no)$/i.test(said) ? false : undefined;
    case "array": {
      const item = convert(said, asObject(schema.items));
      return item === undefined ? undefined : [item];
    }
    case "object":
    case "null":
      return undefined;
    default:
      return said;
  }
}

interface Said {
  readonly text: string;
  /** What stands behind the tool's name. */
  readonly behind: string;
  readonly quoted: readonly string[];
}

function fallback(property: string, schema: JsonSchemaObject, { text, behind, quoted }: Said): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (typeOf(schema)) {
    case "integer":
    case "number": {
      const found = /-?\d+(\.\d+)?/.exec(behind)?.[0] ?? /-?\d+(\.\d+)?/.exec(text)?.[0];
      const number = convert(found ?? "", schema);
      return number ?? (typeof schema.minimum === "number" ? schema.minimum : 0);
    }
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      return {};
    case "null":
      return null;
    default: {
      const most = typeof schema.maxLength === "number" ? schema.maxLength : 500;
      const code = isCode(property) ? /[\p{L}\p{N}_-]*\d[\p{L}\p{N}_-]*/u.exec(behind)?.[0] : undefined;
      return [...(quoted[0] ?? code ?? text.trim())].slice(0, most).join("");
    }
  }
}

/** True for the names of what people write with digits: `orderId`, `invoice_number`. */
function isCode(property: string): boolean {
  return /(id|code|no|number|sku)$/i.test(property);
}

function typeOf({ type }: JsonSchemaObject): unknown {
  return Array.isArray(type) ? type.find((one) => one !== "null") : type;
}

/** What a tool answered, for a sentence. */
export function describeAnswer({ name, output }: ModelToolResult): string {
  const { body, results, reason, status } = asObject(output);
  const failure = asObject(reason).message;
  if (typeof failure === "string") return `${name} gave no answer: ${failure}`;
  const told = body ?? results ?? output;
  const text = typeof told === "string" ? told : JSON.stringify(told);
  const isRefused = typeof status === "number" && status >= 400;
  return `${name} ${isRefused ? `answered with status ${status}` : "answered"}: ${text}`;
}

function asObject(value: unknown): JsonSchemaObject {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : {};
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
