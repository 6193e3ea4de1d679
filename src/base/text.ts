/**
 * Text that PostgreSQL would refuse: NUL, which `text` cannot hold, and halves of surrogate pairs, which are not
 * UTF-8. Models and web pages do send both.
 */
const nul = "\u0000";

/** The text with NUL removed and each lone surrogate replaced by U+FFFD. */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.replaceAll(nul, "");
}

/** True if `cleanText` would change the text. Requests with such text are refused, model output is cleaned. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes(nul);
}

/**
 * JSON for a `json` or `jsonb` column, with every string (keys too) cleaned. `undefined` becomes null. BigInt and
 * cycles throw a TypeError, as in `JSON.stringify`.
 */
export function toStorableJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  // JSON.stringify writes NUL and lone surrogates as escapes, so a look for those escapes spares the second pass
  // that nearly no value needs. A backslash before the escape only costs the pass, it does not change the result.
  if (!/\\u(0000|d[89a-f])/i.test(json)) return json;
  return JSON.stringify(cleanValue(value)) ?? "null";
}

function cleanValue(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (value === null || typeof value !== "object") return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return cleanValue(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanValue(item)]));
}

/** True if `toStorableJson` would write the value as it is. Requests with another are refused. */
export function isStorableJson(value: unknown): boolean {
  return toStorableJson(value) === JSON.stringify(value);
}

/** The text, cut with `…` where it is longer than `most` characters. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
