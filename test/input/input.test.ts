import pg from "pg";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { fillIds, valueAt } from "../access/bodies.ts";
import { makeCredentials, makeObject, makeOfKind } from "../access/objects.ts";
import { type Operation, readOperations } from "../access/operations.ts";
import { type Received, sendRequest } from "../api.ts";
import { createTestApp } from "../app.ts";
import { fullBodies } from "./full-bodies.ts";
import { RawJson, writeJson, wrongBodies, wrongValues } from "./wrong-values.ts";

/**
 * Wrong input at every field of every operation that writes, made from the API's own document: never 500, never slow,
 * a fault with path, code and sentence where it is refused, the value as it was sent where it is accepted.
 */

const app = await createTestApp();
const { first } = app;
const client = new pg.Client({ connectionString: app.databaseUrl });
await client.connect();
afterAll(async () => {
  await client.end();
  await app.close();
});

/** How long an answer may take on a machine that does other things too. */
const slowMs = 5_000;
const sideBySide = 8;

/** Each attempt at a password costs time, and after a few there is only 429. Their fields are those of auth.test.ts. */
const limited = /^\/v1\/(auth|invitations\/accept)/;
/** JSON-RPC, whose faults are its own. */
const otherProtocol = new Set(["/mcp"]);

const operations = readOperations((await app.send("GET", "/openapi.json")).body).filter(
  ({ method, path, body }) =>
    !["GET", "DELETE"].includes(method) &&
    body !== undefined &&
    !limited.test(path) &&
    !otherProtocol.has(path),
);

type Path = readonly (string | 0)[];

interface Case {
  readonly name: string;
  /** The field whose value is wrong; empty for the whole body. */
  readonly at: Path;
  readonly value?: unknown;
  readonly raw: string;
}

interface Problem {
  readonly code?: string;
  readonly errors?: readonly { readonly path?: string; readonly code?: string; readonly message?: string }[];
}

/** Every field of a body, at every depth; the first item stands for all of a list. */
function fieldsOf(body: unknown, path: Path = []): readonly Path[] {
  if (typeof body !== "object" || body === null) return path.length === 0 ? [] : [path];
  const inside = Array.isArray(body)
    ? fieldsOf(body[0], [...path, 0])
    : Object.entries(body).flatMap(([name, value]) => fieldsOf(value, [...path, name]));
  return path.length === 0 ? inside : [path, ...inside];
}

async function bodiesOf(operation: Operation): Promise<readonly unknown[]> {
  const make = fullBodies[operation.name];
  if (make !== undefined) return await make(app, first);
  return [await fillIds(operation.body, operation.idFields, (kind) => makeOfKind(app, first, kind))];
}

let made = 0;

/** By path, the field that tells one thing from another; each body gets a value of its own. */
const uniqueFields: Readonly<Record<string, string>> = {
  "/v1/tools": "name",
  "/web/v1/messages": "clientMessageId",
};

function withOwnName({ path }: Operation, body: unknown): unknown {
  const field = uniqueFields[path];
  made += 1;
  return field === undefined ? body : { ...(body as object), [field]: `own_${made}` };
}

/** Tells a field from others at the same path: those of a schedule or of credentials depend on their kind. */
function identityOf(body: unknown, at: Path): string {
  const parent =
    at.length > 1 && typeof at[0] === "string" ? (body as Record<string, unknown>)[at[0]] : undefined;
  const kind = typeof parent === "object" && parent !== null ? Reflect.get(parent, "kind") : undefined;
  return `${at.join(".")} ${kind}`;
}

function casesOf(operation: Operation, bodies: readonly unknown[]): readonly Case[] {
  const whole = wrongBodies.map((raw) => ({ name: raw.slice(0, 20), at: [], raw }));
  const known = new Set<string>();
  const ofFields = bodies.flatMap((body) => {
    const raw = writeJson({ ...(body as object), surprise: 1 });
    const beside = { name: "an unknown field beside", at: ["surprise"], raw };
    const fields = fieldsOf(body).filter((at) => !known.has(identityOf(body, at)));
    for (const at of fields) known.add(identityOf(body, at));
    const wrong = fields.flatMap((at) =>
      wrongValues.map(({ name, value }) => {
        const own = at[0] === uniqueFields[operation.path] ? body : withOwnName(operation, body);
        return { name, at, value, raw: writeJson(valueAt(own, at, value)) };
      }),
    );
    return [beside, ...wrong];
  });
  return [...whole, ...ofFields];
}

/** What is wrong with an answer; undefined if nothing is. */
function findFault({ name, at, value }: Case, answer: Received, tookMs: number): string | undefined {
  const { status, body, headers } = answer;
  const here = `${name} at ${at.join(".") || "the whole body"}: ${status}`;
  if (tookMs > slowMs) return `${here} after ${Math.round(tookMs)} ms`;
  if (status >= 200 && status < 300)
    return isShown(body, at, value) ? undefined : `${here} shows another value`;
  const { errors = [], code } = body as Problem;
  if (!headers.get("content-type")?.startsWith("application/problem+json")) return `${here} is no problem`;
  if (status === 400) return code === "malformed_json" ? undefined : `${here} ${code}`;
  if (status === 409 && code !== undefined) return undefined;
  if (status !== 422) return `${here} ${JSON.stringify(body)}`;
  if (errors.length === 0) return `${here} names no field`;
  for (const { path, code: fault, message } of errors) {
    if (path === undefined || !fault || !message) return `${here} says too little: ${JSON.stringify(errors)}`;
    if (at.length > 0 && path.split(".")[0] !== at[0] && !isOfTwoFields(fault))
      return `${here} is said of another field: ${path} ${fault}`;
  }
  return undefined;
}

/** Faults of fields that do not fit each other are told at one of them. */
function isOfTwoFields(code: string): boolean {
  return [
    "not_allowed",
    "contact_required",
    "contact_and_audience",
    "channel_required",
    "variable_unknown",
    "required",
  ].includes(code);
}

/** True if the answer holds the value as it was sent, or has no such field, as for secrets. */
function isShown(body: unknown, at: Path, value: unknown): boolean {
  if (at.length === 0 || value === null || value instanceof RawJson) return true;
  let shown: unknown = body;
  for (const step of at)
    shown = typeof shown === "object" && shown !== null ? Reflect.get(shown, step) : undefined;
  if (shown === undefined) return true;
  if (isInstant(value) && isInstant(shown)) return Date.parse(value) === Date.parse(shown);
  if (typeof value === "object")
    return Object.entries(value).every(([key, inner]) => isShown(shown, [key], inner));
  return JSON.stringify(shown) === JSON.stringify(value);
}

function isInstant(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT.*(Z|\d\d:\d\d)$/.test(value);
}

/** Rows of every table; an answer kept for its Idempotency-Key is none of them, since no key is sent. */
async function countRows(): Promise<unknown> {
  const { rows } = await client.query<{ relname: string }>(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname",
  );
  const counts = rows.map(({ relname }) => `(select count(*) from ${relname}) as ${relname}`);
  return (await client.query(`select ${counts.join(", ")}`)).rows[0];
}

async function open(operation: Operation) {
  const values: Record<string, string> = {};
  for (const name of operation.pathParameters) values[name] = await makeObject(app, first, name, values);
  if (operation.path.endsWith("/replay"))
    await first.send("POST", `/v1/executions/${values.executionId}/cancel`);
  const url =
    app.url + operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => values[name] ?? name);
  const credentials =
    operation.security.length === 0 ? {} : await makeCredentials(app, first, operation.security[0]);
  const headers = { ...credentials, "content-type": "application/json" };
  return (raw: string) => sendRequest(url, operation.method, { raw, headers });
}

/** One of the operations freezes the workspace. */
afterEach(async () => {
  await first.send("POST", "/v1/workspace/unfreeze");
});

describe("wrong input", () => {
  test.each(operations)("$name", { timeout: 60_000 }, async (operation) => {
    const send = await open(operation);
    const bodies = await bodiesOf(operation);
    for (const body of bodies) {
      const { status, body: answer } = await send(writeJson(withOwnName(operation, body)));
      expect([200, 201], `${JSON.stringify(body)} is refused: ${JSON.stringify(answer)}`).toContain(status);
    }
    const faults: string[] = [];
    const refused = new Map<string, Case>();
    const waiting = [...casesOf(operation, bodies)];
    const work = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const begun = performance.now();
        const answer = await send(next.raw);
        const fault = findFault(next, answer, performance.now() - begun);
        if (fault !== undefined) faults.push(fault);
        const [error] = (answer.body as Problem | undefined)?.errors ?? [];
        if (answer.status >= 400) refused.set(error?.code ?? String(answer.status), next);
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, work));
    expect(faults).toEqual([]);
    const before = await countRows();
    for (const { raw } of refused.values()) await send(raw);
    expect(await countRows(), "what is refused stores nothing").toEqual(before);
  });
});
