type Parsed =
  | { readonly fault: null; readonly value: Readonly<Record<string, unknown>> }
  | { readonly fault: string };

/** A text as a JSON object, or in a sentence why it is none. An empty text is the empty object. */
export function parseObject(text: string): Parsed {
  if (text.trim() === "") return { fault: null, value: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { fault: 'A JSON object is needed, such as {"plan": "pro"}.' };
  return { fault: null, value: value as Readonly<Record<string, unknown>> };
}
