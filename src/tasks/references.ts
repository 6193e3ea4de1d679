import { findDefaultAgent, loadAgent } from "../agents/index.ts";
import { AppError, type FieldError, invalidFields } from "../base/errors.ts";
import { getChannel } from "../channels/index.ts";
import { getContact } from "../contacts/index.ts";
import { resolveChannel } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import { taskErrors } from "./errors.ts";
import { checkSchedule, type Schedule } from "./schedule/index.ts";

/** What a task points to, as far as it is being set; absent is not looked at. */
export interface References {
  readonly agentId?: string | null | undefined;
  readonly contactId?: string | null | undefined;
  readonly channelId?: string | null | undefined;
  readonly schedule?: Schedule | null | undefined;
}

/**
 * Checks what a task would point to, all at once. Throws 422 with every fault at its path; with the code
 * `agent_required` or `channel_required` if that is the only one.
 */
export async function checkReferences(tx: TenantTx, references: References, now: Date): Promise<void> {
  const faults = [
    await checkAgent(tx, references.agentId),
    ...(await checkContact(tx, references)),
    ...checkScheduleFields(references.schedule, now),
  ].filter((fault) => fault !== undefined);
  const [first] = faults;
  if (first === undefined) return;
  const code = [taskErrors.agent_required, taskErrors.channel_required].find(
    (known) => known.code === first.code,
  );
  if (faults.length === 1 && code !== undefined) throw new AppError(code, { errors: faults });
  throw invalidFields(...faults);
}

async function checkAgent(tx: TenantTx, agentId: string | null | undefined): Promise<FieldError | undefined> {
  if (agentId === undefined) return undefined;
  if (agentId !== null) {
    if ((await loadAgent(tx, agentId)) !== undefined) return undefined;
    return notFoundAt("agentId", "agent");
  }
  if ((await findDefaultAgent(tx)) !== undefined) return undefined;
  return {
    path: "agentId",
    code: taskErrors.agent_required.code,
    message: "must be the id of an agent, since the workspace has no default agent",
  };
}

async function checkContact(
  tx: TenantTx,
  { contactId, channelId }: References,
): Promise<readonly FieldError[]> {
  const faults: FieldError[] = [];
  const contactMissing =
    contactId !== undefined && contactId !== null && (await getContact(tx, contactId)) === undefined;
  if (contactMissing) faults.push(notFoundAt("contactId", "contact"));
  if (channelId !== undefined && channelId !== null && (await getChannel(tx, channelId)) === undefined)
    faults.push(notFoundAt("channelId", "channel"));
  if (
    contactId &&
    !contactMissing &&
    channelId === null &&
    (await resolveChannel(tx, contactId)) === undefined
  ) {
    faults.push({
      path: "channelId",
      code: taskErrors.channel_required.code,
      message:
        "must be the id of a channel: the contact has used none, and the workspace does not have exactly one connected web channel",
    });
  }
  return faults;
}

function checkScheduleFields(schedule: Schedule | null | undefined, now: Date): readonly FieldError[] {
  if (schedule === undefined || schedule === null) return [];
  return checkSchedule(schedule, { now }).map(({ path, code, message }) => ({
    path: `schedule.${path}`,
    code,
    message,
  }));
}

function notFoundAt(path: string, what: string): FieldError {
  return { path, code: "not_found", message: `must be the id of a ${what} of this workspace` };
}
