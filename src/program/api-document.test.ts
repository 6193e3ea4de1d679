import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { createTestApp } from "../../test/app.ts";
import { buildOpenApi } from "../api/index.ts";
import { describeApi } from "./api-document.ts";

/** The document of the whole program, as the server and `npm run generate` make it. */

const app = await createTestApp();
afterAll(() => app.close());
const api = describeApi(app.core, app.modules, "1.2.3");
const { routes } = api;

/** What is wrong with an example: it must be accepted as it is, and nothing of it may be left out. */
function faultsOf(schema: z.ZodType, example: unknown): string {
  const parsed = schema.safeParse(example);
  return parsed.success ? "" : parsed.error.message;
}

/** An answer's example as the server would send it: fields that the schema does not name are gone. */
function sent(schema: z.ZodType, example: unknown): unknown {
  return JSON.parse(JSON.stringify(schema.parse(example)));
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly $ref?: string;
    readonly name?: string;
    readonly description?: string;
  }[];
}

const taking = routes.flatMap(({ operationId, body, examples }) =>
  body === undefined ? [] : [{ operationId, body, example: examples?.body }],
);
const answering = routes.flatMap(({ operationId, status, stream, response, examples }) =>
  status === 204 || stream !== undefined ? [] : [{ operationId, response, example: examples?.response }],
);

describe("examples", () => {
  test.each(taking)("the body of $operationId has one, and it is accepted", ({ body, example }) => {
    expect(example, "add examples.body to the route").toBeDefined();
    expect(faultsOf(body, example)).toBe("");
  });

  test.each(answering)("the answer of $operationId has one, and it is whole", ({ response, example }) => {
    expect(example, "add examples.response to the route").toBeDefined();
    expect(faultsOf(response, example)).toBe("");
    expect(sent(response, example)).toEqual(example);
  });
});

describe("the document", () => {
  const document = buildOpenApi(api);

  test("passes the linter without a warning", async () => {
    const directory = await mkdtemp(join(tmpdir(), "errand-openapi-"));
    const file = join(directory, "openapi.json");
    await writeFile(file, JSON.stringify(document));
    const root = join(import.meta.dirname, "..", "..");
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [
        join(root, "node_modules", "@redocly", "cli", "bin", "cli.js"),
        "lint",
        file,
        "--config",
        join(root, "redocly.yaml"),
        "--format",
        "json",
      ],
      { env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" } },
    ).finally(() => rm(directory, { recursive: true }));
    const { totals, problems } = JSON.parse(stdout) as { totals: unknown; problems: unknown };
    expect(problems, stderr).toEqual([]);
    expect(totals).toMatchObject({ errors: 0, warnings: 0 });
  }, 60_000);

  test("says of each parameter what it is for", () => {
    const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Described>>>>;
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const without = operations.flatMap(({ operationId, parameters = [] }) =>
      parameters.flatMap(({ $ref, name, description = "" }) =>
        $ref === undefined && description === "" ? [`${operationId}: ${name}`] : [],
      ),
    );
    expect(operations.some(({ parameters }) => parameters !== undefined)).toBe(true);
    expect(without, "add .meta({ description }) to the parameter").toEqual([]);
  });

  test("says of each group what it is about", () => {
    const tags = document.tags as readonly { readonly name: string; readonly description: string }[];
    const without = tags.filter(({ name, description }) => description === `${name}.`);
    expect(without, "add a line to tagDescriptions").toEqual([]);
  });

  test("has the same groups as the descriptions", () => {
    const names = new Set(routes.map(({ tag }) => tag));
    expect(Object.keys(api.tags ?? {}).filter((name) => !names.has(name))).toEqual([]);
  });

  test("lists for routes of a workspace what a member of another gets", () => {
    expect(api.accessErrors?.map(({ code }) => code)).toEqual(["not_a_member"]);
    const { responses } = document.components as { readonly responses: Readonly<Record<string, unknown>> };
    expect(Object.keys(responses).filter((name) => name.includes("NotAMember"))).not.toEqual([]);
  });
});
