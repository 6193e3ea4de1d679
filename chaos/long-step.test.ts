import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultLease } from "../src/engine/lease.ts";
import { readExecution, untilStatus } from "../test/engine.ts";
import { until } from "../test/until.ts";
import { openScene, type Scene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(defaultLease);
});
afterAll(() => scene.close());

/**
 * Sixteen minutes are made by moving the claim back in the database, which is the only clock that limits and leases
 * go by. The step itself outlasts the real lease by renewing it, beside a second worker that would take over.
 */
test("16 minutes in one step: it ends where its limit is 15, and is left alone where it is 60", async () => {
  const worker = await scene.workers.start();
  const held = { op: "call", name: "think", hold: { at: "before", attempts: [1, 2] } } as const;
  const short = await scene.play([held], { maxTimeSeconds: 900 });
  const long = await scene.play([held], { maxTimeSeconds: 3_600 });
  await worker.reached({ executionId: short });
  const point = await worker.reached({ executionId: long });
  const rival = await scene.workers.start();
  await scene.core.db.autocommit.query({
    text: `update executions set claimed_at = claimed_at - interval '16 minutes', started_at = started_at - interval '16 minutes',
      deadline_at = deadline_at - interval '16 minutes' where id = any($1)`,
    values: [[short, long]],
  });
  const failed = await untilStatus(scene.core, scene.workspaceId, short, "failed", 15_000);
  expect(failed).toMatchObject({ outcome: "limit_reached", reasonCode: "max_time", attempt: 1 });
  await until(
    "the step to outlast the lease",
    async () => {
      const { rowCount } = await scene.core.db.autocommit.query({
        text: `select 1 from workers where renewed_at - started_at > $1 * interval '1 millisecond'
          and id = (select worker_id from executions where id = $2)`,
        values: [defaultLease.lapsesAfterMs + defaultLease.renewEveryMs, long],
      });
      return rowCount === 1;
    },
    20_000,
  );
  expect(await readExecution(scene.core, scene.workspaceId, long)).toMatchObject({
    status: "running",
    attempt: 1,
  });
  expect(rival.reports.filter(({ type }) => type === "reached")).toEqual([]);
  worker.go(point);
  expect(await untilStatus(scene.core, scene.workspaceId, long, "completed")).toMatchObject({ attempt: 1 });
  expect(scene.ledger.calls(long)).toHaveLength(1);
  // Nobody waits for the handler of the one that has ended: its call is not made any more.
  worker.go({ ...point, executionId: short });
  expect(await worker.left(short, 1)).not.toBeNull();
  const { rows } = await scene.core.db.autocommit.query<{ used: number }>({
    text: "select used_ms / 60000 as used from executions where id = $1",
    values: [long],
  });
  expect(rows[0]?.used).toBe(16);
}, 60_000);
