/** Something of each type to begin with, for the fields that a schema requires. */
const samples: Readonly<Record<string, unknown>> = {
  string: "",
  number: 0,
  integer: 0,
  boolean: false,
  array: [],
  object: {},
};

/** An input to fill in: the schema's required fields, with their examples or defaults where it names some. */
export function exampleInput(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const names = Object.keys(properties).filter((name) => required.includes(name));
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name])]));
}

function sampleOf(field: unknown): unknown {
  if (!isObject(field)) return "";
  if (Array.isArray(field.examples) && field.examples.length > 0) return field.examples[0];
  if (field.default !== undefined) return field.default;
  if (Array.isArray(field.enum) && field.enum.length > 0) return field.enum[0];
  return typeof field.type === "string" ? (samples[field.type] ?? null) : "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
