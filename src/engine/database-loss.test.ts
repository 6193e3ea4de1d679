import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import {
  addKinds,
  enqueue,
  readExecution,
  shortLease,
  startServices,
  untilStatus,
} from "../../test/engine.ts";
import type { ExecutionKind } from "./execution.ts";
import { createMaintenance } from "./maintenance.ts";
import { createWorker } from "./worker.ts";

let core: TestCore;
let workspaceId: string;
let stop: () => Promise<void>;
const attempts = new Map<string, number>();

function refused(): Error {
  return Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" });
}

const kinds: readonly ExecutionKind[] = [
  {
    // What a kind's own call throws looks like a database that is away.
    name: "unreachable",
    async run(ctx) {
      attempts.set(ctx.execution.id, ctx.execution.attempt);
      throw refused();
    },
  },
  {
    name: "used up more than can be written",
    async run(ctx) {
      await ctx.step("model", "think", async () => ({ output: 1, inputTokens: 1e30 }));
      return { status: "completed", outcome: "none" };
    },
  },
  {
    name: "away for four attempts in each step",
    async run(ctx) {
      for (const name of ["first", "second"]) {
        await ctx.step("note", name, async () => {
          const key = `${ctx.execution.id} ${name}`;
          const tried = (attempts.get(key) ?? 0) + 1;
          attempts.set(key, tried);
          if (tried <= 4) throw refused();
          return { output: tried };
        });
      }
      return { status: "completed", outcome: "none" };
    },
  },
];

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  addKinds(core, ...kinds);
  stop = await startServices(
    createWorker(core, { concurrency: 4, lease: shortLease }),
    createMaintenance(core, "worker", shortLease),
  );
});
afterAll(async () => {
  await stop();
  await core.close();
});

test("what looks like a lost database is tried again, but not for ever", async () => {
  const id = await enqueue(core, workspaceId, { kind: "unreachable" });
  await untilStatus(core, workspaceId, id, "failed");
  const execution = await readExecution(core, workspaceId, id);
  expect(execution).toMatchObject({ reasonCode: "crash_loop", attempt: 5 });
  expect(attempts.get(id)).toBe(5);
});

test("an end that the database refuses is tried again, but not for ever", async () => {
  const id = await enqueue(core, workspaceId, { kind: "used up more than can be written" });
  await untilStatus(core, workspaceId, id, "failed");
  expect(await readExecution(core, workspaceId, id)).toMatchObject({ reasonCode: "crash_loop", attempt: 5 });
});

test("each new step begins the count anew, so that short outages are outlasted", async () => {
  const id = await enqueue(core, workspaceId, { kind: "away for four attempts in each step" });
  await untilStatus(core, workspaceId, id, "completed");
  expect(await readExecution(core, workspaceId, id)).toMatchObject({ attempt: 9 });
});
