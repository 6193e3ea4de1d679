import type { TaskFixture } from "../../../test/tasks.ts";
import { createContact } from "../../contacts/index.ts";
import { walkOn } from "./job.ts";
import { walkJobId } from "./walk.ts";

const origin = { caller: null, requestId: null };

/** The ids of the walks that were sent, in order. */
export function sentWalks({ core }: TaskFixture): readonly string[] {
  return core.sentJobs
    .filter(({ id }) => id === walkJobId)
    .map(({ payload }) => (payload as { readonly walkId: string }).walkId);
}

/** Carries out every walk that was sent and has not ended, as the job does. */
export async function finishWalks(fixture: TaskFixture, size = 3): Promise<void> {
  for (const id of sentWalks(fixture)) while (await walkOn(fixture.core, fixture.workspaceId, id, size));
}

/** Makes contacts; answers their ids in order. */
export async function makeContacts(
  { core, tenant }: TaskFixture,
  count: number,
  fields: Parameters<typeof createContact>[2],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const name = `Contact ${n}`;
    const contact = await tenant((tx) => createContact(core, tx, { name, ...fields }, origin));
    ids.push(contact.id);
  }
  return ids;
}
