import { z } from "zod";
import { fromAnyId, isIdKind, toId, toTargetId, uuidPattern } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { idOut, instant, instantOut, pageOf, pageQuery, searchInQuery } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { type AuditEntry, selectAuditEntries } from "./audit-store.ts";

const actorKinds = ["api_key", "member", "system"] as const;

const anyId = z
  .string()
  .transform((value, context) => {
    const found = fromAnyId(value);
    if (found !== undefined) return found;
    context.addIssue({
      code: "custom",
      message: "must be an id such as task_01k3v8q5x8e7arf4s2m6t9c0wd",
      params: { code: "id_invalid" },
    });
    return z.NEVER;
  })
  .meta({ example: "task_01k3v8q5x8e7arf4s2m6t9c0wd" });

const entryOut = z
  .object({
    id: idOut("auditEntry"),
    at: instantOut,
    actor: z.object({
      kind: z.enum(actorKinds),
      id: z
        .string()
        .nullable()
        .meta({ description: "A member's or an API key's; null for the program itself" }),
    }),
    action: z.string(),
    target: z.object({ kind: z.string(), id: z.string().nullable() }),
    changes: z
      .record(z.string(), z.tuple([z.unknown(), z.unknown()]))
      .meta({ description: "Each changed field with its value before and after; secrets are left out" }),
    requestId: z.string().nullable(),
  })
  .meta({ id: "AuditEntry" });

const exampleEntry = {
  id: "aud_01k3v8q5x8e7arf4s2m6t9c0wd",
  at: "2027-03-01T09:00:00.000Z",
  actor: { kind: "member", id: "mem_01k3v8q5x8e7arf4s2m6t9c0wd" },
  action: "workspace.update",
  target: { kind: "workspace", id: "ws_01k3v8q5x8e7arf4s2m6t9c0wd" },
  changes: { timezone: ["UTC", "Europe/Berlin"] },
  requestId: "req-1a2b3c",
};

const actorIdKinds = { api_key: "apiKey", member: "member" } as const;

function presentEntry(entry: AuditEntry): z.input<typeof entryOut> {
  // The column's check allows nothing else.
  const kind = entry.actorKind as (typeof actorKinds)[number];
  return {
    id: toId("auditEntry", entry.id),
    at: instant(entry.at),
    actor: { kind, id: kind === "system" ? null : toTargetId(actorIdKinds[kind], entry.actorId) },
    action: entry.action,
    target: { kind: entry.targetKind, id: toTargetId(entry.targetKind, entry.targetId) },
    changes: presentChanges(entry.changes),
    requestId: entry.requestId,
  };
}

/** Changes as the API shows them: UUIDs in a field such as `agentId` become ids of that kind. */
function presentChanges(changes: unknown): Record<string, [unknown, unknown]> {
  if (changes === null || typeof changes !== "object") return {};
  return Object.fromEntries(
    Object.entries(changes).map(([field, pair]) => {
      const [before = null, after = null] = Array.isArray(pair) ? pair : [];
      return [field, [presentValue(field, before), presentValue(field, after)]];
    }),
  );
}

function presentValue(field: string, value: unknown): unknown {
  const kind = field.endsWith("Id") ? field.slice(0, -2) : "";
  return typeof value === "string" && isIdKind(kind) && uuidPattern.test(value) ? toId(kind, value) : value;
}

export function auditRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "admin",
      method: "GET",
      path: "/v1/audit-log",
      operationId: "listAuditLog",
      tag: "Audit log",
      summary: "Who changed what, newest first",
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery(
          "Part of the action, the names of the changed fields, their values before and after, or the request's id, in any case",
        ),
        action: z
          .string()
          .max(100)
          .optional()
          .meta({ description: "Only changes of exactly this name", example: "task.update" }),
        actorId: anyId.optional().meta({ description: "A member's or API key's id" }),
        targetKind: z
          .string()
          .max(50)
          .optional()
          .meta({ description: "Only changes of things of this kind", example: "task" }),
        targetId: anyId.optional().meta({ description: "Only changes of the thing with this id" }),
        from: z.iso.datetime({ offset: true }).optional().meta({ description: "At or after this instant" }),
        until: z.iso.datetime({ offset: true }).optional().meta({ description: "Before this instant" }),
      }),
      response: pageOf(entryOut),
      examples: { response: { items: [exampleEntry], nextCursor: null } },
      handler: ({ caller, query }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { actorId, targetId, limit, cursor, ...rest } = query;
          const filter = { ...rest, actor: actorId, target: targetId };
          const page = await selectAuditEntries(tx, filter, { limit, cursor });
          return { items: page.items.map(presentEntry), nextCursor: page.nextCursor };
        }),
    }),
  ];
}
