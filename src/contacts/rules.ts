import { mergeFields } from "../base/objects.ts";
import type { Attributes } from "./contact.ts";

/**
 * Attributes after a change: each key named is replaced, null removes it, the others stay. Two systems that each
 * know their own keys can so write to one contact without reading it first.
 */
export function mergeAttributes(current: Attributes, change: Attributes): Attributes {
  return mergeFields(current, change) as Attributes;
}

/** The value of a contact's attribute; undefined if there is none, also for names that every JavaScript object knows. */
export function readAttribute({ attributes }: { readonly attributes: Attributes }, name: string): unknown {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}
