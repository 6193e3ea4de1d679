import {
  deleteContact,
  optInContact,
  optOutContact,
  updateContact,
} from "../../../api/generated/contacts/contacts";
import type { Contact } from "../../../api/generated/model";
import { ask } from "../../../components/ask.tsx";
import { changeContacts } from "./change-contacts.ts";
import { askText } from "./text-dialog.tsx";
import { nameContacts, tagsOf } from "./words.ts";

type Contacts = readonly Contact[];

const longestTag = 50;
const longestReason = 200;

/** Asks for a tag and gives it to those who lack it. False: called off. */
export async function addTag(contacts: Contacts, known: readonly string[] = []): Promise<boolean> {
  const tag = await askText({
    title: `Add a tag to ${nameContacts(contacts)}`,
    text: "Lists, audiences of tasks and agents see it.",
    label: "Tag",
    confirm: "Add tag",
    suggestions: [...new Set([...tagsOf(contacts), ...known])],
    maxLength: longestTag,
    isRequired: true,
  });
  if (tag === null) return false;
  await giveTag(contacts, tag);
  return true;
}

async function giveTag(contacts: Contacts, tag: string): Promise<void> {
  await changeContacts({
    contacts: contacts.filter(({ tags }) => !tags.includes(tag)),
    change: ({ id, tags }) => updateContact(id, { tags: [...tags, tag] }),
    doing: `Adding the tag ${tag}`,
    describeDone: (changed) => `Tag “${tag}” added to ${nameContacts(changed)}.`,
    notDone: "did not get the tag",
    undo: (changed) => void takeTag(changed, tag),
  });
}

/** Asks which tag to take from those who have it. False: called off. */
export async function removeTag(contacts: Contacts): Promise<boolean> {
  const tag = await askText({
    title: `Remove a tag from ${nameContacts(contacts)}`,
    text: "Those who do not have it stay as they are.",
    label: "Tag",
    confirm: "Remove tag",
    suggestions: tagsOf(contacts),
    maxLength: longestTag,
    isRequired: true,
  });
  if (tag === null) return false;
  await takeTag(contacts, tag);
  return true;
}

async function takeTag(contacts: Contacts, tag: string): Promise<void> {
  await changeContacts({
    contacts: contacts.filter(({ tags }) => tags.includes(tag)),
    change: ({ id, tags }) => updateContact(id, { tags: tags.filter((other) => other !== tag) }),
    doing: `Removing the tag ${tag}`,
    describeDone: (changed) => `Tag “${tag}” removed from ${nameContacts(changed)}.`,
    notDone: "kept the tag",
    undo: (changed) => void giveTag(changed, tag),
  });
}

/** Asks why, and notes that the contacts want no messages. False: called off. */
export async function optOut(contacts: Contacts): Promise<boolean> {
  const wanting = contacts.filter(({ optedOutAt }) => optedOutAt === null);
  const reason = await askText({
    title: `Opt out ${nameContacts(contacts)}?`,
    text: "No agent writes to them any more, and messages that wait are not sent. It can be ended at any time.",
    label: "Reason",
    description: "Optional; stands beside the state and in the audit log.",
    placeholder: "Asked by phone",
    confirm: "Opt out",
    maxLength: longestReason,
    isRequired: false,
  });
  if (reason === null) return false;
  await changeContacts({
    contacts: wanting,
    change: ({ id }) => optOutContact(id, { reason: reason === "" ? "noted by a member" : reason }),
    doing: "Opting out",
    describeDone: (changed) => `${nameContacts(changed)} opted out.`,
    notDone: "not opted out",
    undo: (changed) => void optIn(changed),
  });
  return true;
}

/** Ends the opt-out. */
export async function optIn(contacts: Contacts): Promise<void> {
  await changeContacts({
    contacts,
    change: ({ id }) => optInContact(id, {}),
    doing: "Opting in",
    describeDone: (changed) => `${nameContacts(changed)} may be written to again.`,
    notDone: "not opted in",
  });
}

/** Deletes after a question. False: called off, or all were refused. */
export async function deleteContacts(contacts: Contacts): Promise<boolean> {
  const isSure = await ask({
    title: `Delete ${nameContacts(contacts)}?`,
    text: "Conversations, messages and what agents remember are deleted too, and tasks for the contact end. This cannot be undone.",
    confirm: "Delete",
    isDangerous: true,
  });
  if (!isSure) return false;
  const count = await changeContacts({
    contacts,
    change: async (contact) => {
      await deleteContact(contact.id);
      return contact;
    },
    doing: "Deleting",
    describeDone: (changed) => `${nameContacts(changed)} deleted.`,
    notDone: "not deleted",
  });
  return count > 0;
}
