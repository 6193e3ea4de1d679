import type { Attributes } from "./contact.ts";

/** True for a well-formed BCP 47 tag such as `en`, `pt-BR` or `zh-Hant-TW`. */
export function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/**
 * Attributes after a change: each key named is replaced, null removes it, the others stay. Two systems that each
 * know their own keys can so write to one contact without reading it first.
 */
export function mergeAttributes(current: Attributes, change: Attributes): Attributes {
  const merged = Object.entries({ ...current, ...change });
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}
