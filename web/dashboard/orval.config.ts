import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "orval";

/**
 * Makes the dashboard's client and hooks from the API's document, into a folder that is not committed: it takes
 * seconds, and two megabytes of it would hide what people write. `scripts/dashboard.ts` runs it before every build.
 */

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  responses: Record<string, unknown>;
}

interface ApiDocument {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { responses?: unknown };
}

const target = join(import.meta.dirname, "../../openapi.json");

function operationsOf(document: ApiDocument): readonly Operation[] {
  return Object.values(document.paths).flatMap((methods) => Object.values(methods));
}

/** Lists have a cursor and get a hook that loads page after page. */
function pagedOperations() {
  const document = JSON.parse(readFileSync(target, "utf8")) as ApiDocument;
  const paged = operationsOf(document).filter(({ parameters = [] }) =>
    parameters.some(({ name }) => name === "cursor"),
  );
  const query = { useInfinite: true, useInfiniteQueryParam: "cursor" };
  return Object.fromEntries(paged.map(({ operationId }) => [operationId, { query }]));
}

/** Every refusal is one type, `ApiError`; without this each combination of codes would become a type of its own. */
function withoutRefusals<T>(document: T): T {
  const api = document as unknown as ApiDocument;
  for (const operation of operationsOf(api)) {
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses).filter(([status]) => status.startsWith("2")),
    );
  }
  delete api.components.responses;
  return document;
}

export default defineConfig({
  api: {
    input: { target, override: { transformer: withoutRefusals } },
    output: {
      target: join(import.meta.dirname, "src/api/generated/api.ts"),
      schemas: join(import.meta.dirname, "src/api/generated/model"),
      client: "react-query",
      httpClient: "fetch",
      mode: "tags-split",
      clean: true,
      headers: false,
      override: {
        header: false,
        mutator: { path: join(import.meta.dirname, "src/api/call.ts"), name: "callApi" },
        fetch: { includeHttpResponseReturnType: false },
        operations: pagedOperations(),
      },
    },
  },
});
