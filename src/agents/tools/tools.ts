import {
  AppError,
  externalIdTaken,
  type FieldError,
  invalidField,
  invalidFields,
  requireFound,
} from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { withoutUndefined } from "../../base/objects.ts";
import type { Page, PageOf } from "../../base/page.ts";
import type { Meta } from "../../base/schemas.ts";
import { type TenantTx, uniqueViolation } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import type { Origin } from "../../workspaces/index.ts";
import { agentErrors } from "../errors.ts";
import type { JsonSchemaObject } from "../models/index.ts";
import { recordWithSecret } from "../record-with-secret.ts";
import { releaseFromAgents } from "../using-agents.ts";
import { findToolFaults } from "./rules.ts";
import {
  deleteToolRow,
  insertTool,
  keepTools,
  type StoredTool,
  selectEnabledTools,
  selectTool,
  selectTools,
  type ToolFilter,
  type ToolValues,
  updateToolRow,
} from "./store.ts";
import type { Tool, ToolAuth, ToolMethod, ToolPolicy, ToolSnapshot } from "./tool-definition.ts";
import { serverOf } from "./url-template.ts";

/** How a tool's requests say who sends them, as it is set. Without a secret the stored one stays. */
export type NewToolAuth = ToolAuth & { readonly secret?: string | undefined };

export interface NewTool {
  readonly name: string;
  readonly description: string;
  readonly method: ToolMethod;
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly auth: NewToolAuth;
  readonly inputSchema: JsonSchemaObject;
  readonly timeoutSeconds: number;
  /** Default: true for GET. */
  readonly idempotent?: boolean | undefined;
  readonly policy: ToolPolicy;
  readonly enabled: boolean;
  readonly externalId: string | null;
  readonly meta: Meta;
}

export type ToolChanges = { readonly [K in keyof NewTool]?: NewTool[K] | undefined };

/** Creates a tool. Nothing is called. Throws 422 at the fields, 409 for a name or externalId that is taken. */
export async function createTool(core: Core, tx: TenantTx, tool: NewTool, origin: Origin): Promise<Tool> {
  const id = newId();
  const { auth, idempotent = tool.method === "GET", ...rest } = tool;
  throwFaults([...findToolFaults({ ...rest, auth, idempotent }), ...findMissingSecret(auth, undefined)]);
  const created = await insertTool(tx, id, {
    ...rest,
    idempotent,
    auth: withoutSecret(auth),
    secretSealed: sealSecret(core, id, auth),
  }).catch(throwIfTaken);
  await record(tx, origin, "tool.create", undefined, created);
  return toTool(created);
}

/**
 * Changes the fields given. An address on another server needs the secret again: whoever may change the address must
 * not be able to have the stored secret sent there. Throws 404, 409, 422.
 */
export async function updateTool(
  core: Core,
  tx: TenantTx,
  id: string,
  changes: ToolChanges,
  origin: Origin,
): Promise<Tool> {
  const before = requireFound(await selectTool(tx, id, "for update"), "tool");
  const { auth, ...given } = withoutUndefined(changes);
  const merged = { ...before, ...given, auth: auth ?? before.auth };
  throwFaults([...findToolFaults(merged), ...(auth === undefined ? [] : findMissingSecret(auth, before))]);
  if (before.hasSecret && auth?.secret === undefined && auth?.kind !== "none") {
    if (serverOf(before.url) !== serverOf(merged.url)) {
      const message = "must be sent again, or auth as none, when url moves to another server";
      throw invalidField("auth.secret", "required", message);
    }
  }
  const after = await updateToolRow(tx, id, {
    ...given,
    ...(auth === undefined ? {} : { auth: withoutSecret(auth), ...changedSecret(core, id, auth) }),
  }).catch(throwIfTaken);
  await record(tx, origin, "tool.update", before, after);
  return toTool(after);
}

/** Deletes a tool. Throws 404, and 409 `tool_in_use` naming the agents that have it unless `force` takes it from them. */
export async function deleteTool(
  tx: TenantTx,
  id: string,
  { force }: { readonly force: boolean },
  origin: Origin,
): Promise<void> {
  const given = { what: "toolIds", id, called: "tool", inUse: agentErrors.tool_in_use, force } as const;
  if (force) await releaseFromAgents(tx, given, origin);
  // The lock keeps agents from being given this tool between the look and the deletion.
  const tool = requireFound(await selectTool(tx, id, "for update"), "tool");
  await releaseFromAgents(tx, given, origin);
  await deleteToolRow(tx, id);
  await record(tx, origin, "tool.delete", tool, undefined);
}

/** The tool, or undefined if the workspace has none with this id. */
export async function getTool(tx: TenantTx, id: string): Promise<Tool | undefined> {
  const found = await selectTool(tx, id);
  return found === undefined ? undefined : toTool(found);
}

/** Tools, newest first. */
export async function listTools(tx: TenantTx, filter: ToolFilter, page: Page): Promise<PageOf<Tool>> {
  const { items, nextCursor } = await selectTools(tx, filter, page);
  return { items: items.map(toTool), nextCursor };
}

/** The tools with these ids as an execution keeps them, in this order. Deleted and disabled ones are left out. */
export async function loadToolSnapshots(
  tx: TenantTx,
  ids: readonly string[],
): Promise<readonly ToolSnapshot[]> {
  if (ids.length === 0) return [];
  const found = new Map((await selectEnabledTools(tx, ids)).map((tool) => [tool.id, tool]));
  return ids.flatMap((id) => {
    const tool = found.get(id);
    return tool === undefined ? [] : [snapshotTool(tool)];
  });
}

/** Those of the ids that no tool of the workspace has. What exists stays until this transaction ends. */
export async function findMissingTools(tx: TenantTx, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const kept = new Set(await keepTools(tx, ids));
  return ids.filter((id) => !kept.has(id));
}

/** What a call needs of its tool as it is set up now, the secret in the open. */
export type ToolAccess =
  | { readonly secret: string | undefined }
  | { readonly problem: "gone" | "disabled" | "moved" | "secret_unreadable" };

/**
 * Reads it. `moved`: the tool has another server or another kind of auth than the one that is about to be called, so
 * the secret of today must not go there. A tool that is tried out may be disabled.
 */
export async function readToolAccess(
  core: Core,
  tx: TenantTx,
  tool: ToolSnapshot,
  { evenDisabled = false }: { readonly evenDisabled?: boolean } = {},
): Promise<ToolAccess> {
  const current = await selectTool(tx, tool.id);
  if (current === undefined) return { problem: "gone" };
  if (!current.enabled && !evenDisabled) return { problem: "disabled" };
  if (tool.auth.kind === "none") return { secret: undefined };
  const isSame =
    serverOf(current.url) === serverOf(tool.url) &&
    current.auth.kind === tool.auth.kind &&
    current.auth.headerName === tool.auth.headerName;
  if (!isSame) return { problem: "moved" };
  if (current.secretSealed === null) return { problem: "secret_unreadable" };
  try {
    return { secret: core.cipher.open(current.secretSealed, secretContext(tool.id)) };
  } catch (error) {
    core.log.warn({ err: error, toolId: tool.id }, "a tool's secret cannot be decrypted");
    return { problem: "secret_unreadable" };
  }
}

function snapshotTool(tool: StoredTool): ToolSnapshot {
  return {
    id: tool.id,
    name: tool.name,
    description: tool.description,
    method: tool.method,
    url: tool.url,
    query: tool.query,
    headers: tool.headers,
    body: tool.body,
    auth: tool.auth,
    inputSchema: tool.inputSchema,
    timeoutSeconds: tool.timeoutSeconds,
    idempotent: tool.idempotent,
  };
}

function findMissingSecret(auth: NewToolAuth, before: StoredTool | undefined): FieldError[] {
  if (auth.kind === "none" || auth.secret !== undefined) return [];
  if (before?.hasSecret && before.auth.kind === auth.kind) return [];
  return [{ path: "auth.secret", code: "required", message: `is required for the kind ${auth.kind}` }];
}

function throwFaults(faults: readonly FieldError[]): void {
  if (faults.length > 0) throw invalidFields(...faults);
}

function throwIfTaken(error: unknown): never {
  const violated = uniqueViolation(error);
  if (violated === "tools_external_id") throw externalIdTaken("tool");
  if (violated !== "tools_name") throw error;
  const { code, message } = agentErrors.tool_name_taken;
  throw new AppError(agentErrors.tool_name_taken, {
    errors: [{ path: "name", code, message: "another tool of the workspace has this name" }],
    message,
  });
}

const audited = [
  "name",
  "description",
  "method",
  "url",
  "query",
  "headers",
  "body",
  "auth",
  "hasSecret",
  "inputSchema",
  "timeoutSeconds",
  "idempotent",
  "policy",
  "enabled",
  "externalId",
  "meta",
] as const satisfies readonly (keyof Tool)[];

function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: StoredTool | undefined,
  after: StoredTool | undefined,
): Promise<void> {
  const secret = { field: "hasSecret", sealed: ({ secretSealed }: StoredTool) => secretSealed } as const;
  return recordWithSecret(tx, { ...origin, action, kind: "tool", before, after, fields: audited, secret });
}

function withoutSecret({ secret: _, ...auth }: NewToolAuth): ToolAuth {
  return auth;
}

function sealSecret(core: Core, id: string, { kind, secret }: NewToolAuth): Buffer | null {
  return kind === "none" || secret === undefined ? null : core.cipher.seal(secret, secretContext(id));
}

function changedSecret(core: Core, id: string, auth: NewToolAuth): Partial<Pick<ToolValues, "secretSealed">> {
  if (auth.kind !== "none" && auth.secret === undefined) return {};
  return { secretSealed: sealSecret(core, id, auth) };
}

/** Part of what is sealed: it must never change. */
function secretContext(id: string): string {
  return `tool:${id}`;
}

function toTool({ secretSealed: _, ...tool }: StoredTool): Tool {
  return tool;
}
