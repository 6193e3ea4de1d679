import type { Core, Module } from "../engine/index.ts";
import { contactRoutes } from "./http.ts";
import { importRoutes } from "./import/http.ts";
import { memoryRoutes } from "./memory-http.ts";

export type { Contact } from "./contact.ts";
export {
  addIdentity,
  adoptContact,
  createContact,
  deleteContact,
  ensureContact,
  getContact,
  getContacts,
  listContacts,
  noteActivity,
  optIn,
  optOut,
  updateContact,
} from "./contacts.ts";
export { contactChanged, contactDeleted } from "./extension-points.ts";
export { type ContactFilter, contactFilterSchema } from "./filter.ts";
export { countContacts, filterByContact, matchContacts } from "./matching.ts";
export { type ContactForAgent, listFacts, loadContactForAgent, rememberFact } from "./memory.ts";
export { readAttribute } from "./rules.ts";

/** Customers: who they are, what is known of them, whether they want messages. */
export function contactsModule(core: Core): Module {
  return { name: "contacts", routes: [...contactRoutes(core), ...importRoutes(core), ...memoryRoutes(core)] };
}
