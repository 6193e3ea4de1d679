import { invalidField, requireFound } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { getContact } from "../../contacts/index.ts";
import type { Core } from "../../engine/index.ts";
import { type CalledTool, callTool } from "./call-tool.ts";
import { createInputCheck } from "./input-schema.ts";
import { getTool } from "./tools.ts";

export interface TriedTool extends CalledTool {
  readonly durationMs: number;
}

/** Calls a tool outside of any execution. Throws 404, and 422 at `input` or `contactId`. */
export async function tryTool(
  core: Core,
  workspaceId: string,
  call: {
    readonly toolId: string;
    readonly input: Readonly<Record<string, unknown>>;
    readonly contactId?: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<TriedTool> {
  const { toolId, contactId = null, signal } = call;
  const tool = await core.db.tenant(workspaceId, async (tx) => {
    const found = requireFound(await getTool(tx, toolId), "tool");
    if (contactId !== null && (await getContact(tx, contactId)) === undefined)
      throw invalidField("contactId", "not_found", "must be the id of a contact of this workspace");
    return found;
  });
  const checked = createInputCheck(tool.inputSchema)(call.input);
  if (!checked.ok) throw invalidField("input", "input_invalid", `does not fit inputSchema: ${checked.fault}`);
  const begunAt = core.clock.monotonicMs();
  const called = await callTool(core, {
    workspaceId,
    tool,
    // Its schema is of type object.
    input: checked.input as Readonly<Record<string, unknown>>,
    contactId,
    idempotencyKey: `test:${newId()}`,
    signal,
    evenDisabled: true,
  });
  return { ...called, durationMs: Math.round(core.clock.monotonicMs() - begunAt) };
}
