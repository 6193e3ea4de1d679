import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, systemClock } from "../src/base/clock.ts";
import { createMaintenance, createWorker, type ExecutionContext } from "../src/engine/index.ts";
import { createTestCore, type TestCore } from "../test/core.ts";
import { addKinds, enqueue, readExecution, readSteps, startServices, untilStatus } from "../test/engine.ts";
import { until } from "../test/until.ts";
import { chaosLease } from "./scene.ts";

const dayMs = 86_400_000;

/** A process clock that is a day ahead, then a day behind, then right, with every look at it. */
function jumpingClock(): { readonly clock: Clock; looks(): number } {
  let looks = 0;
  return {
    clock: {
      ...systemClock,
      now: () => new Date(systemClock.now().getTime() + ([dayMs, -dayMs, 0][looks++ % 3] ?? 0)),
    },
    looks: () => looks,
  };
}

let core: TestCore;
const { clock, looks } = jumpingClock();
beforeAll(async () => {
  core = await createTestCore({ clock });
});
afterAll(() => core.close());

test("a process clock that jumps by days changes nothing about leases, limits and due times", async () => {
  const release = Promise.withResolvers<void>();
  const begun: ExecutionContext[] = [];
  addKinds(
    core,
    {
      name: "steps",
      async run(ctx) {
        for (let step = 0; step < 5; step += 1) await ctx.note(`${step}`, 1);
        await ctx.wait("a second", 1);
        await ctx.note("after", 1);
        return { status: "completed", outcome: "none" };
      },
    },
    {
      name: "long",
      async run(ctx) {
        begun.push(ctx);
        await ctx.step("model", "think", async () => {
          await release.promise;
          return { output: 1 };
        });
        return { status: "completed", outcome: "none" };
      },
    },
  );
  const stop = await startServices(
    createWorker(core, { concurrency: 32, lease: chaosLease }),
    createMaintenance(core, "worker", chaosLease),
  );
  try {
    const workspaceId = await core.newWorkspace();
    const long = await enqueue(core, workspaceId, { kind: "long", maxTimeSeconds: 900 });
    const soon = await Promise.all(
      Array.from({ length: 20 }, () => enqueue(core, workspaceId, { kind: "steps" })),
    );
    const delayed = await enqueue(core, workspaceId, { kind: "steps", delayMs: 1_500 });
    const tomorrow = await enqueue(core, workspaceId, { kind: "steps", delayMs: dayMs });

    for (const id of [...soon, delayed]) {
      expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 2 });
      expect(await readSteps(core, workspaceId, id)).toHaveLength(7);
    }
    // By the database's clock: neither a wait nor a delay ended early, and none took until the next poll but one.
    const { rows } = await core.db.autocommit.query<{ id: string; waited: number; delay: number }>({
      text: `select id, extract(epoch from completed_at - started_at)::float8 as waited,
        extract(epoch from started_at - queued_at)::float8 as delay from executions where status = 'completed'`,
    });
    for (const { id, waited, delay } of rows) {
      expect(waited).toBeGreaterThanOrEqual(1);
      if (id === delayed) expect(delay).toBeGreaterThanOrEqual(1.5);
    }
    expect((await readExecution(core, workspaceId, tomorrow)).status).toBe("waiting");

    // Longer than two leases: nobody took it, nobody ended it.
    await until("two lease times", async () => {
      const { rowCount } = await core.db.autocommit.query({
        text: "select 1 from executions where id = $1 and claimed_at < clock_timestamp() - $2 * interval '1 millisecond'",
        values: [long, 2 * chaosLease.lapsesAfterMs],
      });
      return rowCount === 1;
    });
    expect(begun).toHaveLength(1);
    expect(begun[0]?.signal.aborted).toBe(false);
    release.resolve();
    expect(await untilStatus(core, workspaceId, long, "completed")).toMatchObject({ attempt: 1 });
    // The clock was asked, or this test proves nothing.
    expect(looks()).toBeGreaterThan(200);
  } finally {
    release.resolve();
    await stop();
  }
}, 40_000);
