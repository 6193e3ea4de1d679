import { isNativeError } from "node:util/types";
import { shorten } from "./text.ts";

/** What the log says of an error: nothing else that hangs on it, which may be a whole connection with its password. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: LoggedError | string;
}

const longestMessage = 10_000;
const longestStack = 20_000;
const deepestCause = 5;
const deepestObject = 6;

/** An error as it is logged. Anything else comes back as it is. */
export function describeError(value: unknown): unknown {
  return isError(value) ? describe(value, 0) : value;
}

/** `value` with every error in it as it is logged; the same object if there is none. */
export function describeErrorsIn(value: unknown, depth = 0): unknown {
  if (isError(value)) return describe(value, 0);
  if (typeof value !== "object" || value === null || depth > deepestObject) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => describeErrorsIn(item, depth + 1));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const entries = Object.entries(value);
  const described = entries.map(([key, item]) => [key, describeErrorsIn(item, depth + 1)] as const);
  return described.some(([, item], index) => item !== entries[index]?.[1])
    ? Object.fromEntries(described)
    : value;
}

function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

function describe(error: Error, depth: number): LoggedError {
  try {
    return read(error, depth);
  } catch {
    // A getter that throws must not keep the line from being written.
    return { type: "Error", message: "(an error that cannot be read)" };
  }
}

function read(error: Error, depth: number): LoggedError {
  const code = "code" in error ? error.code : undefined;
  const cause = depth < deepestCause ? describeCause(error.cause, depth + 1) : undefined;
  return {
    type: typeOf(error),
    message: shorten(messageOf(error), longestMessage),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(typeof error.stack === "string" ? { stack: shorten(error.stack, longestStack) } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

function describeCause(cause: unknown, depth: number): LoggedError | string | undefined {
  if (isError(cause)) return describe(cause, depth);
  return typeof cause === "string" ? shorten(cause, longestMessage) : undefined;
}

/** The name, unless that says nothing: an error of pg is called "error" and its class DatabaseError. */
function typeOf(error: Error): string {
  const { name } = error;
  return /^error$/i.test(name) ? (error.constructor?.name ?? name) : String(name);
}

/** Node reports a host that refused on all its addresses as an AggregateError without a message of its own. */
function messageOf(error: Error): string {
  const message = String(error.message);
  if (message !== "" || !(error instanceof AggregateError)) return message;
  return error.errors.map((one) => (isError(one) ? one.message : String(one))).join("; ");
}
