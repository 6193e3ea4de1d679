import { cleanText } from "../../base/text.ts";
import {
  evaluateText,
  readTemplate,
  TemplateFault,
  type TemplatePart,
  type TemplateScope,
} from "./template.ts";

/**
 * What is wrong with a URL template, as the rest of a sentence that begins with "url". The server must be written out:
 * whoever fills in values, such as a model that reads a contact's words, must not decide where secrets go.
 */
export function findUrlFault(text: string): string | undefined {
  const read = readTemplate(text);
  if ("fault" in read) return read.fault;
  const { parts } = read;
  const literals = parts.map(({ literal = "" }) => literal).join("");
  if (/[\s\\\p{Cc}]/u.test(literals)) return "must not contain spaces, backslashes or control characters";
  if (literals.includes("#")) return "must not contain a fragment";
  const start = parts[0]?.literal ?? "";
  if (!/^https?:\/\/[^/?]/i.test(start))
    return "must start with http:// or https:// and a host that is written out";
  if (parts.length > 1 && !/^https?:\/\/[^/?]+[/?]/i.test(start))
    return "must have its whole host written out, followed by / before the first {{ }}";
  const url = URL.parse(parts.map(({ literal }) => literal ?? "x").join(""));
  if (url === null) return "must be a URL such as https://api.example.com/orders/{{input.orderId}}";
  if (url.username !== "" || url.password !== "")
    return "must not contain a user name or password; send them as auth";
  return undefined;
}

/** The server of a URL template that `findUrlFault` has nothing against, as an origin. */
export function serverOf(text: string): string | undefined {
  return URL.parse(/^https?:\/\/[^/?{]+/i.exec(text)?.[0] ?? "")?.origin;
}

/**
 * The URL with its values filled in. Each value is percent-encoded, so that it adds no path segment, query parameter or
 * fragment; one that would make a segment empty, `.` or `..` is refused. Throws TemplateFault.
 */
export function renderUrl(parts: readonly TemplatePart[], scope: TemplateScope): string {
  let rendered = "";
  let segment = { text: "", isFilledIn: false };
  let isPath = true;
  const endSegment = () => {
    if (isPath && segment.isFilledIn) checkSegment(segment.text);
    segment = { text: "", isFilledIn: false };
  };
  for (const part of parts) {
    if (part.expression !== undefined) {
      const value = encodeURIComponent(cleanText(evaluateText(part.expression, scope)));
      rendered += value;
      segment = { text: segment.text + value, isFilledIn: true };
      continue;
    }
    rendered += part.literal;
    for (const character of part.literal) {
      if (isPath && (character === "/" || character === "?")) endSegment();
      else segment.text += character;
      if (character === "?") isPath = false;
    }
  }
  endSegment();
  return rendered;
}

/** URLs are normalised when they are used: `/orders/..` is another address than the template's, `%2e` counts as a dot. */
function checkSegment(text: string): void {
  if (text === "") throw new TemplateFault("a value in the path of the URL must not be empty");
  if (/^(\.|%2e){1,2}$/i.test(text))
    throw new TemplateFault(`a part of the URL's path must not become "${text}"`);
}
