import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import {
  addKinds,
  claimQueued,
  enqueue,
  readExecution,
  startServices,
  untilStatus,
} from "../../test/engine.ts";
import { newId } from "../base/ids.ts";
import { registerWorker } from "./claim-store.ts";
import { cancelExecutions } from "./ending.ts";
import type { Execution } from "./execution.ts";
import { recover } from "./maintenance.ts";
import { createWorker } from "./worker.ts";

let core: TestCore;
let workspaceId: string;
const ends: Execution[] = [];
const judgements: (readonly string[])[] = [];

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  addKinds(core, {
    name: "has spoken",
    run: async () => {
      throw new Error("a fault of ours");
    },
    ended: async (_tx, execution) => {
      ends.push(execution);
    },
    async judge(_tx, results) {
      judgements.push(results.map(({ id }) => id));
      return new Map(results.map(({ id, reason }) => [id, { outcome: "message_sent", reason }]));
    },
  });
});
afterAll(() => core.close());

const newExecution = () => enqueue(core, workspaceId, { kind: "has spoken" });
const cancel = (...ids: string[]) =>
  core.db.tenant(workspaceId, (tx) =>
    cancelExecutions(core, tx, { ids }, { code: "canceled", message: "Enough." }),
  );

test("what is cancelled keeps what it had done; what never began has done nothing", async () => {
  const begun = [await newExecution(), await newExecution()];
  await claimQueued(core);
  const queued = await newExecution();
  judgements.length = 0;
  const canceled = await cancel(...begun, queued);
  expect(canceled.map(({ id, outcome }) => [id, outcome])).toEqual([
    ...begun.map((id) => [id, "message_sent"]),
    [queued, "none"],
  ]);
  expect(judgements.map((ids) => ids.toSorted())).toEqual([begun]);
  for (const id of begun) {
    const read = await readExecution(core, workspaceId, id);
    expect(read).toMatchObject({ status: "canceled", outcome: "message_sent", reasonCode: "canceled" });
    expect(ends.find((ended) => ended.id === id)?.outcome).toBe("message_sent");
  }
});

test("what is given up after crashes keeps what it had done", async () => {
  const id = await newExecution();
  const silent = newId();
  await registerWorker(core.db, { id: silent, host: "test", pid: 1 });
  await claimQueued(core, silent);
  await core.db.autocommit.query({ text: "update executions set deaths = 4 where id = $1", values: [id] });
  await core.db.autocommit.query({ text: "update workers set renewed_at = now() - interval '1 minute'" });
  await recover(core);
  const read = await readExecution(core, workspaceId, id);
  expect(read).toMatchObject({ status: "failed", outcome: "message_sent", reasonCode: "crash_loop" });
});

test("what fails inside Errand keeps what it had done", async () => {
  const id = await newExecution();
  const stop = await startServices(createWorker(core, { concurrency: 1 }));
  try {
    const read = await untilStatus(core, workspaceId, id, "failed");
    expect(read).toMatchObject({ outcome: "message_sent", reasonCode: "internal_error" });
  } finally {
    await stop();
  }
});
