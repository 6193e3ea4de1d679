import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { FieldError } from "../../base/errors.ts";
import type { CheckedInput } from "../loop/tool.ts";
import type { JsonSchemaObject } from "../models/index.ts";
import { createBoundedPattern, PatternTimeoutError } from "./bounded-pattern.ts";
import { findSchemaWordFaults } from "./schema-words.ts";

const draft = "https://json-schema.org/draft/2020-12/schema";
/** More does not help a model, and every call carries it. */
const mostBytes = 32_000;

/** What is wrong with a tool's input schema, each fault at its place below `inputSchema`. */
export function findInputSchemaFaults(schema: JsonSchemaObject): readonly FieldError[] {
  const faultAt = (path: string, message: string): FieldError => ({
    path: path === "" ? "inputSchema" : `inputSchema.${path}`,
    code: "schema_invalid",
    message,
  });
  if (Buffer.byteLength(JSON.stringify(schema)) > mostBytes)
    return [{ path: "inputSchema", code: "too_large", message: "must be at most 32 kB of JSON" }];
  if (schema.type !== "object") return [faultAt("type", 'must be "object"')];
  if (schema.$schema !== undefined && schema.$schema !== draft)
    return [faultAt("$schema", `must be "${draft}" or left out`)];
  const ajv = createAjv({ meta: true });
  if (ajv.validateSchema(schema) !== true) return listByPlace(ajv.errors ?? [], faultAt);
  const words = findSchemaWordFaults(schema, new Set(Object.keys(ajv.formats)));
  if (words.length > 0) return words.map(({ path, message }) => faultAt(path, message));
  try {
    ajv.compile(schema);
    return [];
  } catch (error) {
    return [faultAt("", `cannot be used: ${error instanceof Error ? error.message : String(error)}`)];
  }
}

/** One fault for each place: of several the first says what was expected, the others which rules led there. */
function listByPlace(
  errors: readonly ErrorObject[],
  faultAt: (path: string, message: string) => FieldError,
): readonly FieldError[] {
  const places = new Map<string, FieldError>();
  for (const error of errors) {
    const path = dotted(error);
    if (!places.has(path)) places.set(path, faultAt(path, describe(error)));
  }
  return [...places.values()];
}

/**
 * A check of a model's arguments by a schema that `findInputSchemaFaults` has nothing against. Defaults of the schema
 * are filled in; nothing else is changed. Compiled at the first call, since most tools are not called in most runs.
 */
export function createInputCheck(schema: JsonSchemaObject): (input: unknown) => CheckedInput {
  let validate: ReturnType<Ajv2020["compile"]> | undefined;
  return (input) => {
    // Schemas were checked when they were saved; checking them again would take 20 times as long.
    validate ??= createAjv({ meta: false }).compile(schema);
    const filled: unknown = structuredClone(input);
    try {
      if (validate(filled)) return { ok: true, input: filled };
    } catch (error) {
      if (error instanceof PatternTimeoutError) return { ok: false, fault: `${error.message}.` };
      throw error;
    }
    const faults = (validate.errors ?? []).map((error) => {
      const path = dotted(error);
      return path === "" ? describe(error) : `${path}: ${describe(error)}`;
    });
    return { ok: false, fault: `${[...new Set(faults)].join("; ")}.` };
  };
}

/** Ajv names the code by which modules of its own would make a pattern; none are made here. */
const boundedPatterns = Object.assign(createBoundedPattern, { code: "createBoundedPattern" });

function createAjv({ meta }: { readonly meta: boolean }): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    strict: false,
    logger: false,
    meta,
    validateSchema: meta,
    code: { regExp: boundedPatterns },
  });
  addFormats.default(ajv);
  return ajv;
}

function dotted({ instancePath }: ErrorObject): string {
  return instancePath.split("/").slice(1).map(unescapePointer).join(".");
}

function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

function describe({ keyword, message = "is not valid", params }: ErrorObject): string {
  switch (keyword) {
    case "enum":
      return `must be one of ${listed(params.allowedValues)}`;
    case "const":
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case "additionalProperties":
      return `has no property "${String(params.additionalProperty)}"`;
    case "unevaluatedProperties":
      return `has no property "${String(params.unevaluatedProperty)}"`;
    default:
      return message;
  }
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(", ") : String(values);
}
