import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError, type ErrorExtras, invalidFields } from "../base/errors.ts";
import { apiErrors } from "./errors.ts";
import { findLoss } from "./json-loss.ts";

/** 1 MB, of the body as it is sent. */
export const bodyLimitBytes = 1_048_576;

/** Deeper than any body of ours; without a bound, half a million brackets overflow the stack in zod's recursion. */
const deepest = 64;

const longestCharset = 40;

/** Keys that change an object's prototype when something copies the object carelessly. */
const poisonous = "__proto__";

function malformed(message: string, cause?: unknown): AppError {
  const extras: ErrorExtras = { message, cause };
  return new AppError(apiErrors.malformed_json, extras);
}

function checkValue(value: unknown, depth: number): void {
  if (value === null || typeof value !== "object") return;
  if (depth > deepest) throw malformed(`The body must not be nested more than ${deepest} levels deep.`);
  if (Object.hasOwn(value, poisonous)) throw malformed(`The body must not have fields named ${poisonous}.`);
  for (const inner of Array.isArray(value) ? value : Object.values(value)) checkValue(inner, depth + 1);
}

/**
 * The JSON in a body, or undefined if it is empty. Throws 400 where it is not UTF-8 or not JSON, 422 where reading it
 * would change it.
 */
function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = decode(bytes);
  const value = parseJson(text);
  checkValue(value, 1);
  const loss = findLoss(text);
  if (loss !== undefined) throw invalidFields(loss);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    // Fatal, because the lenient decoder would silently change what was sent.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw malformed("The body must be UTF-8.", error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const where = error instanceof SyntaxError ? /at position \d+/.exec(error.message)?.[0] : undefined;
    throw malformed(
      `The body must be JSON${where === undefined ? "" : `; it stops being so ${where}`}.`,
      error,
    );
  }
}

const charsetParameter = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** Throws 415 for a body that says of itself that it is not UTF-8: read as such it would be something else. */
function checkCharset(contentType = ""): void {
  const charset = charsetParameter.exec(contentType)?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  throw new AppError(apiErrors.unsupported_media_type, {
    message: `The body must be sent in UTF-8, not in ${charset.slice(0, longestCharset) || "a charset without a name"}.`,
  });
}

/** Makes JSON the only kind of body that the server reads. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer", bodyLimit: bodyLimitBytes },
    async (request: FastifyRequest, body: Buffer) => {
      checkCharset(request.headers["content-type"]);
      const encoding = request.headers["content-encoding"];
      if (encoding !== undefined && encoding !== "identity")
        throw new AppError(apiErrors.unsupported_media_type, {
          message: "The body must be sent without a Content-Encoding.",
        });
      return parseJsonBody(body);
    },
  );
}
