import { type IdKind, idPrefixes } from "../../src/base/ids.ts";

type Json = Readonly<Record<string, unknown>>;

/** A field of a body or a query parameter that holds an id. */
export interface IdField {
  /** `["limits", "agentId"]`; `0` stands for the items of a list. */
  readonly path: readonly (string | 0)[];
  readonly kind: IdKind;
}

/** One operation, as the OpenAPI document tells it. */
export interface Operation {
  /** `POST /v1/tasks/{taskId}/trigger` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  /** Names of the security schemes; empty = anybody may call. */
  readonly security: readonly string[];
  /** Of a key; undefined where no key is taken. */
  readonly scope: string | undefined;
  /** Without the customer's own ids. */
  readonly pathParameters: readonly string[];
  readonly idFilters: readonly { readonly name: string; readonly kind: IdKind }[];
  /** The query parameters that must be there, with the values of their examples. */
  readonly query: Readonly<Record<string, string>>;
  /** The example; undefined = takes no body. */
  readonly body: Json | undefined;
  readonly idFields: readonly IdField[];
  /** Fields called like ids that the document does not mark as ids of a kind. */
  readonly unmarkedIds: readonly string[];
  /** Answers `{items: […]}`. */
  readonly isList: boolean;
  /** Of a list: it goes on by a cursor, so it may be long. */
  readonly isPaged: boolean;
  /** Takes `q`. */
  readonly isSearched: boolean;
  readonly isStream: boolean;
}

interface DocumentOperation {
  readonly operationId: string;
  readonly security: readonly Json[];
  readonly "x-required-scope"?: string;
  readonly parameters?: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly required?: boolean;
    readonly schema?: Json;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Json; example?: Json }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Json>> }>>;
}

const kinds = new Map(Object.entries(idPrefixes).map(([kind, prefix]) => [prefix as string, kind as IdKind]));

/** The customer's own ids, which are free text. */
const ownIds: ReadonlySet<string> = new Set(["externalId", "clientMessageId"]);

/** All operations of an OpenAPI document of ours. */
export function readOperations(document: unknown): readonly Operation[] {
  const { paths, components } = document as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Json>> };
  };
  const resolve = (schema: Json): Json => {
    const name = /^#\/components\/schemas\/(.+)$/.exec(String(schema.$ref ?? ""))?.[1];
    return name === undefined ? schema : resolve(components.schemas[name] ?? {});
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => describe(method, path, operation, resolve)),
  );
}

function describe(
  method: string,
  path: string,
  operation: DocumentOperation,
  resolve: (schema: Json) => Json,
): Operation {
  const parameters = operation.parameters ?? [];
  const content = operation.requestBody?.content["application/json"];
  const found = content === undefined ? { ids: [], unmarked: [] } : findIds(content.schema, resolve);
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))?.[1].content;
  const schema = resolve((answer?.["application/json"]?.schema ?? {}) as Json);
  return {
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operationId: operation.operationId,
    security: operation.security.flatMap((scheme) => Object.keys(scheme)),
    scope: operation["x-required-scope"],
    pathParameters: parameters.flatMap((one) =>
      one.in === "path" && one.name && !ownIds.has(one.name) ? [one.name] : [],
    ),
    idFilters: parameters.flatMap(({ name, in: place, schema: shape }) => {
      const kind = place === "query" && shape !== undefined ? kindOf(shape) : undefined;
      return name === undefined || kind === undefined ? [] : [{ name, kind }];
    }),
    query: Object.fromEntries(
      parameters.flatMap(({ name, in: place, required, schema: shape }) =>
        place === "query" && required && name !== undefined ? [[name, exampleOf(shape)]] : [],
      ),
    ),
    body: content === undefined ? undefined : (content.example ?? {}),
    idFields: found.ids,
    unmarkedIds: found.unmarked,
    isPaged: parameters.some(({ name, in: place }) => place === "query" && name === "cursor"),
    isSearched: parameters.some(({ name, in: place }) => place === "query" && name === "q"),
    isList: "items" in ((schema.properties ?? {}) as Json),
    isStream: answer?.["text/event-stream"] !== undefined,
  };
}

function exampleOf(schema: Json = {}): string {
  const [example] = (schema.examples ?? []) as readonly unknown[];
  return String(example ?? "");
}

/** The kind of object whose id a schema holds: our ids stand in its example. */
function kindOf(schema: Json): IdKind | undefined {
  const [example] = (schema.examples ?? []) as readonly unknown[];
  const prefix = /^([a-z]+)_[0-9a-z]{26}$/.exec(String(example))?.[1];
  return schema.type === "string" && prefix !== undefined ? kinds.get(prefix) : undefined;
}

interface Found {
  readonly ids: IdField[];
  readonly unmarked: string[];
}

function findIds(root: Json, resolve: (schema: Json) => Json): Found {
  const found: Found = { ids: [], unmarked: [] };
  // `above` ends the walk in schemas that contain themselves.
  const visit = (given: Json, path: readonly (string | 0)[], above: readonly Json[]) => {
    const schema = resolve(given);
    if (above.includes(schema)) return;
    const here = [...above, schema];
    const kind = kindOf(schema);
    const name = path.findLast((part) => part !== 0);
    if (kind !== undefined) found.ids.push({ path, kind });
    else if (schema.type === "string" && isCalledId(name)) found.unmarked.push(path.join("."));
    for (const option of [schema.anyOf, schema.oneOf, schema.allOf].flat())
      if (option !== undefined) visit(option as Json, path, here);
    for (const [property, inner] of Object.entries((schema.properties ?? {}) as Record<string, Json>))
      visit(inner, [...path, property], here);
    if (schema.items !== undefined) visit(schema.items as Json, [...path, 0], here);
  };
  visit(root, [], []);
  return found;
}

function isCalledId(name: string | undefined): boolean {
  return name !== undefined && /(^id|Ids?)$/.test(name) && !ownIds.has(name);
}
