import { createChannel } from "../../../api/generated/channels/channels";
import { createContact } from "../../../api/generated/contacts/contacts";
import type { Task } from "../../../api/generated/model";
import { createTask, triggerTask } from "../../../api/generated/tasks/tasks";
import { ApiError } from "../../../api/problem.ts";

export interface TaskValues {
  readonly name: string;
  readonly description: string;
  readonly contactName: string;
  readonly agentId: string | null;
  /** Null: a web page is made for it. */
  readonly channelId: string | null;
}

/** What an attempt that failed halfway has made; the next one uses it, so that nothing is there twice. */
export interface Made {
  contact?: { readonly id: string; readonly name: string };
  channelId?: string;
}

interface Started {
  readonly task: Task;
  /** Why the task that was made does not run; null if it does. */
  readonly fault: unknown;
}

/** Makes the contact, the channel if there is none, and the task, and runs it. */
export async function startTask(values: TaskValues, made: Made): Promise<Started> {
  const { name, description, contactName, agentId } = values;
  if (made.contact?.name !== contactName) {
    const { id } = await createContact({ name: contactName }).catch(atContactName);
    made.contact = { id, name: contactName };
  }
  const channelId = values.channelId ?? made.channelId ?? (await makeChannel(agentId));
  made.channelId = channelId;
  const task = await createTask({ name, description, agentId, contactId: made.contact.id, channelId });
  try {
    await triggerTask(task.id);
    return { task, fault: null };
  } catch (fault) {
    return { task, fault };
  }
}

async function makeChannel(defaultAgentId: string | null): Promise<string> {
  const { id } = await createChannel({ platform: "web", kind: "page", name: "Web page", defaultAgentId });
  return id;
}

/** The form has two names; a fault of the contact's belongs to the second. */
function atContactName(error: unknown): never {
  if (!(error instanceof ApiError) || error.faults.length === 0) throw error;
  const errors = error.faults.map((fault) =>
    fault.path === "name" ? { ...fault, path: "contactName" } : fault,
  );
  throw new ApiError(error.status, { ...error.problem, errors }, error.retryAfterSeconds);
}
