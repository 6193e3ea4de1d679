import { type ContactFilter, getContacts, matchContacts } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import { type Core, enqueueExecutions } from "../../engine/index.ts";
import { readNow } from "../store.ts";
import type { Task } from "../task.ts";
import { wakeSweep } from "../wake.ts";
import type { Walk, WalkStep } from "../walk/walk.ts";
import { placeContacts, skippedExecution } from "./place.ts";
import {
  addInvalid,
  addMissed,
  asRelative,
  describeUnplaced,
  nothingPlaced,
  type PlaceTally,
} from "./rules.ts";

/** Gives the next contacts of an audience their due times. */
export async function placeBatch(
  core: Core,
  tx: TenantTx,
  batch: { readonly walk: Walk; readonly task: Task; readonly size: number },
): Promise<WalkStep> {
  const { walk, task, size } = batch;
  let tally: PlaceTally = { ...nothingPlaced, ...(walk.tally as Partial<PlaceTally>) };
  const rule = asRelative(task.schedule);
  if (rule === null) return { isDone: true, afterContact: walk.afterContact, tally };
  const withAttribute: ContactFilter = { attribute: { name: rule.attribute, exists: true } };
  const filter = { all: [walk.audience.filter, withAttribute] };
  const ids = await matchContacts(tx, filter, { after: walk.afterContact ?? undefined, limit: size });
  const contacts = await getContacts(tx, ids);
  for (const { placement } of await placeContacts(tx, { task, rule, contacts })) {
    if (placement.kind === "missed") tally = addMissed(tally, placement.dueAt);
    if (placement.kind === "invalid") tally = addInvalid(tally, placement.reason.message);
  }
  wakeSweep(core, tx);
  const isDone = ids.length < size;
  if (isDone) {
    const leftOut = describeUnplaced(tally, await readNow(tx));
    const skipped = leftOut.map((row) =>
      // Without a tick: two walks may have the same first one.
      skippedExecution(tx, task, { ...row, contactId: null, scheduledFor: null }),
    );
    await enqueueExecutions(core, tx, skipped);
  }
  return { isDone, afterContact: ids.at(-1) ?? walk.afterContact, tally };
}
