import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import {
  claimQueued,
  connectionBroke,
  enqueue,
  readSteps,
  takeAway,
  withAutocommit,
} from "../../test/engine.ts";
import { until } from "../../test/until.ts";
import { toStorableJson } from "../base/text.ts";
import { createJournal } from "./journal.ts";
import { type NewStep, newNonce } from "./journal-store.ts";
import type { ExecutionRow } from "./rows.ts";

let core: TestCore;
let workspaceId: string;
const alive = new AbortController().signal;

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});
afterAll(() => core.close());

async function claimNew(count = 1): Promise<readonly ExecutionRow[]> {
  for (let made = 0; made < count; made += 1) await enqueue(core, workspaceId, { kind: "test" });
  return claimQueued(core);
}

async function claimOne(): Promise<ExecutionRow> {
  const [row] = await claimNew();
  if (row === undefined) throw new Error("nothing was claimed");
  return row;
}

function stepOf(row: ExecutionRow, seq: number, change: Partial<NewStep> = {}): NewStep {
  return {
    workspaceId: row.workspace_id,
    executionId: row.id,
    attempt: row.attempt,
    seq,
    kind: "note",
    name: "n",
    nonce: newNonce(),
    payload: toStorableJson({ output: seq }),
    startedAt: new Date(),
    endedAt: new Date(),
    ...change,
  };
}

const fenced = { name: "ExecutionStop", stop: "fenced" };

describe("the fence", () => {
  test("refuses an attempt that was overtaken, and lets the new one write the same seq", async () => {
    const journal = createJournal(core);
    const old = await claimOne();
    await journal.append(stepOf(old, 1), alive);
    await takeAway(core, old.id);
    const [renewed] = await claimQueued(core);
    await expect(journal.append(stepOf(old, 2), alive)).rejects.toMatchObject(fenced);
    await journal.append(stepOf({ ...old, attempt: renewed?.attempt ?? 0 }, 2), alive);
    const steps = await readSteps(core, workspaceId, old.id);
    expect(steps.map(({ seq, attempt }) => [seq, attempt])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test("refuses an attempt whose execution no longer runs", async () => {
    const journal = createJournal(core);
    const row = await claimOne();
    await takeAway(core, row.id);
    await expect(journal.append(stepOf(row, 1), alive)).rejects.toMatchObject(fenced);
    expect(await readSteps(core, workspaceId, row.id)).toEqual([]);
    await claimQueued(core);
  });

  test("waits for a takeover that is about to commit, and then refuses", async () => {
    const journal = createJournal(core);
    const row = await claimOne();
    const rival = new pg.Client({ connectionString: core.url });
    await rival.connect();
    try {
      await rival.query("begin");
      await rival.query("update executions set attempt = attempt + 1 where id = $1", [row.id]);
      const append = journal.append(stepOf(row, 1), alive).then(
        () => "written",
        (error: unknown) => error,
      );
      await until("the append to wait for the lock", async () => {
        const { rowCount } = await rival.query(
          "select 1 from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()",
        );
        return rowCount === 1;
      });
      await rival.query("commit");
      expect(await append).toMatchObject(fenced);
      expect(await readSteps(core, workspaceId, row.id)).toEqual([]);
    } finally {
      await rival.end();
    }
  });

  test("tells the attempts apart when both are in one batch, as when a process takes over from itself", async () => {
    const journal = createJournal(core);
    const old = await claimOne();
    await takeAway(core, old.id);
    const [renewed] = await claimQueued(core);
    if (renewed === undefined) throw new Error("nothing was claimed");
    const results = await Promise.allSettled([
      journal.append(stepOf(old, 1), alive),
      journal.append(stepOf(renewed, 1), alive),
    ]);
    expect(results).toMatchObject([{ status: "rejected", reason: fenced }, { status: "fulfilled" }]);
  });
});

describe("answers that were lost", () => {
  test("a commit whose answer was lost is found by its nonce", async () => {
    for (const count of [1, 5]) {
      let losses = 0;
      const db = withAutocommit(core.db, async (statement) => {
        const result = await core.db.autocommit.query(statement);
        if (statement.name === "append_steps" && losses++ === 0) throw connectionBroke();
        return result as never;
      });
      const journal = createJournal({ ...core, db });
      const rows = await claimNew(count);
      await Promise.all(rows.map((row) => journal.append(stepOf(row, 1), alive)));
      expect(losses).toBe(2);
      for (const row of rows) expect(await readSteps(core, workspaceId, row.id)).toHaveLength(1);
    }
  });

  test("the same for a payload that is stored apart", async () => {
    let losses = 0;
    const db = withAutocommit(core.db, async (statement) => {
      const result = await core.db.autocommit.query(statement);
      if (statement.text.includes("execution_payloads") && losses++ === 0) throw connectionBroke();
      return result as never;
    });
    const row = await claimOne();
    const payload = JSON.stringify({ output: "x".repeat(1_100_000) });
    await createJournal({ ...core, db }).append(stepOf(row, 1, { payload }), alive);
    expect(losses).toBeGreaterThan(0);
    expect((await readSteps(core, workspaceId, row.id))[0]?.payload).toEqual(JSON.parse(payload));
  });

  test("a seq that another append of the same attempt wrote is not taken for one's own", async () => {
    const journal = createJournal(core);
    const row = await claimOne();
    await journal.append(stepOf(row, 1), alive);
    await expect(journal.append(stepOf(row, 1), alive)).rejects.toMatchObject(fenced);
  });

  test("nobody waits for a database that is away once the attempt is over", async () => {
    const db = withAutocommit(core.db, async () => {
      throw connectionBroke();
    });
    const row = await claimOne();
    const abort = new AbortController();
    const append = createJournal({ ...core, db }).append(stepOf(row, 1), abort.signal);
    abort.abort();
    await expect(append).rejects.toThrow("Connection terminated");
  });
});

describe("one bad row", () => {
  test("NUL and lone surrogates in one of 50 are cleaned and stored", async () => {
    const journal = createJournal(core);
    const rows = await claimNew(50);
    const dirty = { output: { "k\u0000ey": "a\u0000b\ud83dc\ude00" } };
    await Promise.all(
      rows.map((row, at) =>
        journal.append(stepOf(row, 1, at === 17 ? { payload: toStorableJson(dirty) } : {}), alive),
      ),
    );
    for (const [at, row] of rows.entries()) {
      const [step] = await readSteps(core, workspaceId, row.id);
      expect(step?.payload.output).toEqual(at === 17 ? { key: "ab\ufffdc\ufffd" } : 1);
    }
  });

  test("a row that PostgreSQL refuses does not refuse the other 49", async () => {
    const journal = createJournal(core);
    const rows = await claimNew(50);
    const bad: Partial<NewStep>[] = [{ name: "nul \u0000" }, { payload: "{not json" }, { seq: 2 ** 31 }];
    for (const [round, change] of bad.entries()) {
      const seq = round + 1;
      const results = await Promise.allSettled(
        rows.map((row, at) => journal.append(stepOf(row, seq, at === 31 ? change : {}), alive)),
      );
      expect(results.flatMap(({ status }, at) => (status === "rejected" ? [at] : []))).toEqual([31]);
    }
    for (const [at, row] of rows.entries())
      expect(await readSteps(core, workspaceId, row.id)).toHaveLength(at === 31 ? 0 : 3);
  });

  test("a duplicate among 50 is refused alone", async () => {
    const journal = createJournal(core);
    const rows = await claimNew(50);
    const [first] = rows;
    if (first === undefined) throw new Error("nothing was claimed");
    await journal.append(stepOf(first, 1), alive);
    const results = await Promise.allSettled(rows.map((row) => journal.append(stepOf(row, 1), alive)));
    expect(results.flatMap(({ status }, at) => (status === "rejected" ? [at] : []))).toEqual([0]);
  });
});

describe("payloads of any size", () => {
  test("2 MB are stored apart, beside small ones, and read back as they were", async () => {
    const journal = createJournal(core);
    const rows = await claimNew(3);
    const large = { output: randomBytes(1_000_000).toString("hex") };
    await Promise.all(
      rows.map((row, at) =>
        journal.append(stepOf(row, 1, at === 1 ? { payload: JSON.stringify(large) } : {}), alive),
      ),
    );
    const ids = rows.map((row) => row.id);
    const { rows: stored } = await core.db.autocommit.query<{
      execution_id: string;
      inline: number;
      apart: number;
    }>({
      text: `select s.execution_id, octet_length(s.payload::text) as inline, octet_length(p.payload::text) as apart
        from execution_steps s left join execution_payloads p using (workspace_id, execution_id, seq)
        where s.execution_id = any($1)`,
      values: [ids],
    });
    const byId = new Map(stored.map((row) => [row.execution_id, row]));
    expect(ids.map((id) => byId.get(id)?.apart)).toEqual([null, 2_000_013, null]);
    expect(byId.get(ids[1] ?? "")?.inline).toBeLessThan(100);
    expect((await readSteps(core, workspaceId, ids[1] ?? ""))[0]?.payload).toEqual(large);
  });

  test("the limit counts bytes, not characters", async () => {
    const row = await claimOne();
    const payload = JSON.stringify({ output: "ü".repeat(600_000) });
    await createJournal(core).append(stepOf(row, 1, { payload }), alive);
    const { rowCount } = await core.db.autocommit.query({
      text: "select 1 from execution_payloads where execution_id = $1",
      values: [row.id],
    });
    expect(rowCount).toBe(1);
  });

  test("1 200 appends at once are all written, in batches", async () => {
    let statements = 0;
    const db = withAutocommit(core.db, (statement) => {
      statements += 1;
      return core.db.autocommit.query(statement);
    });
    const journal = createJournal({ ...core, db });
    const rows = await claimNew(400);
    await Promise.all(
      rows.map(async (row) => {
        for (let seq = 1; seq <= 3; seq += 1) await journal.append(stepOf(row, seq), alive);
      }),
    );
    const { rows: counted } = await core.db.autocommit.query<{ n: number }>({
      text: "select count(*) as n from execution_steps where execution_id = any($1)",
      values: [rows.map((row) => row.id)],
    });
    expect(counted[0]?.n).toBe(1_200);
    expect(statements).toBeLessThan(120);
  });
});
