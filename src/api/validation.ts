import { z } from "zod";
import { AppError, commonErrors, type FieldError, invalidFields } from "../base/errors.ts";
import { describeIssue, toFieldErrors } from "../base/field-errors.ts";
import type { Route } from "../base/route.ts";
import { isStorable } from "../base/text.ts";

/** What a request brings, before and after its check. An absent body is undefined. */
export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Checks what was sent against a route's schemas. Throws 404 for the path where it is the address, 422 with all faults
 * for the rest.
 */
type InputParser = (raw: Input) => Input;

/** An object schema that refuses fields it does not name, unless it says itself what to do with them. */
export function strictly(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema;
}

/** True if a request may be sent without a body. */
export function acceptsNoBody(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success || schema.safeParse({}).success;
}

const nothing = z.strictObject({});
const noBody = nothing.optional();

/** How a request is read: by its address, or as the arguments of a tool, where the path is an argument as any other. */
interface InputOptions {
  /** Where a fault of the path is told: as 404, since the address is wrong, or among the fields. Default `address`. */
  readonly pathFaults?: "address" | "fields";
}

export function createInputParser(route: Route, options: InputOptions = {}): InputParser {
  const params = route.params === undefined ? undefined : strictly(route.params);
  const query = strictly(route.query ?? nothing);
  const body = strictly(route.body ?? noBody);
  const asFields = options.pathFaults === "fields";
  // A body whose fields are all optional may be left out altogether, as `curl -X POST` does.
  const emptyBody = body.safeParse(undefined).success || !acceptsNoBody(body) ? undefined : {};
  return (raw) => {
    const parsedParams = params === undefined ? undefined : check(params, raw.params);
    const unstorableParam = findUnstorable(raw.params, []);
    // The path is read first: what is wrong with the rest says nothing to someone who has the wrong address.
    if (!asFields && (parsedParams?.success === false || unstorableParam !== undefined))
      throw new AppError(commonErrors.not_found, { message: "There is nothing with this id." });
    const parsedQuery = check(query, raw.query);
    const parsedBody = check(body, raw.body === undefined ? emptyBody : raw.body);
    const faults = [parsedParams, parsedQuery, parsedBody].flatMap(faultsOf);
    if (faults.length > 0) throw invalidFields(...faults);
    const texts = route.checksTexts === true ? undefined : raw.body;
    const unstorable = unstorableParam ?? findUnstorable(raw.query, []) ?? findUnstorable(texts, []);
    if (unstorable !== undefined) throw invalidFields(unstorable);
    return {
      params: parsedParams?.data,
      query: route.query === undefined ? undefined : parsedQuery.data,
      body: route.body === undefined ? undefined : parsedBody.data,
    };
  };
}

function faultsOf(result: z.ZodSafeParseResult<unknown> | undefined): readonly FieldError[] {
  return result === undefined || result.success ? [] : toFieldErrors(result.error);
}

/**
 * The first text that PostgreSQL could not hold, whatever the schema thinks of it: a route that forgot to say so in
 * its schema would answer 500. Names of fields count too, for free JSON.
 */
function findUnstorable(value: unknown, path: readonly string[]): FieldError | undefined {
  if (typeof value === "string" && !isStorable(value)) return unstorableAt(path);
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const fault = isStorable(key) ? findUnstorable(inner, [...path, key]) : unstorableAt(path);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function unstorableAt(path: readonly string[]): FieldError {
  const message = "must not contain NUL characters or unpaired surrogates";
  return { path: path.join("."), code: "text_invalid", message };
}

function check(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> {
  return schema.safeParse(value, { error: describeIssue, reportInput: true });
}

/** The answer as its schema shows it, which drops every field that the schema does not name. */
export function presentAnswer(schema: z.ZodType, value: unknown, operationId: string): unknown {
  const presented = schema.safeParse(value);
  if (presented.success) return presented.data;
  throw new Error(
    `the answer of ${operationId} does not fit its schema: ${z.prettifyError(presented.error)}`,
  );
}
