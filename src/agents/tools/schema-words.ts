/** A fault in a JSON Schema; `path` is dotted, empty for the schema itself. */
export interface SchemaWordFault {
  readonly path: string;
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Words whose value is a schema, or true or false. */
const ofSchema: ReadonlySet<string> = new Set([
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);
/** Words whose value is a list of schemas. */
const ofSchemas: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
/** Words whose value has names of one's own, each with a schema. */
const ofNamedSchemas: ReadonlySet<string> = new Set([
  "$defs",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);
const others: ReadonlySet<string> = new Set([
  "$comment",
  "$ref",
  "$schema",
  "const",
  "contentEncoding",
  "contentMediaType",
  "default",
  "dependentRequired",
  "deprecated",
  "description",
  "enum",
  "examples",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maxContains",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minContains",
  "minItems",
  "minLength",
  "minProperties",
  "minimum",
  "multipleOf",
  "pattern",
  "readOnly",
  "required",
  "title",
  "type",
  "uniqueItems",
  "writeOnly",
]);

/**
 * What a well-formed schema says that would be ignored or fail only when it is used: words that draft 2020-12 does not
 * have, formats nobody checks, patterns that are no regular expressions, references that lead nowhere.
 */
export function findSchemaWordFaults(root: Json, formats: ReadonlySet<string>): readonly SchemaWordFault[] {
  const faults: SchemaWordFault[] = [];
  const visit = (schema: unknown, path: readonly string[]): void => {
    if (!isObject(schema)) return;
    for (const [word, value] of Object.entries(schema)) {
      const here = [...path, word];
      const message = faultOf(word, value, root, formats);
      if (message !== undefined) faults.push({ path: here.join("."), message });
      else if (ofSchema.has(word)) visit(value, here);
      else if ((ofSchemas.has(word) && Array.isArray(value)) || (ofNamedSchemas.has(word) && isObject(value)))
        for (const [name, inner] of Object.entries(value)) visit(inner, [...here, name]);
    }
  };
  visit(root, []);
  return faults;
}

function faultOf(word: string, value: unknown, root: Json, formats: ReadonlySet<string>): string | undefined {
  if (word === "format" && !formats.has(String(value)))
    return `must be one of ${[...formats].toSorted().join(", ")}`;
  if (word === "pattern" && !isRegularExpression(String(value))) return "must be a regular expression";
  if (word === "patternProperties" && isObject(value)) {
    const broken = Object.keys(value).find((pattern) => !isRegularExpression(pattern));
    return broken === undefined ? undefined : `has the name "${broken}", which is no regular expression`;
  }
  if (word === "$ref" && !leadsSomewhere(String(value), root))
    return "must lead to a place in this schema, such as #/$defs/address";
  const isKnown = ofSchema.has(word) || ofSchemas.has(word) || ofNamedSchemas.has(word) || others.has(word);
  return isKnown ? undefined : "is no word of JSON Schema 2020-12 that can be used here";
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function leadsSomewhere(reference: string, root: Json): boolean {
  if (reference === "#") return true;
  if (!reference.startsWith("#/")) return false;
  let at: unknown = root;
  for (const step of reference.slice(2).split("/")) {
    const name = decodeStep(step);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return false;
    at = Reflect.get(at, name);
  }
  return true;
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
