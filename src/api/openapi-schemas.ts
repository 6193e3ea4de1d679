import { z } from "zod";

export type Json = Record<string, unknown>;

/** Schemas that several places share, by their names in the document. */
export class SchemaBook {
  readonly components = new Map<string, Json>();

  /** A schema for a request. `name` is for parts that refer to themselves and have no name of their own. */
  input(schema: z.ZodType, name: string): Json {
    return this.#convert(schema, "input", name);
  }

  /** A schema for an answer. Fields may be added to answers later, so it does not forbid others. */
  output(schema: z.ZodType, name: string): Json {
    return this.#convert(schema, "output", name);
  }

  #convert(schema: z.ZodType, io: "input" | "output", name: string): Json {
    const {
      $schema: _version,
      $defs,
      ...root
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: "any",
      override: ({ jsonSchema }) => tidy(jsonSchema, io),
    });
    const definitions = Object.entries(($defs ?? {}) as Record<string, Json>);
    const names = new Map(
      definitions.map(([own, definition]) => [own, this.#nameFor(own, definition, io, name)]),
    );
    for (const [own, definition] of definitions)
      this.components.set(names.get(own) ?? own, renamed(definition, names));
    return renamed(root, names);
  }

  /** The component's name: its own, unless another schema has that name already. */
  #nameFor(own: string, definition: Json, io: "input" | "output", name: string): string {
    const text = JSON.stringify(definition).replaceAll(`#/$defs/${own}"`, '#/$defs/self"');
    if (text === jsonValue()) return "JsonValue";
    const wanted = own.startsWith("__") ? `${name}${own.replaceAll("_", "")}` : own;
    const same = (candidate: string) => {
      const existing = this.#texts.get(candidate);
      return existing === undefined || existing === text;
    };
    const chosen = [wanted, `${wanted}${io === "input" ? "Input" : "Output"}`].find(same);
    if (chosen === undefined) throw new Error(`two schemas are named ${wanted}`);
    this.#texts.set(chosen, text);
    return chosen;
  }

  readonly #texts = new Map<string, string>();
}

/** What `z.json()` becomes, with its reference to itself made neutral. */
function jsonValue(): string {
  const { $defs } = z.toJSONSchema(z.object({ value: z.json() }), {
    override: ({ jsonSchema }) => tidy(jsonSchema, "input"),
  });
  const [own, definition] = Object.entries($defs ?? {})[0] ?? ["", {}];
  return JSON.stringify(definition).replaceAll(`#/$defs/${own}"`, '#/$defs/self"');
}

/** Brings zod's JSON Schema into the form that OpenAPI's readers expect. */
function tidy(schema: z.core.JSONSchema.BaseSchema, io: "input" | "output"): void {
  if ("example" in schema) {
    schema.examples = [schema.example];
    delete schema.example;
  }
  // Says nothing: names in JSON are strings.
  delete schema.propertyNames;
  if (io === "output" && schema.additionalProperties === false) delete schema.additionalProperties;
  // The format says it; zod's expressions for it are longer than the rest of the schema.
  if (schema.format !== undefined) delete schema.pattern;
}

function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  return renamedValue(value, names) as Json;
}

function renamedValue(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamedValue(item, names));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== "$ref" || typeof inner !== "string") return [key, renamedValue(inner, names)];
      const own = inner.replace("#/$defs/", "");
      return [key, `#/components/schemas/${names.get(own) ?? own}`];
    }),
  );
}
