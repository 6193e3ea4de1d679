import { shorten } from "../../base/text.ts";

/** Why a success holds no answer. */
export interface UnreadableAnswer {
  readonly what: string;
  /** True: it was probably cut off on its way, and asking again helps. */
  readonly isCut: boolean;
}

/** What is wrong with the body of a success that the library could not read; `cause` is the library's complaint. */
export function describeUnreadable(body: string | undefined, cause: unknown): UnreadableAnswer {
  const text = body?.trim() ?? "";
  if (text === "") return { what: "the answer is empty", isCut: true };
  if (isJson(text)) return { what: `the answer is JSON of another shape${findPlace(cause)}`, isCut: false };
  if (/^[[{]/.test(text)) return { what: "the answer is JSON that is cut off or damaged", isCut: true };
  const beginning = shorten(text.replaceAll(/\s+/g, " "), 60);
  return { what: `the answer is not JSON and begins with ${JSON.stringify(beginning)}`, isCut: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** ` at choices.0.message`: where the library's schema found the first fault; empty if it does not say. */
export function findPlace(cause: unknown): string {
  let innermost = cause;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  const issues: unknown = innermost instanceof Error ? Reflect.get(innermost, "issues") : undefined;
  const [first]: readonly unknown[] = Array.isArray(issues) ? issues : [];
  if (typeof first !== "object" || first === null || !("path" in first) || !Array.isArray(first.path))
    return "";
  return first.path.length === 0 ? "" : ` at ${first.path.join(".")}`;
}
