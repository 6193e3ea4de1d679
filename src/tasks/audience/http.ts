import { z } from "zod";
import { toId } from "../../base/ids.ts";
import { type Route, route } from "../../base/route.ts";
import { idOut } from "../../base/schemas.ts";
import { type ContactFilter, countContacts, getContacts, matchContacts } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import { audienceFilter } from "./filter.ts";

const sampleSize = 10;

const previewOut = z
  .object({
    count: z.int().meta({ description: "Contacts that match and may be written to" }),
    optedOut: z.int().meta({ description: "Contacts that match and do not want messages: they are skipped" }),
    sample: z
      .array(
        z.object({
          id: idOut("contact"),
          name: z.string().nullable(),
          email: z.string().nullable(),
          externalId: z.string().nullable(),
        }),
      )
      .meta({ description: `Up to ${sampleSize} of those who may be written to` }),
  })
  .meta({ id: "AudiencePreview" });

/** `POST /v1/tasks/audience/preview`. */
export function audienceRoutes(core: Core): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/tasks/audience/preview",
      operationId: "previewAudience",
      tool: { name: "preview_audience", readOnly: true },
      tag: "Tasks",
      summary: "Count an audience",
      description: "Whom a task with this audience would be about now. It changes nothing.",
      scope: "read",
      status: 200,
      body: z.strictObject({ filter: audienceFilter }),
      response: previewOut,
      examples: {
        body: { filter: { tag: "trial" } },
        response: {
          count: 412,
          optedOut: 9,
          sample: [
            {
              id: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
              name: "Anna Keller",
              email: "anna@example.com",
              externalId: "crm-4711",
            },
          ],
        },
      },
      handler: ({ caller, body: { filter } }) =>
        core.db.tenant(caller.workspaceId, (tx) => previewAudience(tx, filter)),
    }),
  ];
}

async function previewAudience(tx: TenantTx, filter: ContactFilter): Promise<z.input<typeof previewOut>> {
  const [count, optedOut, ids] = await Promise.all([
    countContacts(tx, filter, { optedOut: false }),
    countContacts(tx, filter, { optedOut: true }),
    matchContacts(tx, filter, { limit: sampleSize, optedOut: false }),
  ]);
  const sample = (await getContacts(tx, ids)).map(({ id, name, email, externalId }) => ({
    id: toId("contact", id),
    ...{ name, email, externalId },
  }));
  return { count, optedOut, sample };
}
