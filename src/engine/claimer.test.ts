import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { connectionBroke, enqueue, withAutocommit } from "../../test/engine.ts";
import { newId } from "../base/ids.ts";
import { createClaimer } from "./claimer.ts";
import { enqueueExecutions } from "./enqueue.ts";
import type { Lane } from "./execution.ts";
import type { ExecutionRow } from "./rows.ts";

let core: TestCore;
beforeAll(async () => {
  core = await createTestCore();
});
afterEach(() => core.db.autocommit.query({ text: "delete from workspaces" }));
afterAll(() => core.close());

const idle: Readonly<Record<Lane, number>> = { reply: 0, manual: 0, scheduled: 0, bulk: 0 };

async function queue(workspaceId: string, count: number, lane: Lane = "bulk"): Promise<readonly string[]> {
  const executions = Array.from({ length: count }, () => ({
    workspaceId,
    id: newId(),
    kind: "test",
    lane,
    trigger: "manual" as const,
  }));
  await core.db.system((tx) => enqueueExecutions(core, tx, executions));
  return executions.map((execution) => execution.id);
}

function workspaces(count: number): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: count }, () => core.newWorkspace()));
}

function countBy(
  rows: readonly ExecutionRow[],
  key: (row: ExecutionRow) => string,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[key(row)] = (counts[key(row)] ?? 0) + 1;
  return counts;
}

describe("what a claim does to a row", () => {
  test("it runs, in its next attempt, for this worker, with what is left of its time", async () => {
    const [workspaceId = ""] = await workspaces(1);
    const id = await enqueue(core, workspaceId, { kind: "test", maxTimeSeconds: 1_000 });
    await core.db.autocommit.query({ text: "update executions set used_ms = 400000, attempt = 3" });
    const worker = newId();
    const [row] = await createClaimer(core.db, 4).claim(worker, idle);
    expect(row).toMatchObject({ id, status: "running", attempt: 4 });
    const { rows } = await core.db.autocommit.query<{ worker_id: string; left: number; fresh: boolean }>({
      text: `select worker_id, extract(epoch from deadline_at - claimed_at)::float8 as left,
        claimed_at > clock_timestamp() - interval '5 seconds' as fresh from executions`,
    });
    expect(rows[0]).toMatchObject({ worker_id: worker, fresh: true });
    expect(rows[0]?.left).toBeCloseTo(600, 1);
  });

  test("the one that has been due longest comes first", async () => {
    const [workspaceId = ""] = await workspaces(1);
    const ids = await queue(workspaceId, 6);
    const late = ids[4];
    await core.db.autocommit.query({
      text: "update executions set available_at = available_at - interval '1 hour' where id = $1",
      values: [late],
    });
    const rows = await createClaimer(core.db, 8).claim(newId(), {
      ...idle,
      manual: 1,
      scheduled: 1,
      reply: 5,
    });
    expect(rows.map((row) => row.id)).toEqual([late]);
  });

  test("what waits, runs or has ended is left alone", async () => {
    const [workspaceId = ""] = await workspaces(1);
    await enqueue(core, workspaceId, { kind: "test", delayMs: 60_000 });
    await enqueue(core, workspaceId, { kind: "test", skipped: { code: "x", message: "x" } });
    const claimer = createClaimer(core.db, 4);
    expect(await claimer.claim(newId(), idle)).toEqual([]);
    expect(claimer.claimable(idle)).toBe(false);
    claimer.expect("manual");
    expect(claimer.claimable(idle)).toBe(true);
    expect(claimer.claimable({ ...idle, manual: 4 })).toBe(false);
  });

  test("two workers at once never take the same row", async () => {
    const all = await workspaces(5);
    for (const workspaceId of all) await queue(workspaceId, 40);
    const claimers = [createClaimer(core.db, 16), createClaimer(core.db, 16), createClaimer(core.db, 16)];
    const taken: string[] = [];
    let found = 1;
    while (found > 0) {
      for (const claimer of claimers) claimer.expect();
      const rounds = await Promise.all(claimers.map((claimer) => claimer.claim(newId(), idle)));
      found = rounds.flat().length;
      taken.push(...rounds.flat().map((row) => row.id));
    }
    expect(taken).toHaveLength(200);
    expect(new Set(taken).size).toBe(200);
  });
});

describe("fairness", () => {
  test("a newcomer's execution starts in the first claim beside a workspace with hundreds", async () => {
    const [crowd = "", newcomer = ""] = await workspaces(2);
    await queue(crowd, 500);
    const [id] = await queue(newcomer, 1);
    const rows = await createClaimer(core.db, 8).claim(newId(), idle);
    expect(rows.map((row) => row.id)).toContain(id);
  });

  test("with a single free slot the workspaces take turns", async () => {
    const all = [...(await workspaces(3))].sort();
    for (const workspaceId of all) await queue(workspaceId, 10);
    const claimer = createClaimer(core.db, 8);
    const served: string[] = [];
    // Three of eight bulk slots are reserved for others, so with three running there is one for bulk.
    for (let turn = 0; turn < 9; turn += 1) {
      claimer.expect("bulk");
      const [row, ...more] = await claimer.claim(newId(), { ...idle, bulk: 3 });
      expect(more).toEqual([]);
      served.push(row?.workspace_id ?? "");
    }
    expect(served.map((workspaceId) => all.indexOf(workspaceId)).join("")).toMatch(/^(012|120|201){3}$/);
  });

  test("with more workspaces than slots every one comes round before any comes twice", async () => {
    const all = await workspaces(20);
    for (const workspaceId of all) await queue(workspaceId, 10);
    const claimer = createClaimer(core.db, 7);
    const rows: ExecutionRow[] = [];
    while (rows.length < 20) {
      claimer.expect();
      rows.push(...(await claimer.claim(newId(), idle)));
    }
    const counts = countBy(rows.slice(0, 20), (row) => row.workspace_id);
    expect(Object.keys(counts)).toHaveLength(20);
  });

  test("workspaces that another process's claim holds do not hide those behind them", async () => {
    const all = [...(await workspaces(9))].sort();
    for (const workspaceId of all) await queue(workspaceId, 1);
    const rival = new pg.Client({ connectionString: core.url });
    await rival.connect();
    try {
      await rival.query("begin");
      await rival.query("select 1 from executions where workspace_id = any($1) for update", [
        all.slice(0, 3),
      ]);
      const claimer = createClaimer(core.db, 8);
      const rows: ExecutionRow[] = [];
      for (let round = 0; round < 3; round += 1) {
        claimer.expect();
        rows.push(...(await claimer.claim(newId(), { ...idle, reply: 0 })));
      }
      expect(rows.map((row) => row.workspace_id).sort()).toEqual(all.slice(3));
    } finally {
      await rival.end();
    }
  });
});

describe("lanes", () => {
  test("a full house of scheduled work leaves the reply's slot free", async () => {
    const [workspaceId = ""] = await workspaces(1);
    await queue(workspaceId, 50, "scheduled");
    const claimer = createClaimer(core.db, 8);
    const scheduled = await claimer.claim(newId(), idle);
    expect(scheduled).toHaveLength(5);
    const [reply] = await queue(workspaceId, 1, "reply");
    claimer.expect("reply");
    const rows = await claimer.claim(newId(), { ...idle, scheduled: 5 });
    expect(rows.map((row) => row.id)).toEqual([reply]);
  });

  test("with one slot every lane is still served", async () => {
    const [workspaceId = ""] = await workspaces(1);
    for (const lane of ["manual", "scheduled", "bulk"] as const) {
      const [id] = await queue(workspaceId, 1, lane);
      const rows = await createClaimer(core.db, 1).claim(newId(), idle);
      expect(rows.map((row) => row.id)).toEqual([id]);
    }
  });
});

describe("faults", () => {
  test("what one lane's claim took is answered although the next lane's claim fails", async () => {
    const [workspaceId = ""] = await workspaces(1);
    const [reply] = await queue(workspaceId, 1, "reply");
    const [bulk] = await queue(workspaceId, 1, "bulk");
    let failing = true;
    const db = withAutocommit(core.db, (statement) => {
      if (failing && statement.values?.[0] === "scheduled") throw connectionBroke();
      return core.db.autocommit.query(statement);
    });
    const claimer = createClaimer(db, 8);
    expect((await claimer.claim(newId(), idle)).map((row) => row.id)).toEqual([reply]);
    await expect(claimer.claim(newId(), { ...idle, reply: 1 })).rejects.toThrow("Connection terminated");
    failing = false;
    expect(claimer.claimable(idle)).toBe(true);
    expect((await claimer.claim(newId(), { ...idle, reply: 1 })).map((row) => row.id)).toEqual([bulk]);
  });
});
