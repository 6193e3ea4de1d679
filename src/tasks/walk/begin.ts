import { newId } from "../../base/ids.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import { insertWalk } from "./store.ts";
import { type NewWalk, walkJobId } from "./walk.ts";

/** Begins a walk, which a durable job carries out after the commit; answers its id. */
export async function beginWalk(core: Core, tx: TenantTx, walk: NewWalk): Promise<string> {
  const id = newId();
  await insertWalk(tx, { ...walk, id });
  await sendWalk(core, tx, id);
  return id;
}

/** Has a walk that is stored carried out, or carried on, after the commit. */
export async function sendWalk(core: Core, tx: TenantTx, walkId: string): Promise<void> {
  await core.jobs.send(tx, walkJobId, { walkId });
}
