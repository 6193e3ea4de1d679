import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import {
  addKinds,
  enqueue,
  shortLease,
  startServices,
  untilStatus,
  withAutocommit,
} from "../../test/engine.ts";
import { pause, systemClock } from "../base/clock.ts";
import { createWorker } from "./worker.ts";

let core: TestCore;
let workspaceId: string;

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});
afterAll(() => core.close());

test("work begun after a renewal that took most of the lease is not stopped: the next one follows at once", async () => {
  const { promise: slowed, resolve: slow } = Promise.withResolvers<void>();
  let ahead = 0;
  let isSlowed = false;
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + ahead };
  const db = withAutocommit(core.db, async (statement) => {
    const result = await core.db.autocommit.query(statement);
    if (statement.name !== "renew_lease" || isSlowed) return result as never;
    isSlowed = true;
    // As long as leaves the lease fresh, and less than the time between two renewals of it.
    ahead = shortLease.staleAfterMs - shortLease.renewEveryMs + 50;
    slow();
    return result as never;
  });
  addKinds(core, {
    name: "busy",
    async run(ctx) {
      // Every step needs a fresh lease, and they go on for twice the time between two renewals.
      const until = systemClock.monotonicMs() + 2 * shortLease.renewEveryMs;
      for (let n = 0; systemClock.monotonicMs() < until; n++) {
        await ctx.note("step", n);
        await pause(systemClock, 5);
      }
      return { status: "completed", outcome: "none" };
    },
  });
  const stop = await startServices(
    createWorker({ ...core, db, clock }, { concurrency: 2, lease: shortLease }),
  );
  try {
    await slowed;
    const id = await enqueue(core, workspaceId, { kind: "busy" });
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 1 });
  } finally {
    await stop();
  }
});
