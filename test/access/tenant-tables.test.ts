import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { createDemo } from "../../src/demo/index.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { until } from "../until.ts";
import { makeObject, parameterNames } from "./objects.ts";

/** Row-level security of every table, as the database itself lists them. */

const app: TestApp = await createTestApp({ running: true });
const client = new pg.Client({ connectionString: app.databaseUrl });
await client.connect();
afterAll(async () => {
  await client.end();
  await app.close();
});

interface Table {
  readonly name: string;
  /** True if its rows belong to a workspace. */
  readonly ofWorkspace: boolean;
}

const { rows: tables } = await client.query<Table>(
  `select c.relname as name, c.relname = 'workspaces' or exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    ) as "ofWorkspace"
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`,
);
const tenantTables = tables.filter(({ ofWorkspace }) => ofWorkspace);

/** Makes rows of every kind in both workspaces: what the API can make, and a demo that runs. */
async function fillWorkspaces(): Promise<void> {
  for (const workspace of [app.first, app.second]) {
    for (const name of parameterNames) await makeObject(app, workspace, name);
    await createDemo(app.core, workspace.id);
    await until("an execution of the demo", async () => {
      const { body } = await workspace.send("GET", "/v1/executions?status=completed");
      return (body as { items: unknown[] }).items.length > 0;
    });
  }
}
await fillWorkspaces();

/** Runs a query as the role of tenants, in a transaction that names this workspace, or none. */
async function asTenant(
  workspaceId: string | undefined,
  query: string,
): Promise<readonly pg.QueryResultRow[]> {
  await client.query("begin");
  try {
    await client.query("set local role errand_tenant");
    if (workspaceId !== undefined)
      await client.query("select set_config('app.workspace_id', $1, true)", [workspaceId]);
    return (await client.query(query)).rows;
  } finally {
    await client.query("rollback");
  }
}

async function mayRead(table: string): Promise<boolean> {
  const { rows } = await client.query("select has_table_privilege('errand_tenant', $1, 'select') as may", [
    table,
  ]);
  return rows[0]?.may === true;
}

const columnOf = ({ name }: Table) => (name === "workspaces" ? "id" : "workspace_id");

describe.each(tenantTables)("$name", (table) => {
  test("shows nothing without a workspace, and with one only its rows", async () => {
    const column = columnOf(table);
    const { rows } = await client.query(`select distinct ${column} as id from ${table.name}`);
    const owners = rows.map(({ id }) => id);
    process.stdout.write(`${table.name} ${owners.length} ${await mayRead(table.name)}\n`);
    if (!(await mayRead(table.name))) {
      await expect(asTenant(undefined, `select from ${table.name}`)).rejects.toMatchObject({ code: "42501" });
      return;
    }
    expect(await asTenant(undefined, `select from ${table.name}`)).toEqual([]);
    const seen = await asTenant(app.second.id, `select distinct ${column} as id from ${table.name}`);
    expect(seen.map(({ id }) => id)).toEqual(owners.filter((id) => id === app.second.id));
  });
});

test("p", () => {
  process.stdout.write(JSON.stringify(tables.filter((t) => !t.ofWorkspace)));
});
