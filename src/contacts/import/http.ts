import { z } from "zod";
import { toIdOrNull } from "../../base/ids.ts";
import { type Route, route } from "../../base/route.ts";
import { idOut } from "../../base/schemas.ts";
import type { Core } from "../../engine/index.ts";
import { type ContactImport, importContacts, importResults } from "./import.ts";

const mostRows = 500;
const nullableText = ["string", "null"];

/**
 * A row as it is documented; what it must be is asked row by row, by the schema of a single contact, so that one that is
 * wrong refuses no other.
 */
const importRow = z
  .looseObject({
    name: z.unknown().optional().meta({ type: nullableText, example: "Anna Keller" }),
    email: z.unknown().optional().meta({ type: nullableText, example: "anna@example.com" }),
    phone: z.unknown().optional().meta({ type: nullableText, example: "+4930123456" }),
    timezone: z.unknown().optional().meta({ type: nullableText, example: "Europe/Berlin" }),
    language: z.unknown().optional().meta({ type: nullableText, example: "de" }),
    externalId: z.unknown().optional().meta({ type: nullableText, example: "crm-4711" }),
    attributes: z
      .unknown()
      .optional()
      .meta({ type: "object", additionalProperties: true, example: { plan: "pro" } }),
    tags: z
      .unknown()
      .optional()
      .meta({ type: "array", items: { type: "string" }, example: ["trial"] }),
    meta: z.unknown().optional().meta({ type: "object", additionalProperties: true }),
  })
  .meta({
    id: "ContactImportRow",
    description: "The fields of `createContact`. A row with a wrong or unknown field fails alone.",
    additionalProperties: false,
  });

const importOut = z
  .object({
    items: z.array(
      z.object({
        index: z.int().meta({ description: "The row's place in `rows`, from 0" }),
        result: z.enum(importResults),
        contactId: idOut("contact")
          .nullable()
          .meta({ description: "Null where no one contact was found, and for one that would be made" }),
        errors: z
          .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
          .meta({ description: "Why the row failed; `path` is within the row, empty for the whole of it" }),
      }),
    ),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    failed: z.int(),
  })
  .meta({ id: "ContactImport" });

const description = `Each row makes a contact or changes the one it means:

- A row means the contact with its \`externalId\`; if there is none, the one with its \`email\` (in any case); if there is none, the one with its \`phone\`. A contact that has another externalId than the row is never meant. Where several contacts share the address the row fails with \`contact_ambiguous\`.
- Of an existing contact \`attributes\` are merged key by key (null removes one) and \`tags\` are added to those that are there; every other field that is named is replaced, null clears it, what is not named stays.
- A row with the externalId, e-mail address or phone number of an earlier row, or that means the same contact, fails with \`duplicate_row\`, which names the earlier one. Rows with different externalIds may share an address.
- A row that fails refuses no other. Whatever was not done can be sent again: rows that are done already are \`unchanged\`.

With \`dryRun\` nothing is changed and the answer says what would become of the rows. An import is one entry of the audit log, with its counts.`;

/** The route that makes and changes many contacts. */
export function importRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/contacts/import",
      operationId: "importContacts",
      tag: "Contacts",
      summary: "Make and change up to 500 contacts",
      description,
      body: z.strictObject({
        rows: z
          .array(importRow)
          .min(1, { error: `must have 1 to ${mostRows} rows` })
          .max(mostRows, { error: `must have 1 to ${mostRows} rows` }),
        dryRun: z
          .boolean()
          .default(false)
          .meta({ description: "True: change nothing, only say what would become of the rows" }),
      }),
      checksTexts: true,
      response: importOut,
      examples: {
        body: {
          rows: [
            { externalId: "crm-4711", name: "Anna Keller", email: "anna@example.com", tags: ["trial"] },
            { name: "Ben Adler", phone: "+4930123457", attributes: { plan: "pro" } },
          ],
          dryRun: false,
        },
        response: {
          items: [
            { index: 0, result: "updated", contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd", errors: [] },
            { index: 1, result: "created", contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0we", errors: [] },
          ],
          created: 1,
          updated: 1,
          unchanged: 0,
          failed: 0,
        },
      },
      handler: async ({ body, caller, requestId }) =>
        presentImport(await importContacts(core, caller.workspaceId, body, { caller, requestId })),
    }),
  ];
}

function presentImport({ items, ...counts }: ContactImport): z.input<typeof importOut> {
  return {
    ...counts,
    items: items.map(({ contactId, errors, ...item }) => ({
      ...item,
      contactId: toIdOrNull("contact", contactId),
      errors: [...errors],
    })),
  };
}
