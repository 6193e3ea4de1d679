import { z } from "zod";
import { type AgentTool, type AgentToolScope, defineTool, type ToolOutcome } from "../../agents/index.ts";
import { toId } from "../../base/ids.ts";
import { tagText, text } from "../../base/schemas.ts";
import {
  type Contact,
  type ContactFilter,
  getContacts,
  listContacts,
  matchContacts,
  readAttribute,
} from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";

const mostFound = 20;
/** Where a text is looked for, the attribute is compared among this many. */
const mostLookedAt = 100;

const input = z.strictObject({
  q: text({ min: 1, max: 200 })
    .optional()
    .describe("Part of a name, e-mail address, phone number or external id"),
  tag: tagText.optional(),
  attribute: z
    .strictObject({
      name: text({ min: 1, max: 200 }),
      equals: z.union([text({ max: 1_000 }), z.number(), z.boolean()]),
    })
    .optional()
    .describe("An attribute and the value that it has"),
  limit: z.int().min(1).max(mostFound).optional().describe("How many at most, 1 to 20"),
});

/** Lets an agent that works for no contact in particular look contacts up. */
export function findContactsTool({ ctx, core }: AgentToolScope): AgentTool {
  return defineTool({
    name: "find_contacts",
    description: "Finds contacts. All conditions given must hold; without any, some contacts are answered.",
    input,
    run: (wanted) =>
      ctx.step<ToolOutcome>("tool_result", "find_contacts", async () => {
        const found = await core.db.tenant(ctx.execution.workspaceId, (tx) => findContacts(tx, wanted));
        const limit = wanted.limit ?? mostFound;
        const output = {
          contacts: found.slice(0, limit).map(describeContact),
          hasMore: found.length > limit,
        };
        return { input: wanted, output: { output }, toolCall: true };
      }),
  });
}

/** One more than asked for, if there are so many. */
async function findContacts(
  tx: TenantTx,
  { q, tag, attribute, limit = mostFound }: z.output<typeof input>,
): Promise<readonly Contact[]> {
  if (q !== undefined || attribute === undefined) {
    const page = { limit: attribute === undefined ? limit + 1 : mostLookedAt };
    const { items } = await listContacts(tx, { q, tag }, page);
    if (attribute === undefined) return items;
    return items.filter((contact) => readAttribute(contact, attribute.name) === attribute.equals);
  }
  const filter: ContactFilter = { all: [{ attribute }, ...(tag === undefined ? [] : [{ tag }])] };
  const ids = await matchContacts(tx, filter, { limit: limit + 1 });
  return getContacts(tx, ids);
}

function describeContact(contact: Contact) {
  const { id, name, language, timezone, tags, attributes, optedOutAt } = contact;
  return {
    contactId: toId("contact", id),
    ...{ name, language, timezone, tags, attributes },
    wantsNoMessages: optedOutAt !== null,
  };
}
