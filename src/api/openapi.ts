import { STATUS_CODES } from "node:http";
import type { z } from "zod";
import { sessionCookie } from "../base/credentials.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Route } from "../base/route.ts";
import { isIdempotent } from "./idempotent-route.ts";
import { errorsOfRoute, headerComponents, problemSchema, ResponseBook } from "./openapi-responses.ts";
import { type Json, SchemaBook } from "./openapi-schemas.ts";
import { acceptsNoBody, strictly } from "./validation.ts";

export interface OpenApiOptions {
  readonly routes: readonly Route[];
  readonly version: string;
  /** What each group of routes is about. */
  readonly tags?: Readonly<Record<string, string>>;
  /** What authentication can answer on every route of a workspace, beside `unauthenticated`. */
  readonly accessErrors?: readonly ErrorCode[];
}

/** The scheme of routes that act on a person's session, in a workspace or outside one. */
const sessionScheme = "sessionCookie";

const introduction = `Tasks that AI agents carry out for a company's customers.

- Authenticate with \`Authorization: Bearer <API key>\`.
- Send \`Idempotency-Key\` with every POST that you may repeat: for 24 hours the same key and body get the stored
  answer. If the first request did not finish and may have taken effect, the answer is 409
  \`idempotency_outcome_unknown\`: look at the object, and use a new key if it has to be done again.
- A key or member may make 600 requests a minute to each process of the server, an address as many to routes that need
  no key. Beyond that the answer is 429 \`rate_limited\`; \`Retry-After\` says in how many seconds to come back.
- Lists are newest first: \`limit\`, \`cursor\`, and \`nextCursor\` in the answer. With \`q\` only what has this text, in any
  case and without the spaces around it; \`%\` and \`_\` stand for themselves.
- Unknown fields and query parameters are errors. Errors are \`application/problem+json\` with a stable \`code\`.
- \`X-Request-Id\` comes back in the answer and stands in the log.`;

/** The OpenAPI 3.1 document of the routes. Needs no database; the same routes always give the same document. */
export function buildOpenApi(options: OpenApiOptions): Json {
  const schemas = new SchemaBook();
  const responses = new ResponseBook();
  schemas.output(problemSchema, "Problem");
  const paths: Record<string, Json> = {};
  for (const route of options.routes) {
    const path = route.path.replaceAll(/:([A-Za-z]+)/g, "{$1}");
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: describeRoute(route, schemas, responses, options.accessErrors ?? []),
    };
  }
  const tags = [...new Set(options.routes.map(({ tag }) => tag))];
  return {
    openapi: "3.1.1",
    info: {
      title: "Errand API",
      version: options.version,
      description: introduction,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "The server that this document comes from" }],
    tags: tags.map((name) => ({ name, description: options.tags?.[name] ?? `${name}.` })),
    paths,
    components: {
      securitySchemes: securitySchemes(options.routes),
      headers: headerComponents,
      parameters: { IdempotencyKey: idempotencyParameter },
      responses: sorted(responses.components),
      schemas: sorted(schemas.components),
    },
  };
}

function sorted(components: ReadonlyMap<string, Json>): Json {
  return Object.fromEntries([...components].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

const idempotencyParameter: Json = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "Makes it safe to repeat the request: for 24 hours the same key and body get the stored answer, or 409 `idempotency_outcome_unknown` if the first request may have taken effect without one. 1 to 255 printable ASCII characters, for instance a UUID.",
  required: false,
  schema: { type: "string", minLength: 1, maxLength: 255 },
  example: "5f0d9c1e-6a53-4f64-9a61-0f2f7b7a3c11",
};

function securitySchemes(routes: readonly Route[]): Json {
  const custom = routes.flatMap(({ access }) =>
    access.kind === "custom" && access.scheme !== sessionScheme ? [access.scheme] : [],
  );
  return {
    apiKey: { type: "http", scheme: "bearer", description: "An API key of the workspace" },
    [sessionScheme]: {
      type: "apiKey",
      in: "cookie",
      name: sessionCookie,
      description:
        "A member's session. Requests that change something must come from Errand's own pages. A member of several workspaces names one in the header X-Workspace-Id.",
    },
    ...Object.fromEntries(
      [...new Set(custom)].map((name) => [
        name,
        { type: "http", scheme: "bearer", description: `The token of this kind that the API gave out` },
      ]),
    ),
  };
}

function securityOf({ access }: Route): readonly Json[] {
  if (access.kind === "public") return [];
  if (access.kind === "custom") return [{ [access.scheme]: [] }];
  return [{ apiKey: [] }, { [sessionScheme]: [] }];
}

function describeRoute(
  route: Route,
  schemas: SchemaBook,
  responses: ResponseBook,
  accessErrors: readonly ErrorCode[],
): Json {
  const { operationId, tag, summary, access } = route;
  const scope = access.kind === "workspace" ? `Needs the scope \`${access.scope}\`.` : undefined;
  const description = [route.description, scope].filter((part) => part !== undefined).join("\n\n");
  const parameters = [
    ...parametersIn(route.params, "path", route, schemas),
    ...parametersIn(route.query, "query", route, schemas),
    ...(isIdempotent(route) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === "" ? {} : { description }),
    security: securityOf(route),
    ...(access.kind === "workspace" ? { "x-required-scope": access.scope } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...describeBody(route, schemas),
    responses: { ...describeAnswer(route, schemas), ...responses.of(errorsOfRoute(route, accessErrors)) },
  };
}

function nameOf(route: Route, part: string): string {
  return `${route.operationId.charAt(0).toUpperCase()}${route.operationId.slice(1)}${part}`;
}

function parametersIn(
  schema: z.ZodType | undefined,
  place: "path" | "query",
  route: Route,
  schemas: SchemaBook,
): readonly Json[] {
  if (schema === undefined) return [];
  const object = schemas.input(schema, nameOf(route, place === "path" ? "Params" : "Query"));
  const properties = (object.properties ?? {}) as Record<string, Json>;
  const required = new Set((object.required ?? []) as readonly string[]);
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    ...(description === undefined ? {} : { description }),
    required: place === "path" || required.has(name),
    schema: rest,
  }));
}

function describeBody(route: Route, schemas: SchemaBook): Json {
  if (route.body === undefined) return {};
  const example = route.examples?.body;
  return {
    requestBody: {
      required: !acceptsNoBody(route.body),
      content: {
        "application/json": {
          schema: schemas.input(strictly(route.body), nameOf(route, "Body")),
          ...(example === undefined ? {} : { example }),
        },
      },
    },
  };
}

function describeAnswer(route: Route, schemas: SchemaBook): Json {
  const status = route.status ?? 200;
  const headers = {
    "X-Request-Id": { $ref: "#/components/headers/RequestId" },
    ...(isIdempotent(route)
      ? { "Idempotency-Replayed": { $ref: "#/components/headers/IdempotencyReplayed" } }
      : {}),
  };
  const description = STATUS_CODES[status] ?? "Success";
  if (status === 204) return { [status]: { description, headers } };
  const schema = schemas.output(route.response, nameOf(route, "Answer"));
  const example = route.examples?.response;
  if (route.stream !== undefined) {
    const stream = {
      schema: { type: "string", description: "Server-sent events; the `data` of each is JSON" },
      "x-event-data": schema,
    };
    return {
      [status]: { description: "A stream of events", headers, content: { "text/event-stream": stream } },
    };
  }
  const content = { "application/json": { schema, ...(example === undefined ? {} : { example }) } };
  const also = route.alsoStatus;
  return {
    [status]: { description, headers, content },
    ...(also === undefined
      ? {}
      : { [also]: { description: STATUS_CODES[also] ?? "Success", headers, content } }),
  };
}
