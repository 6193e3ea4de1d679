import { isNestedDeeper } from "../../base/nesting.ts";
import type { SecretScrubber } from "./secrets.ts";

/** What a server answered, as the model and the test of a tool see it. */
export interface ToolAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** JSON where the server says that it is; else text. */
  readonly body: unknown;
  /** What was left out, and why. */
  readonly note?: string;
}

/** More of an answer is not read. */
const mostBytes = 1_000_000;
/** More characters are not shown: a model reads them all again at each of its calls. */
const mostCharacters = 20_000;

/** Reads an answer as far as it is of use. Throws what the connection throws. */
export async function readAnswer(response: Response, scrubber: SecretScrubber): Promise<ToolAnswer> {
  const { status } = response;
  const type = response.headers.get("content-type") ?? "";
  if (!isReadable(type)) {
    await response.body?.cancel();
    return { status, body: null, note: `The answer is ${type}, which cannot be shown as text.` };
  }
  const { bytes, isCut } = await readBytes(response);
  const text = decode(bytes, type);
  const parsed = isCut || !isJson(type) ? undefined : parseJson(text);
  const body = parsed === undefined ? scrubber.text(text) : scrubber.value(parsed.value);
  return { status, ...shorten(body, isCut) };
}

function isReadable(type: string): boolean {
  return (
    type === "" || isJson(type) || /^\s*text\/|[/+](xml|javascript|yaml|x-www-form-urlencoded)\b/i.test(type)
  );
}

function isJson(type: string): boolean {
  return /^\s*[\w.-]+\/([\w.-]+\+)?json\s*(;|$)/i.test(type);
}

/** The beginning of the body. The rest is not waited for. */
async function readBytes(response: Response): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    length += piece.byteLength;
    // Leaving the loop cancels the body and its connection.
    if (length > mostBytes) break;
  }
  return { bytes: Buffer.concat(pieces).subarray(0, mostBytes), isCut: length > mostBytes };
}

function decode(bytes: Uint8Array, type: string): string {
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Deeper JSON is shown as the text it came as: nobody could write it again. */
const deepestJson = 200;

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isNestedDeeper(value, deepestJson) ? undefined : { value };
  } catch {
    return undefined;
  }
}

function shorten(body: unknown, isCut: boolean): Omit<ToolAnswer, "status"> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  if (text.length <= mostCharacters && !isCut) return { body };
  const length = isCut ? "more than a megabyte" : `${text.length} characters`;
  return {
    body: text.slice(0, mostCharacters),
    note: `The answer has ${length}; only the first ${mostCharacters} characters are shown.`,
  };
}
