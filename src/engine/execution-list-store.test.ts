import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { analyze, countRowsRead } from "../../test/rows-read.ts";
import { newId } from "../base/ids.ts";
import { enqueueExecution } from "./enqueue.ts";
import type { NewExecution } from "./execution.ts";
import { type ExecutionFilter, listExecutions, selectRecentOfTasks } from "./execution-list-store.ts";
import { getExecution, setParticipants } from "./execution-store.ts";

let core: TestCore;
let workspaceId: string;
beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});
afterAll(() => core.close());

const sql = (text: string, values: unknown[] = []) => core.db.autocommit.query({ text, values });

async function make(fields: Partial<NewExecution> = {}, columns = "status = status"): Promise<string> {
  const execution = { kind: "task", lane: "manual", trigger: "manual", ...fields } as const;
  const id = await core.db.tenant(workspaceId, (tx) => enqueueExecution(core, tx, execution));
  await sql(`update executions set ${columns} where id = $1`, [id]);
  return id;
}

async function list(filter: ExecutionFilter, limit = 100): Promise<readonly string[]> {
  const { items } = await core.db.tenant(workspaceId, (tx) => listExecutions(tx, filter, { limit }));
  return items.map(({ id }) => id);
}

test("filters by outcome and by several statuses", async () => {
  const taskId = newId();
  const met = await make({ taskId }, "status = 'completed', outcome = 'goal_met'");
  const failed = await make({ taskId }, "status = 'failed', outcome = 'none'");
  await make({ taskId });
  expect(await list({ taskId, outcome: "goal_met" })).toEqual([met]);
  expect(await list({ taskId, status: ["completed", "failed"] })).toEqual([failed, met]);
});

test("filters by the time of queueing, from it and before it", async () => {
  const taskId = newId();
  const [early, late] = [await make({ taskId }), await make({ taskId })];
  await sql("update executions set queued_at = now() - interval '10 minutes' where id = $1", [early]);
  const between = new Date(Date.now() - 300_000);
  expect(await list({ taskId, from: between })).toEqual([late]);
  expect(await list({ taskId, to: between })).toEqual([early]);
  const { rows } = await sql("select queued_at from executions where id = $1", [early]);
  const at = rows[0]?.queued_at as Date;
  expect(await list({ taskId, from: at, to: new Date(at.getTime() + 1) })).toEqual([early]);
  expect(await list({ taskId, to: new Date("0001-01-01T00:00:00Z") })).toEqual([]);
  expect(await list({ taskId, from: new Date("9999-12-31T00:00:00Z") })).toEqual([]);
});

test("filters by each conversation in which an execution wrote", async () => {
  const id = await make({}, "status = 'running', attempt = 1");
  const [first, second, third] = [newId(), newId(), newId()];
  const running = { id, attempt: 1 };
  await core.db.tenant(workspaceId, async (tx) => {
    await setParticipants(tx, running, { conversationId: first });
    await setParticipants(tx, running, { conversationId: first });
    await setParticipants(tx, running, { conversationId: second });
    await setParticipants(tx, running, { conversationId: third });
    await setParticipants(tx, running, { conversationId: second });
    await setParticipants(tx, { id, attempt: 2 }, { conversationId: newId() });
    expect(await getExecution(tx, id)).toMatchObject({
      ...{ conversationId: second, otherConversationIds: [first, third] },
    });
  });
  for (const conversationId of [first, second, third]) expect(await list({ conversationId })).toEqual([id]);
  expect(await list({ conversationId: newId() })).toEqual([]);
});

test("refuses a word that is no status", async () => {
  const status = ["it's"] as unknown as NonNullable<ExecutionFilter["status"]>;
  await expect(list({ status })).rejects.toThrow("no status");
});

test("answers the newest executions of several tasks, each with its reason", async () => {
  const [busy, quiet, idle] = [newId(), newId(), newId()];
  const ids: string[] = [];
  for (let i = 0; i < 4; i += 1) ids.unshift(await make({ taskId: busy }));
  const failed = await make(
    { taskId: quiet },
    "status = 'failed', outcome = 'none', reason_code = 'model_failed', reason_message = 'It was down.', completed_at = now()",
  );
  await make();
  const recent = await core.db.tenant(workspaceId, (tx) => selectRecentOfTasks(tx, [busy, quiet, idle], 3));
  expect(recent.get(busy)?.map(({ id }) => id)).toEqual(ids.slice(0, 3));
  expect(recent.get(busy)?.[0]).toMatchObject({
    status: "queued",
    outcome: null,
    reason: null,
    completedAt: null,
  });
  expect(recent.get(quiet)).toEqual([
    {
      ...{ id: failed, status: "failed", outcome: "none", queuedAt: expect.any(Date) },
      ...{ reason: { code: "model_failed", message: "It was down." }, completedAt: expect.any(Date) },
    },
  ]);
  expect(recent.has(idle)).toBe(false);
});

test("reads no more of many executions than it answers", async () => {
  const many = await core.newWorkspace();
  const tasks = Array.from({ length: 20 }, () => newId());
  await sql(
    `insert into executions (workspace_id, id, kind, lane, status, trigger, task_id)
      select $1, uuidv7(make_interval(secs => -i)), 'task', 'scheduled', 'completed', 'schedule', ($2::uuid[])[1 + i % 20]
      from generate_series(1, 20000) i`,
    [many, tasks],
  );
  await analyze(core, "executions");
  const { answer, read } = await core.db.tenant(many, (tx) =>
    countRowsRead(tx, ["executions"], () => selectRecentOfTasks(tx, tasks, 10)),
  );
  expect([...answer.values()].map(({ length }) => length)).toEqual(tasks.map(() => 10));
  expect(read).toBe(200);
});
