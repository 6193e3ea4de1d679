import type { Core, Module } from "../engine/index.ts";
import { contactRoutes } from "./http.ts";

export type { Contact } from "./contact.ts";
export {
  addIdentity,
  createContact,
  deleteContact,
  ensureContact,
  getContact,
  listContacts,
  optIn,
  optOut,
} from "./contacts.ts";
export { contactDeleted } from "./extension-points.ts";
export { type ContactForAgent, listFacts, loadContactForAgent, rememberFact } from "./memory.ts";

/** Customers: who they are, what is known of them, whether they want messages. */
export function contactsModule(core: Core): Module {
  return { name: "contacts", routes: contactRoutes(core) };
}
