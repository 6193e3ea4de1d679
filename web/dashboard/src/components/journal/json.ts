/** Reads journal values, whose form depends on the kind of the step and on the version that wrote it. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one if it is none. */
export function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A reason as the API writes it, or undefined. */
export function reasonOf(value: unknown): { readonly code: string; readonly message: string } | undefined {
  const { code, message } = objectOf(value);
  return typeof code === "string" && typeof message === "string" ? { code, message } : undefined;
}
