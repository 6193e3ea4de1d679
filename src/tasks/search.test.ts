import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { newId } from "../base/ids.ts";
import { listExecutions } from "../engine/index.ts";
import { listTasks } from "./tasks.ts";

/*
 * A search looks through the newest rows first and then decides how to go on. These tests fill a workspace past what is
 * looked through, so that each of the ways is taken, and compare with what plain SQL finds.
 */

let core: TestCore;
let workspaceId: string;
beforeAll(async () => {
  core = await createTestCore();
});
beforeEach(async () => {
  workspaceId = await core.newWorkspace();
});
afterAll(() => core.close());

const run = (text: string, values: unknown[] = []) =>
  core.db.autocommit.query<{ id: string }>({ text, values });

/** Tasks of which those have the word whose number, counted from the newest, is `counted`. */
async function fillTasks(count: number, counted: string): Promise<void> {
  await run(
    `insert into tasks (workspace_id, id, name, description, state)
      select $1, uuidv7(make_interval(secs => -i)), 'Task ' || i,
        case when ${counted} then 'has the Needle in it' else 'has nothing' end, case when i % 2 = 0 then 'paused' else 'active' end
      from generate_series(1, $2::int) i`,
    [workspaceId, count],
  );
}

async function idsOf(condition: string): Promise<readonly string[]> {
  const { rows } = await run(
    `select id from tasks where workspace_id = $1 and ${condition} order by id desc`,
    [workspaceId],
  );
  return rows.map(({ id }) => id);
}

/** All pages, one after the other. */
async function readAll<T extends { readonly id: string }>(
  read: (page: {
    limit: number;
    cursor?: string;
  }) => Promise<{ items: readonly T[]; nextCursor: string | null }>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

const ways = [
  ["a page of the newest", "i % 3 = 0"],
  ["read on past the newest", "i % 25 = 0"],
  ["few, by the index", "i % 700 = 0"],
  ["only old ones, by the index", "i > 5800"],
  ["none", "false"],
] as const;

test.each(ways)("finds every task once, newest first: %s", async (_, counted) => {
  await fillTasks(6_000, counted);
  const search = (...state: ("paused" | "auto_paused")[]) => {
    const filter = { q: "nEEdle", ...(state.length === 0 ? {} : { state }) };
    return readAll((page) => core.db.tenant(workspaceId, (tx) => listTasks(tx, filter, page)));
  };
  expect(await search()).toEqual(await idsOf("description like '%Needle%'"));
  const paused = await idsOf("description like '%Needle%' and state = 'paused'");
  expect(await search("paused")).toEqual(paused);
  expect(await search("auto_paused", "paused")).toEqual(paused);
});

const manyOldOnes = ["only old ones, too many to ask each", "i > 1100"] as const;

test.each([...ways, manyOldOnes] as const)(
  "finds every execution of such tasks once, and of contacts: %s",
  async (_, counted) => {
    await fillTasks(4_500, counted);
    const contactId = newId();
    await run("insert into contacts (workspace_id, id, name) values ($1, $2, 'Ned Needle')", [
      workspaceId,
      contactId,
    ]);
    await run(
      `insert into executions (workspace_id, id, kind, lane, status, trigger, task_id, contact_id, queued_at)
      select $1, uuidv7(now() - make_interval(secs => n) - now()), 'task', 'manual', case when n % 2 = 0 then 'completed' else 'failed' end,
        'manual', task_id, case when n = 3400 then $2::uuid end, now() - make_interval(secs => n)
      from (select id as task_id, row_number() over (order by id desc) as n from tasks where workspace_id = $1) t`,
      [workspaceId, contactId],
    );
    const search = (filter: Omit<Parameters<typeof listExecutions>[1], "q">) =>
      readAll((page) =>
        core.db.tenant(workspaceId, (tx) => listExecutions(tx, { q: "NEEDLE", ...filter }, page)),
      );
    const expected = async (condition: string) => {
      const { rows } = await run(
        `select e.id from executions e join tasks t on t.id = e.task_id
        where e.workspace_id = $1 and (t.description like '%Needle%' or e.contact_id is not null) and ${condition} order by e.id desc`,
        [workspaceId],
      );
      return rows.map(({ id }) => id);
    };
    expect(await search({})).toEqual(await expected("true"));
    expect(await search({ status: ["failed"] })).toEqual(await expected("e.status = 'failed'"));
    expect(await search({ contactId })).toEqual(await expected("e.contact_id is not null"));
    const to = new Date(Date.now() - 3_000_000);
    const { rows } = await run(
      "select count(*)::text as id from executions where workspace_id = $1 and queued_at < $2",
      [workspaceId, to],
    );
    expect(Number(rows[0]?.id)).toBeGreaterThan(100);
    expect(await search({ to })).toEqual(await expected(`e.queued_at < '${to.toISOString()}'`));
  },
);

test("a search sees its own workspace only, and none without one", async () => {
  await fillTasks(10, "true");
  const other = await core.newWorkspace();
  const found = await core.db.tenant(other, (tx) => listTasks(tx, { q: "needle" }, { limit: 100 }));
  expect(found.items).toEqual([]);
  const executions = await core.db.tenant(other, (tx) => listExecutions(tx, { q: "needle" }, { limit: 100 }));
  expect(executions.items).toEqual([]);
  await expect(run("select find_tasks('needle', 10) as id")).rejects.toThrow("outside a workspace");
  await expect(run("select find_executions('needle', 10) as id")).rejects.toThrow("outside a workspace");
});
