import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { requireRow } from "../../src/base/errors.ts";
import { fromId, newId } from "../../src/base/ids.ts";
import { rememberFact } from "../../src/contacts/index.ts";
import { createDemo } from "../../src/demo/index.ts";
import { reserveCost } from "../../src/usage/index.ts";
import { createTestApp, type TestApp, type TestWorkspace } from "../app.ts";
import { until } from "../until.ts";
import { makeMember, makeObject, parameterNames } from "./objects.ts";

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

/** Makes rows of every table in both workspaces: what the API can make, a demo that runs, and what is rare. */
async function fillWorkspaces(): Promise<void> {
  for (const workspace of [app.first, app.second]) {
    for (const name of parameterNames) await makeObject(app, workspace, name);
    await createDemo(app.core, workspace.id);
    const demo = (await workspace.send("GET", "/v1/demo")).body as { readonly taskIds: readonly string[] };
    const executionId = await until("an execution of the demo's task", async () => {
      const { body } = await workspace.send(
        "GET",
        `/v1/executions?status=completed&taskId=${demo.taskIds[0]}`,
      );
      return (body as { readonly items: readonly { readonly id: string }[] }).items[0]?.id;
    });
    await makeRareRows(workspace, executionId);
  }
}

/** What only an agent, a member for itself, a client that repeats itself, or a step of more than a megabyte makes. */
async function makeRareRows(workspace: TestWorkspace, executionId: string): Promise<void> {
  const contact = { body: { name: "Ben" }, headers: { "idempotency-key": "once" } };
  const { id } = (await workspace.send("POST", "/v1/contacts", contact)).body as { readonly id: string };
  const contactId = requireRow(fromId("contact", id), "reading a contact's id");
  await app.core.db.tenant(workspace.id, (tx) =>
    rememberFact(tx, { contactId, text: "Likes tulips.", source: "agent" }),
  );
  await client.query(
    "insert into execution_payloads (workspace_id, execution_id, seq, payload) values ($1, $2, 1, '1')",
    [workspace.id, fromId("execution", executionId)],
  );
  await client.query(
    `insert into held_messages (workspace_id, message_id, conversation_id, class, held_until, ask_at)
      select workspace_id, id, conversation_id, 'opening', now() + interval '1 day', now() + interval '1 day'
      from messages where workspace_id = $1 limit 1`,
    [workspace.id],
  );
  // The second has no room beside the first, which makes a refusal.
  const call = { agentId: newId(), agentBudget: { dailyCostUsd: "1.00", monthlyCostUsd: null } };
  for (const estimateUsd of ["0.50", "2.00"])
    await reserveCost(app.core, workspace.id, {
      ...call,
      executionId: newId(),
      key: `call:${estimateUsd}`,
      estimateUsd,
    });
  await client.query("insert into first_start (workspace_id, demo_wanted) values ($1, false)", [
    workspace.id,
  ]);
  const { cookie } = await makeMember(app, workspace, "viewer");
  const body = { items: [{ kind: "task.recovered", email: false }] };
  await app.send("PATCH", "/v1/notifications/preferences", { headers: { cookie }, body });
  await makeTaskRows(workspace);
}

/** What tasks for contacts keep: a relative schedule with its times, and what only workers and agents write. */
async function makeTaskRows(workspace: TestWorkspace): Promise<void> {
  const { send } = workspace;
  const contact = await send("POST", "/v1/contacts", {
    body: { name: "Cy", attributes: { due: "2099-05-01" } },
  });
  const { id: contactId } = contact.body as { readonly id: string };
  const schedule = { kind: "relative", timezone: "UTC", attribute: "due", offsetSeconds: 0 };
  const channel = await send("POST", "/v1/channels", {
    body: { platform: "web", kind: "page", name: "Reminders" },
  });
  const { id: channelId } = channel.body as { readonly id: string };
  const task = await send("POST", "/v1/tasks", {
    body: { name: "Remind", description: "Remind them.", contactId, channelId, schedule },
  });
  const { id: taskId } = task.body as { readonly id: string };
  const values = [workspace.id, fromId("task", taskId)];
  await client.query(
    "insert into task_walks (workspace_id, id, task_id, purpose, audience) values ($1, uuidv7(), $2, 'place', '{}')",
    values,
  );
  await client.query(
    "insert into task_goals_reached (workspace_id, task_id, contact_id, goal) values ($1, $2, $3, 'goal_met')",
    [...values, fromId("contact", contactId)],
  );
  await client.query(
    "insert into task_follow_ups (workspace_id, task_id, due_at) values ($1, $2, now() + interval '1 day')",
    values,
  );
}

/** Runs a query as tenants do, in a transaction that names this workspace, or none. */
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

await fillWorkspaces();

describe.each(tenantTables)("$name", ({ name }) => {
  const ownersQuery = `select distinct ${name === "workspaces" ? "id" : "workspace_id"} as owner from ${name}`;
  const ownersOf = (rows: readonly pg.QueryResultRow[]) => rows.map(({ owner }) => owner);

  test("has rows of both workspaces, so that the rest says something", async () => {
    const owners = ownersOf((await client.query(ownersQuery)).rows);
    expect(owners.toSorted(), "make some in fillWorkspaces").toEqual(
      [app.first.id, app.second.id].toSorted(),
    );
  });

  test("shows nothing without a workspace", async () => {
    expect(await asTenant(undefined, `select from ${name}`)).toEqual([]);
  });

  test("shows a workspace nothing of another", async () => {
    expect(ownersOf(await asTenant(app.second.id, ownersQuery))).toEqual([app.second.id]);
  });
});

test("tables without a workspace are closed to tenants", async () => {
  const names = tables.filter(({ ofWorkspace }) => !ofWorkspace).map(({ name }) => name);
  process.stdout.write(`tables without a workspace:\n  ${names.join("\n  ")}\n`);
  for (const name of names)
    await expect(asTenant(app.first.id, `select from ${name}`), name).rejects.toMatchObject({
      code: "42501",
    });
});
