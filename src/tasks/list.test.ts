import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyze, countRowsRead } from "../../test/rows-read.ts";
import { createTaskFixture, daily, faultsOf, type TaskFixture, taskPath } from "../../test/tasks.ts";
import { newId, toId } from "../base/ids.ts";
import type { PageOf } from "../base/page.ts";
import type { TenantTx } from "../db/index.ts";
import { endInTransaction } from "../engine/ending.ts";
import { type ExecutionResult, enqueueExecution } from "../engine/index.ts";
import type { TaskOut } from "./schemas.ts";
import { updateLastOutcomes } from "./store.ts";
import type { Task, TaskFields, TaskFilter } from "./task.ts";
import { listTasks, listTasksByNextRun } from "./tasks.ts";
import { makeContacts } from "./walk/walks.test-support.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const usage = { iterations: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: "0" };

interface Listed {
  readonly items: readonly TaskOut[];
  readonly nextCursor: string | null;
}

async function list(query: Readonly<Record<string, string>>): Promise<Listed> {
  const { status, body } = await fixture.api.send("GET", `/v1/tasks?${new URLSearchParams(query)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Listed;
}

const idsOf = async (query: Readonly<Record<string, string>>) =>
  (await list({ limit: "100", ...query })).items.map(({ id }) => id);

const refusedAt = async (query: Readonly<Record<string, string>>) =>
  faultsOf(await fixture.api.send("GET", `/v1/tasks?${new URLSearchParams(query)}`));

/** All pages, two at a time. */
async function pagesOf(query: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Listed = await list({ ...query, limit: "2", ...(cursor === "" ? {} : { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

/** Tasks of a contact of their own, which tells them from those of other tests. */
async function newTasks(count: number, fields: Partial<TaskFields> = {}) {
  const [contact = ""] = await makeContacts(fixture, 1, {});
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push((await fixture.newTask({ contactId: contact, ...fields })).id);
  return { contactId: toId("contact", contact), ids, shown: ids.map((id) => toId("task", id)) };
}

/** An execution of the task that begins and ends. */
async function execute(taskId: string, result: Partial<ExecutionResult> = {}): Promise<string> {
  const execution = { kind: "task", lane: "manual", trigger: "manual", taskId } as const;
  const id = await fixture.tenant((tx) => enqueueExecution(fixture.core, tx, execution));
  await run("update executions set status = 'running', attempt = 1, started_at = now() where id = $1", [id]);
  const ended = { status: "completed", outcome: "message_sent", ...result } as const;
  await endInTransaction(fixture.core, {
    ...{ workspaceId: fixture.workspaceId, id, attempt: 1, usage },
    result: ended,
  });
  return id;
}

describe("recent executions", () => {
  it("are beside one task, the newest ten first, skipped ones among them", async () => {
    const { id } = await fixture.newTask();
    const executions: string[] = [];
    for (let i = 0; i < 12; i += 1) executions.unshift(await execute(id));
    await run(
      `update executions set status = 'skipped', outcome = null, reason_code = 'overlap', reason_message = 'Busy.'
        where id = $1`,
      [executions[0]],
    );
    const { body } = await fixture.api.send("GET", taskPath(id));
    const { recentExecutions } = body as TaskOut;
    expect(recentExecutions?.map((one) => one.id)).toEqual(
      executions.slice(0, 10).map((one) => toId("execution", one)),
    );
    const instant = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(recentExecutions?.slice(0, 2)).toMatchObject([
      { status: "skipped", outcome: null, reason: { code: "overlap", message: "Busy." } },
      { status: "completed", outcome: "message_sent", reason: null, queuedAt: instant, completedAt: instant },
    ]);
  });

  it("are in a list where they are asked for, an empty one where there are none", async () => {
    const { contactId, ids, shown } = await newTasks(2);
    const execution = await execute(ids[0] ?? "");
    const plain = await list({ contactId });
    expect(plain.items.map((task) => "recentExecutions" in task)).toEqual([false, false]);
    const { items } = await list({ contactId, include: "recentExecutions" });
    expect(items.map(({ id, recentExecutions }) => [id, recentExecutions?.map((one) => one.id)])).toEqual([
      [shown[1], []],
      [shown[0], [toId("execution", execution)]],
    ]);
    expect(await refusedAt({ include: "everything" })).toEqual({ include: "not_one_of" });
  });
});

describe("filters", () => {
  it("take several states, over several pages and beside other filters", async () => {
    const { contactId, ids, shown } = await newTasks(6);
    await run("update tasks set state = 'paused' where id = any($1)", [[ids[0], ids[3], ids[4]]]);
    await run("update tasks set state = 'ended' where id = any($1)", [[ids[1], ids[5]]]);
    const expected = [5, 4, 3, 1, 0].map((place) => shown[place]);
    expect(await pagesOf({ contactId, state: "paused,ended" })).toEqual(expected);
    expect(await idsOf({ contactId, state: "ended" })).toEqual([shown[5], shown[1]]);
    expect(await idsOf({ contactId, state: "paused,ended", q: "hello" })).toEqual(expected);
    expect(await idsOf({ state: "paused,ended", externalId: "nobody" })).toEqual([]);
  });

  it("refuse what is no state, and one that is named twice", async () => {
    for (const state of ["", "paused,", "paused,lost", "Paused", "paused,paused", "paused ,ended"])
      expect([state, await refusedAt({ state })]).toEqual([state, { state: "not_one_of" }]);
  });

  it("go by the status and outcome of the execution that ended last", async () => {
    const { contactId, ids, shown } = await newTasks(3);
    const reason = { code: "model_failed", message: "The model was down." };
    await execute(ids[0] ?? "", { outcome: "no_action_needed" });
    await execute(ids[1] ?? "", { outcome: "no_action_needed" });
    await execute(ids[1] ?? "", { status: "failed", outcome: "none", reason });
    expect(await idsOf({ contactId, lastOutcome: "no_action_needed" })).toEqual([shown[0]]);
    expect(await idsOf({ contactId, lastOutcome: "none" })).toEqual([shown[1]]);
    expect(await idsOf({ contactId, lastStatus: "failed" })).toEqual([shown[1]]);
    expect(await idsOf({ contactId, lastStatus: "completed", q: "hello" })).toEqual([shown[0]]);
    expect(await idsOf({ contactId, lastOutcome: "none", q: "hello" })).toEqual([shown[1]]);
    expect(await idsOf({ contactId, lastStatus: "skipped" })).toEqual([]);
    expect(await refusedAt({ lastStatus: "running" })).toEqual({ lastStatus: "not_one_of" });
    expect(await refusedAt({ lastOutcome: "success" })).toEqual({ lastOutcome: "not_one_of" });
  });

  it("follow an outcome that changes after the end, while it still is the last", async () => {
    const { contactId, ids, shown } = await newTasks(2);
    const [first = "", second = ""] = ids;
    const executionId = await execute(first);
    const older = await execute(second);
    await execute(second);
    const outcome = "blocked";
    await fixture.tenant((tx) =>
      updateLastOutcomes(tx, [
        { id: executionId, taskId: first, outcome },
        { id: older, taskId: second, outcome },
        { id: newId(), taskId: null, outcome },
      ]),
    );
    expect(await idsOf({ contactId, lastOutcome: "blocked" })).toEqual([shown[0]]);
    expect(await idsOf({ contactId, lastOutcome: "message_sent" })).toEqual([shown[1]]);
    expect((await fixture.read(first)).lastExecution?.outcome).toBe("blocked");
  });
});

describe("by ids", () => {
  it("answers those that are there, newest first, page by page", async () => {
    const { shown } = await newTasks(3);
    const [other] = (await newTasks(1)).shown;
    const foreign = await fixture.core.newWorkspace();
    const [theirs] = await fixture.core.db.tenant(foreign, async (tx) => {
      const { rows } = await tx.query<{ id: string }>({
        text: "insert into tasks (workspace_id, id, name, description) values ($1, $2, 'Theirs', 'Hello.') returning id",
        values: [foreign, newId()],
      });
      return rows.map(({ id }) => toId("task", id));
    });
    const ids = [...shown, theirs, toId("task", newId())].join(",");
    expect(await idsOf({ ids })).toEqual(shown.toReversed());
    expect(await pagesOf({ ids })).toEqual(shown.toReversed());
    expect(await idsOf({ ids: other ?? "" })).toEqual([other]);
    const { items } = await list({ ids, include: "recentExecutions" });
    expect(items[0]).toMatchObject({ recentExecutions: [] });
  });

  it.each([
    [{ ids: "" }, "id_invalid"],
    [{ ids: `${toId("task", newId())},` }, "id_invalid"],
    [{ ids: toId("agent", newId()) }, "id_invalid"],
    [{ ids: Array(2).fill(toId("task", newId())).join(",") }, "duplicate"],
    [{ ids: Array.from({ length: 101 }, () => toId("task", newId())).join(",") }, "too_big"],
    [{ ids: toId("task", newId()), q: "hello" }, "not_allowed"],
    [{ ids: toId("task", newId()), sort: "newest" }, "not_allowed"],
  ])("refuses %j", async (query, code) => {
    expect(await refusedAt(query)).toEqual({ ids: code });
  });
});

describe("by the next run", () => {
  it("lists the soonest first, page after page, and only tasks with a next run", async () => {
    const { contactId, ids, shown } = await newTasks(6, { schedule: daily });
    const inHours = [5, 3, 3, 1, 4];
    for (const [place, hours] of inHours.entries())
      await run("update task_schedules set next_run_at = $2 where task_id = $1", [
        ids[place],
        new Date(Date.UTC(2_100, 0, 1, hours)),
      ]);
    expect((await fixture.api.send("POST", `${taskPath(ids[5] ?? "")}/pause`)).status).toBe(200);
    const expected = [3, 1, 2, 4, 0].map((place) => shown[place]);
    expect(await pagesOf({ contactId, sort: "nextRunAt" })).toEqual(expected);
    expect(await idsOf({ contactId, sort: "nextRunAt", state: "active,ended" })).toEqual(expected);
    expect(await idsOf({ contactId, sort: "nextRunAt", nextRunAfter: "2100-01-01T04:00:00Z" })).toEqual(
      expected.slice(3),
    );
    expect(await idsOf({ contactId, sort: "newest" })).toEqual(shown.toReversed());
  });

  it("finds those of a time, newest first and page after page, as together with other filters", async () => {
    const { contactId, ids, shown } = await newTasks(5, { schedule: daily });
    for (const [place, hour] of [2, 5, 3, 4, 1].entries())
      await run("update task_schedules set next_run_at = $2 where task_id = $1", [
        ids[place],
        new Date(Date.UTC(2_150, 0, 1, hour)),
      ]);
    const time = { nextRunAfter: "2150-01-01T02:00:00Z", nextRunBefore: "2150-01-01T05:00:00Z" };
    const expected = [3, 2, 0].map((place) => shown[place]);
    expect(await pagesOf(time)).toEqual(expected);
    expect(await pagesOf({ ...time, contactId })).toEqual(expected);
    expect(await idsOf({ ...time, state: "paused" })).toEqual([]);
    expect(await pagesOf({ nextRunAfter: "2150-01-01T03:30:00Z" })).toEqual(
      [3, 1].map((place) => shown[place]),
    );
  });

  it("refuses a search, and a cursor of the other order", async () => {
    expect(await refusedAt({ sort: "nextRunAt", q: "hello" })).toEqual({ sort: "not_allowed" });
    expect(await refusedAt({ sort: "name" })).toEqual({ sort: "not_one_of" });
    const { nextCursor } = await list({ limit: "1" });
    expect(await refusedAt({ sort: "nextRunAt", cursor: nextCursor ?? "" })).toEqual({
      cursor: "cursor_invalid",
    });
    const forged = Buffer.from(`${Date.now()} ${"-".repeat(36)}`).toString("base64url");
    expect(await refusedAt({ sort: "nextRunAt", cursor: forged })).toEqual({ cursor: "cursor_invalid" });
  });
});

describe("with many tasks", () => {
  let workspaceId: string;
  beforeAll(async () => {
    workspaceId = await fixture.core.newWorkspace();
    // What is looked for is what is oldest, so that going from the newest on would read everything.
    await run(
      `insert into tasks (workspace_id, id, name, description, schedule, state, last_execution)
        select $1, uuidv7(make_interval(secs => -i)), 'Task ' || i, 'Say hello.', '{"kind": "every", "seconds": 60}',
          case when i > 19990 then 'auto_paused' when i > 19980 then 'paused' else 'active' end,
          json_build_object('status', case when i > 19990 then 'failed' else 'completed' end,
            'outcome', case when i > 19990 then 'delivery_failed' else 'message_sent' end)
        from generate_series(1, 20000) i`,
      [workspaceId],
    );
    await run(
      `insert into task_schedules (workspace_id, task_id, max_time_seconds, rule, anchor_at, next_run_at)
        select workspace_id, id, 900, schedule, now(), '2100-01-01T09:00:00Z' from tasks
        where workspace_id = $1 and state = 'active'`,
      [workspaceId],
    );
    await analyze(fixture.core, "tasks", "task_schedules");
  });

  /** How many rows of tasks and schedules the answer costs, and how many it has. */
  const cost = (list: (tx: TenantTx) => Promise<PageOf<Task>>) =>
    fixture.core.db.tenant(workspaceId, async (tx) => {
      const { answer, read } = await countRowsRead(tx, ["tasks", "task_schedules"], () => list(tx));
      return { shown: answer.items.length, read };
    });

  it.each<[string, TaskFilter, number]>([
    ["the outcome", { lastOutcome: "delivery_failed" }, 10],
    ["the status", { lastStatus: "failed" }, 10],
    ["two states", { state: ["paused", "auto_paused"] }, 20],
  ])("reads a page by %s off its index", async (_, filter, count) => {
    const { shown, read } = await cost((tx) => listTasks(tx, filter, { limit: 100 }));
    expect(shown).toBe(count);
    expect(read).toBeGreaterThanOrEqual(count);
    expect(read).toBeLessThan(300);
  });

  it("reads no more than the tasks that are named", async () => {
    const { rows } = await run("select id from tasks where workspace_id = $1 order by name limit 100", [
      workspaceId,
    ]);
    const ids = rows.map(({ id }) => String(id));
    const { shown, read } = await cost((tx) => listTasks(tx, { ids }, { limit: 100 }));
    expect(shown).toBe(100);
    expect(read).toBeLessThanOrEqual(200);
  });

  it("reads a page by the next run off its index, also where all are at the same time", async () => {
    const pageAfter = (cursor?: string) =>
      cost((tx) => listTasksByNextRun(tx, {}, { limit: 100, ...(cursor === undefined ? {} : { cursor }) }));
    const first = await fixture.core.db.tenant(workspaceId, (tx) =>
      listTasksByNextRun(tx, {}, { limit: 100 }),
    );
    for (const page of [await pageAfter(), await pageAfter(first.nextCursor ?? "")]) {
      expect(page.shown).toBe(100);
      expect(page.read).toBeGreaterThanOrEqual(200);
      expect(page.read).toBeLessThan(300);
    }
  });
});
