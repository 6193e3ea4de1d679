import type { Contact } from "../../../api/generated/model";
import { contactLabel } from "../../../components/contact-label.ts";

/** "Anna Keller", "12 contacts". */
export function nameContacts(contacts: readonly Contact[]): string {
  const [first] = contacts;
  return contacts.length === 1 && first !== undefined ? contactLabel(first) : `${contacts.length} contacts`;
}

/** More reasons than anyone reads in a message. */
const mostReasons = 8;

/** Each refusal with the contact that it is about, and how many more there are. */
export function reasonsOf(
  refused: readonly { readonly item: Contact; readonly message: string }[],
): readonly string[] {
  const reasons = refused
    .slice(0, mostReasons)
    .map(({ item, message }) => `${contactLabel(item)}: ${message}`);
  const more = refused.length - reasons.length;
  return more > 0 ? [...new Set(reasons), `and ${more} more`] : [...new Set(reasons)];
}

/** Every tag of the contacts, in order. */
export function tagsOf(contacts: readonly Contact[]): readonly string[] {
  return [...new Set(contacts.flatMap(({ tags }) => tags))].toSorted((one, other) =>
    one.localeCompare(other),
  );
}
