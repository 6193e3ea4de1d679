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
  const spoken = ids.slice(0, 2_000);
  await core.db.autocommit.query({
    text: "update executions set started_at = $2 where id = any($1)",
    values: [spoken, startedAt],
  });
  await core.db.autocommit.query({
    text: `insert into messages (workspace_id, id, conversation_id, seq, direction, author_kind, text, status, execution_id,
        step_seq)
      select c.workspace_id, gen_random_uuid(), c.id, n, 'out', 'agent', 'Hello', 'sent', e, 2
      from conversations c, unnest($2::uuid[]) with ordinality as s (e, n) where c.contact_id = $1`,
    values: [contactId, spoken],
  });
  const began = performance.now();
  expect((await fixture.api.send("POST", `${taskPath(task.id)}/cancel`)).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(2_000);
  const { rows } = await core.db.autocommit.query({
    text: `select status, outcome, count(*)::int as executions from executions where task_id = $1
      group by status, outcome order by outcome`,
    values: [task.id],
  });
  expect(rows).toEqual([
    { status: "canceled", outcome: "message_sent", executions: spoken.length },
    { status: "canceled", outcome: "none", executions: ids.length - spoken.length },
  ]);
  expect(await fixture.read(task.id)).toMatchObject({
    ...{ state: "active", lastRunAt: startedAt, consecutiveFailures: 0 },
    ...{ lastExecutionId: ids.at(-1), lastExecution: { status: "canceled" } },
  });
});
