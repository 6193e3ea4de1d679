import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { newId } from "../base/ids.ts";
import type { Queryable } from "../db/index.ts";
import { countActive } from "./execution-store.ts";

let core: TestCore;
beforeAll(async () => {
  core = await createTestCore();
});
afterAll(() => core.close());

const sql = (text: string, values: unknown[] = []) => core.db.autocommit.query({ text, values });

function insert(workspaceId: string, status: string, taskIds: readonly string[]): Promise<unknown> {
  return sql(
    `insert into executions (workspace_id, id, kind, lane, status, trigger, task_id)
      select $1, uuidv7(), 'task', 'scheduled', $2, 'manual', id from unnest($3::uuid[]) as t (id)`,
    [workspaceId, status, taskIds],
  );
}

/** Only the table's owner may. */
async function analyze(): Promise<void> {
  const client = new pg.Client({ connectionString: core.url });
  await client.connect();
  await client.query("analyze executions").finally(() => client.end());
}

const tasks = (count: number) => Array.from({ length: count }, () => newId());

test("counts what is queued, running or waiting, of these tasks", async () => {
  const [workspaceId, other] = [await core.newWorkspace(), await core.newWorkspace()];
  const [busy = "", quiet = "", ended = ""] = tasks(3);
  await insert(workspaceId, "queued", [busy, busy, newId()]);
  await insert(workspaceId, "running", [busy]);
  await insert(workspaceId, "waiting", [busy]);
  await insert(workspaceId, "completed", [busy, ended]);
  await insert(other, "queued", [busy]);
  const asked = [busy, quiet, ended].map((taskId) => ({ workspaceId, taskId }));
  expect([...(await countActive(core.db.autocommit, asked))]).toEqual([[busy, { active: 4, pending: 0 }]]);
});

interface Plan {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly Plans?: readonly Plan[];
}

function rowsRead(plan: Plan): number {
  const own = plan["Relation Name"] === "executions" ? plan["Actual Rows"] * plan["Actual Loops"] : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), own);
}

test("reads no other tasks' executions, whatever the statistics say", async () => {
  const workspaceId = await core.newWorkspace();
  const asked = tasks(20);
  await insert(workspaceId, "completed", tasks(5_000));
  await analyze();
  await insert(workspaceId, "queued", [...tasks(3_000), ...asked]);
  let read: number | undefined;
  const explaining: Queryable = {
    async query({ text, values = [] }) {
      const { rows } = await sql(`explain (analyze, format json) ${text}`, values);
      const [{ Plan: plan }] = (rows[0] as { "QUERY PLAN": [{ Plan: Plan }] })["QUERY PLAN"];
      read = rowsRead(plan);
      return { rows: [] } as never;
    },
  };
  await countActive(
    explaining,
    asked.map((taskId) => ({ workspaceId, taskId })),
  );
  expect(read).toBe(20);
});
