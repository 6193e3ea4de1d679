import { afterAll, beforeAll, expect, it } from "vitest";
import { createTaskFixture, daily, type TaskFixture, taskPath } from "../../test/tasks.ts";
import { newId } from "../base/ids.ts";
import { openConversation, startSession } from "../conversations/index.ts";
import { enqueueExecutions, type PlacedExecution } from "../engine/index.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

it("cancels the thousands of a run over an audience within two seconds, and notes it once", async () => {
  const { core, workspaceId, contactId, channelId, agentId } = fixture;
  const task = await fixture.newTask({ schedule: daily });
  // A contact that has been written to has a session of the task.
  await fixture.tenant(async (tx) => {
    const { id: conversationId } = await openConversation(core, tx, { contactId, channelId });
    const session = { conversationId, kind: "task", agentId, taskId: task.id } as const;
    await startSession(core, tx, { ...session, executionId: null, seconds: 60 });
  });
  const ids = Array.from({ length: 3_000 }, () => newId()).sort();
  const executions = ids.map(
    (id): PlacedExecution => ({
      ...{ workspaceId, id, kind: "task", lane: "bulk", trigger: "schedule", taskId: task.id },
    }),
  );
  await fixture.tenant((tx) => enqueueExecutions(core, tx, executions));
  const startedAt = new Date("2027-03-01T09:00:00Z");
  await core.db.autocommit.query({
    text: "update executions set started_at = $2 where id = $1",
    values: [ids[10], startedAt],
  });
  const began = performance.now();
  expect((await fixture.api.send("POST", `${taskPath(task.id)}/cancel`)).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(2_000);
  const { rows } = await core.db.autocommit.query({
    text: "select status, count(*)::int as executions from executions where task_id = $1 group by status",
    values: [task.id],
  });
  expect(rows).toEqual([{ status: "canceled", executions: ids.length }]);
  expect(await fixture.read(task.id)).toMatchObject({
    ...{ state: "active", lastRunAt: startedAt, consecutiveFailures: 0 },
    ...{ lastExecutionId: ids.at(-1), lastExecution: { status: "canceled" } },
  });
});
