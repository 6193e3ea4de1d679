import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { until } from "../../test/until.ts";
import { encodeChange } from "../base/change.ts";
import { newId } from "../base/ids.ts";
import { createPool } from "./connection.ts";
import { CommitUncertainError, type Tx } from "./database.ts";

let core: TestCore;
let admin: pg.Client;
let ours: string;
let theirs: string;

beforeAll(async () => {
  core = await createTestCore();
  admin = new pg.Client({ connectionString: core.url });
  await admin.connect();
  await admin.query(`create table counters (workspace_id uuid not null, name text not null, n integer not null default 0);
    call protect_table('counters', 'select, insert, update, delete');
    create table slow_commits (workspace_id uuid not null);
    call protect_table('slow_commits', 'select, insert');
    create function sleep_in_commit() returns trigger language plpgsql as 'begin perform pg_sleep(30); return null; end';
    create constraint trigger slow after insert on slow_commits deferrable initially deferred
      for each row execute function sleep_in_commit()`);
  ours = await core.newWorkspace("ours");
  theirs = await core.newWorkspace("theirs");
  for (const workspaceId of [ours, theirs])
    await admin.query("insert into counters (workspace_id, name) values ($1, 'a'), ($1, 'b')", [workspaceId]);
});
afterAll(async () => {
  await admin.end();
  await core.close();
});

async function one<T>(
  tx: Pick<Tx, "query">,
  text: string,
  ...values: readonly unknown[]
): Promise<T | undefined> {
  const { rows } = await tx.query<{ value: T }>({ text, values: [...values] });
  return rows[0]?.value;
}

const raise = (tx: Tx, name: string) =>
  tx.query({ text: "update counters set n = n + 1 where name = $1", values: [name] });

async function counter(name: string): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    "select n from counters where workspace_id = $1 and name = $2",
    [ours, name],
  );
  return rows[0]?.n ?? Number.NaN;
}

const pidOf = (tx: Tx) => one<number>(tx, "select pg_backend_pid() as value");
const kill = (pid: number | undefined) => admin.query("select pg_terminate_backend($1)", [pid]);

describe("statements side by side", () => {
  test("all are carried out in the order in which they were sent", async () => {
    const values = await core.db.tenant(ours, (tx) =>
      Promise.all([
        one<string>(tx, "select set_config('test.order', 'first', true) as value"),
        one<string>(tx, "select current_setting('test.order') as value"),
        one<string>(tx, "select current_setting('app.workspace_id') as value"),
      ]),
    );
    expect(values).toEqual(["first", "first", ours]);
  });

  test("what one of them asks for after another's failure has ended the transaction is refused", async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const late: Promise<unknown>[] = [];
    const failing = core.db.tenant(ours, (tx) => {
      const straggler = ended.then(() => pidOf(tx));
      late.push(straggler);
      return Promise.all([tx.query({ text: "select 1/0" }), straggler]);
    });
    await expect(failing).rejects.toThrow("division by zero");
    end();
    await expect(late[0]).rejects.toThrow("after its transaction had ended");
  });
});

describe("who may see what", () => {
  test("a tenant's transaction runs as errand_tenant, everything else as errand_system", async () => {
    const text = "select current_user::text as value";
    expect(await core.db.tenant(ours, (tx) => one(tx, text))).toBe("errand_tenant");
    expect(await core.db.system((tx) => one(tx, text))).toBe("errand_system");
    expect(await one(core.db.autocommit, text)).toBe("errand_system");
    const { rows } = await admin.query(
      "select rolsuper or rolbypassrls as free from pg_roles where rolname in ('errand_tenant', 'errand_system')",
    );
    expect(rows).toEqual([{ free: false }, { free: false }]);
  });

  test("a tenant sees and changes its own rows only", async () => {
    const before = await core.db.system((tx) => one(tx, "select count(*) as value from counters"));
    expect(before).toBe(4);
    await core.db.tenant(ours, async (tx) => {
      expect(await one(tx, "select count(*) as value from counters")).toBe(2);
      expect(
        (await tx.query({ text: "delete from counters where workspace_id = $1", values: [theirs] })).rowCount,
      ).toBe(0);
      expect(await one(tx, "select count(*) as value from workspaces")).toBe(1);
    });
    const insert = core.db.tenant(ours, (tx) =>
      tx.query({ text: "insert into counters (workspace_id, name) values ($1, 'x')", values: [theirs] }),
    );
    await expect(insert).rejects.toThrow("row-level security");
    const move = core.db.tenant(ours, (tx) =>
      tx.query({ text: "update counters set workspace_id = $1", values: [theirs] }),
    );
    await expect(move).rejects.toThrow("row-level security");
  });

  test("a query without a workspace returns nothing, in every table that has one", async () => {
    const pool = createPool({ url: core.url, log: core.log, name: "test", role: "errand_tenant", max: 1 });
    try {
      const { rows: tables } = await admin.query<{ name: string }>(
        `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relkind in ('r', 'p') and a.attname = 'workspace_id' and c.relnamespace = 'public'::regnamespace`,
      );
      expect(tables.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["executions", "execution_steps", "counters"]),
      );
      for (const { name } of tables) {
        // No right at all is as good as no rows.
        const seen = await pool.query(`select 1 from ${pg.escapeIdentifier(name)}`).catch((error: Error) => {
          expect(error.message).toContain("permission denied");
          return { rowCount: 0 };
        });
        expect([name, seen.rowCount]).toEqual([name, 0]);
      }
      const insert = pool.query("insert into counters (workspace_id, name) values ($1, 'x')", [ours]);
      await expect(insert).rejects.toThrow("row-level security");
    } finally {
      await pool.end();
    }
  });

  test("the workspace of one transaction does not stay on its connection", async () => {
    const pool = createPool({ url: core.url, log: core.log, name: "test", role: "errand_tenant", max: 1 });
    try {
      await pool.query(`begin; set local app.workspace_id = '${ours}'; commit`);
      expect((await pool.query("select 1 from counters")).rowCount).toBe(0);
    } finally {
      await pool.end();
    }
  });

  test.each(["", "x", "' or true --", newId().toUpperCase(), `${newId()}'`])(
    "%j is no workspace",
    async (id) => {
      expect(() => core.db.tenant(id, async () => 1)).toThrow("UUID");
    },
  );

  test("big integers are numbers, money stays text", async () => {
    expect(await one(core.db.autocommit, "select 9007199254740991::bigint as value")).toBe(
      9_007_199_254_740_991,
    );
    expect(await one(core.db.autocommit, "select 0.100000::numeric as value")).toBe("0.100000");
  });
});

describe("a transaction", () => {
  test("is not begun inside another one", async () => {
    expect(core.db.inTransaction()).toBe(false);
    for (const inner of [() => core.db.tenant(ours, async () => 1), () => core.db.system(async () => 1)]) {
      const outer = core.db.tenant(ours, async () => {
        expect(core.db.inTransaction()).toBe(true);
        await inner();
      });
      await expect(outer).rejects.toThrow("inside another one");
    }
    expect(await Promise.all([1, 2, 3].map((n) => core.db.tenant(ours, async () => n)))).toEqual([1, 2, 3]);
  });

  test("tells after the commit, once, and only if there was one", async () => {
    const told: string[] = [];
    await core.db.tenant(ours, async (tx) => {
      tx.afterCommit(() => told.push("committed"));
      await raise(tx, "a");
      expect(told).toEqual([]);
    });
    const failing = core.db.tenant(ours, async (tx) => {
      tx.afterCommit(() => told.push("failed"));
      throw new Error("no luck");
    });
    await expect(failing).rejects.toThrow("no luck");
    expect(told).toEqual(["committed"]);
  });

  test("is over when it tells: what is started then, or by then, may begin transactions of its own", async () => {
    const later = Promise.withResolvers<number>();
    let inTransaction: boolean | undefined;
    await core.db.tenant(ours, async (tx) => {
      tx.afterCommit(() => {
        inTransaction = core.db.inTransaction();
        // As a worker does that a signal wakes.
        later.resolve(Promise.resolve().then(() => core.db.tenant(ours, async () => 7)));
      });
    });
    expect(inTransaction).toBe(false);
    expect(await later.promise).toBe(7);
  });

  test("that the server closed because its process was frozen runs again", async () => {
    const before = await counter("a");
    let runs = 0;
    await core.db.tenant(ours, async (tx) => {
      runs += 1;
      if (runs === 1) {
        await tx.query({ text: "set local idle_in_transaction_session_timeout = '1ms'" });
        // As SIGSTOP does: nothing is read from the socket, and the next statement goes out before the closing is seen.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      }
      await raise(tx, "a");
    });
    expect(runs).toBe(2);
    expect(await counter("a")).toBe(before + 1);
  });

  test("refuses a second connection inside it, by another transaction or a single statement", async () => {
    const statement = { text: "select 1" };
    await expect(core.db.tenant(ours, () => core.db.autocommit.query(statement))).rejects.toThrow("inside");
    await expect(core.db.tenant(ours, () => core.db.system(async () => 1))).rejects.toThrow("inside");
  });

  test("whose work swallowed a statement's error says that nothing was written", async () => {
    const before = await counter("a");
    const swallowing = core.db.tenant(ours, async (tx) => {
      await raise(tx, "a");
      await tx.query({ text: "select 1 / 0" }).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow("rolled back");
    expect(await counter("a")).toBe(before);
  });

  test("of a deadlock runs again, and both change everything once", async () => {
    const before = [await counter("a"), await counter("b")];
    const runs = { there: 0, back: 0 };
    const told: string[] = [];
    const bothLocked = Promise.withResolvers<void>();
    let locked = 0;
    const change = (name: keyof typeof runs, first: string, second: string) =>
      core.db.tenant(ours, async (tx) => {
        runs[name] += 1;
        tx.afterCommit(() => told.push(name));
        await raise(tx, first);
        locked += 1;
        if (locked === 2) bothLocked.resolve();
        await bothLocked.promise;
        await raise(tx, second);
      });
    await Promise.all([change("there", "a", "b"), change("back", "b", "a")]);
    expect(runs.there + runs.back).toBe(3);
    expect(told.sort()).toEqual(["back", "there"]);
    expect([await counter("a"), await counter("b")]).toEqual(before.map((n) => n + 2));
  });

  test("whose connection was lost runs again on another one", async () => {
    const before = await counter("a");
    const pids: (number | undefined)[] = [];
    await core.db.tenant(ours, async (tx) => {
      await raise(tx, "a");
      pids.push(await pidOf(tx));
      if (pids.length === 1) {
        await kill(pids[0]);
        await until("the backend to be gone", async () => {
          const { rowCount } = await admin.query("select 1 from pg_stat_activity where pid = $1", [pids[0]]);
          return rowCount === 0;
        });
      }
      await tx.query({ text: "select 1" });
    });
    expect(pids).toHaveLength(2);
    expect(pids[0]).not.toBe(pids[1]);
    expect(await counter("a")).toBe(before + 1);
  });

  test("whose connection broke during the commit is not run again: it is uncertain, and announced", async () => {
    const pid = Promise.withResolvers<number | undefined>();
    const announced = { workspaceId: ours, kind: "task", id: newId() } as const;
    const heard: string[] = [];
    const stop = core.signals.listen("live", (payload) => heard.push(payload));
    let runs = 0;
    const change = core.db.tenant(ours, async (tx) => {
      runs += 1;
      tx.announce(announced);
      pid.resolve(await pidOf(tx));
      await tx.query({ text: "insert into slow_commits values ($1)", values: [ours] });
    });
    const failed = expect(change).rejects.toBeInstanceOf(CommitUncertainError);
    await until("the commit to be under way", async () => {
      const { rowCount } = await admin.query(
        "select 1 from pg_stat_activity where pid = $1 and query = 'commit' and wait_event = 'PgSleep'",
        [await pid.promise],
      );
      return rowCount === 1;
    });
    await kill(await pid.promise);
    await failed;
    stop();
    expect(runs).toBe(1);
    expect(heard).toEqual([encodeChange(announced)]);
  });

  test("an error that is not passing is thrown at once", async () => {
    let runs = 0;
    const change = core.db.tenant(ours, async (tx) => {
      runs += 1;
      await tx.query({ text: "select 1 / 0" });
    });
    await expect(change).rejects.toThrow("division by zero");
    expect(runs).toBe(1);
  });

  test("Kysely's and plain statements share it", async () => {
    const id = newId();
    const undone = core.db.tenant(ours, async (tx) => {
      await tx.db
        .insertInto("executions")
        .values({
          workspaceId: tx.workspaceId,
          id,
          kind: "test",
          lane: "bulk",
          status: "queued",
          trigger: "api",
        })
        .execute();
      expect(await one(tx, "select id as value from executions where id = $1", id)).toBe(id);
      throw new Error("undo");
    });
    await expect(undone).rejects.toThrow("undo");
    expect(
      await one(core.db.autocommit, "select id as value from executions where id = $1", id),
    ).toBeUndefined();
  });
});

test("every connection gives up on locks and on a frozen worker's transaction", async () => {
  const show = async (name: string) => one(core.db.autocommit, `select current_setting('${name}') as value`);
  expect(await show("lock_timeout")).toBe("5s");
  expect(await show("idle_in_transaction_session_timeout")).toBe("5s");
  expect(await show("statement_timeout")).toBe("30s");
});
