import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { addKinds, beginLife, enqueue, readSteps } from "../../test/engine.ts";
import { until } from "../../test/until.ts";
import type { TenantTx } from "../db/index.ts";
import { cancelExecutions } from "./ending.ts";

let core: TestCore;
let workspaceId: string;

/** Stands for the conversation or task that a kind locks at its end. */
const objectLock = 42;

async function lockObject(tx: TenantTx): Promise<void> {
  await tx.query({ text: "select pg_advisory_xact_lock($1)", values: [objectLock] });
}

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  addKinds(core, {
    name: "locks an object at its end",
    run: async () => ({ status: "completed", outcome: "none" }),
    beforeEnd: lockObject,
    ended: lockObject,
  });
});
afterAll(() => core.close());

test("a cancel that meets a step waits for it instead of both waiting for each other", async () => {
  const id = await enqueue(core, workspaceId, { kind: "locks an object at its end" });
  const { ctx } = await beginLife(core, id);
  const holds = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let runs = 0;
  // The step holds the object and will lock the execution's row with its journal entry.
  const step = ctx.transact("message", "send", async (tx) => {
    runs += 1;
    await lockObject(tx);
    holds.resolve();
    await goOn.promise;
    return { output: "sent" };
  });
  await holds.promise;
  const cancel = core.db.tenant(workspaceId, (tx) => {
    runs += 1;
    return cancelExecutions(core, tx, { ids: [id] }, { code: "canceled", message: "Cancelled." });
  });
  await until("the cancel to wait for the object", async () => {
    const { rowCount } = await core.db.autocommit.query({
      text: "select 1 from pg_locks where locktype = 'advisory' and not granted and objid = $1",
      values: [objectLock],
    });
    return rowCount === 1;
  });
  goOn.resolve();
  expect(await step).toBe("sent");
  expect(await cancel).toMatchObject([{ id, status: "canceled" }]);
  expect((await readSteps(core, workspaceId, id)).map(({ name }) => name)).toEqual(["send"]);
  // Each ran once: neither was the victim of a deadlock and had to run again.
  expect(runs).toBe(2);
});
