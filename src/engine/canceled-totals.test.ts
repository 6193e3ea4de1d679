import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { addKinds, enqueue, readExecution, startServices, untilStatus } from "../../test/engine.ts";
import { until } from "../../test/until.ts";
import { cancelExecutions } from "./ending.ts";
import { createWorker } from "./worker.ts";

let core: TestCore;
let workspaceId: string;
let stop: () => Promise<void>;
const waiting = new Set<string>();

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  addKinds(core, {
    name: "three steps and a wait",
    async run(ctx) {
      for (const name of ["one", "two", "three"])
        await ctx.step("model", name, async () => ({ output: name, inputTokens: 10, costUsd: "0.002" }));
      await ctx.step("model", "four", (signal) => {
        waiting.add(ctx.execution.id);
        return new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
        );
      });
      return { status: "completed", outcome: "none" };
    },
  });
  stop = await startServices(createWorker(core, { concurrency: 2 }));
});
afterAll(async () => {
  await stop();
  await core.close();
});

test("what was used until it was cancelled is in the row, also where nobody had reported it yet", async () => {
  const id = await enqueue(core, workspaceId, { kind: "three steps and a wait" });
  await until("the fourth step waits", () => waiting.has(id));
  const reason = { code: "canceled_by_member", message: "Cancelled." };
  await core.db.tenant(workspaceId, (tx) => cancelExecutions(core, tx, { ids: [id] }, reason));
  await untilStatus(core, workspaceId, id, "canceled");
  await until(
    "the totals are written",
    async () => (await readExecution(core, workspaceId, id)).iterations === 3,
  );
  expect(await readExecution(core, workspaceId, id)).toMatchObject({
    status: "canceled",
    inputTokens: 30,
    costUsd: "0.006000",
  });
});
