import type { Core, Module } from "../engine/index.ts";
import { contactErrors } from "./errors.ts";
import { contactRoutes } from "./http.ts";

export type { Attributes, Contact, ContactFields, Fact, Identity, Json, MemorySource } from "./contact.ts";
export {
  addIdentity,
  createContact,
  deleteContact,
  ensureContact,
  getContact,
  listContacts,
  optIn,
  optOut,
  updateContact,
} from "./contacts.ts";
export { type ContactDeleted, contactDeleted } from "./extension-points.ts";
export {
  type ContactForAgent,
  listFacts,
  loadContactForAgent,
  type RememberedFact,
  rememberFact,
} from "./memory.ts";
export type { ContactFilter } from "./store.ts";

/** Customers: who they are, what is known of them, whether they want messages. */
export function contactsModule(core: Core): Module {
  return { name: "contacts", errors: contactErrors, routes: contactRoutes(core) };
}
