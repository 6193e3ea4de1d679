import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../src/base/clock.ts";
import { newId } from "../src/base/ids.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { isConnectionLoss, migrate, readMigrations } from "../src/db/index.ts";
import { defaultLease } from "../src/engine/lease.ts";
import { migrationsDirectory } from "../test/database.ts";
import { until } from "../test/until.ts";
import { type Ledger, startLedger } from "./ledger.ts";
import { marksTable } from "./scene.ts";
import type { Op } from "./script.ts";
import { createWorkerProcesses } from "./workers.ts";

let server: EmbeddedPostgres;
let dataDir: string;
let ledger: Ledger;
/** What the supervisor of the server says, for the message of a failure. */
const supervisor: string[] = [];

/** A server of its own that flushes: what it has answered must be there after it was stopped in the middle. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "errand-chaos-"));
  server = await startEmbeddedPostgres({
    dataDir,
    log: (message) => supervisor.push(message),
    clock: systemClock,
  });
  await migrate(server.url, await readMigrations(migrationsDirectory));
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(marksTable).finally(() => admin.end());
  ledger = await startLedger();
}, 60_000);
afterAll(async () => {
  await ledger.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const script: readonly Op[] = [
  { op: "note", name: "one" },
  { op: "effect", name: "pay" },
  { op: "change", name: "send" },
  { op: "note", name: "two" },
  { op: "effect", name: "tell", idempotent: true },
  { op: "change", name: "close" },
];

/** A statement on a connection of its own, again and again until the server answers. */
async function ask<T extends pg.QueryResultRow>(
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly T[]> {
  return until(
    "an answer of PostgreSQL",
    async () => {
      const client = new pg.Client({ connectionString: server.url, connectionTimeoutMillis: 2_000 });
      client.on("error", () => undefined);
      try {
        await client.connect();
        return (await client.query<T>({ text, values: [...values] })).rows;
      } catch (error) {
        if (isConnectionLoss(error)) return undefined;
        throw error;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    30_000,
  );
}

/** Stops the server as a power cut does; its supervisor starts it again. */
async function cutPower(): Promise<void> {
  const before = server.pid;
  process.kill(before, "SIGQUIT");
  await until("PostgreSQL to be back", () => server.pid !== before, 30_000).catch((error: Error) => {
    throw new Error(`${error.message}; its supervisor said:\n${supervisor.join("\n")}`);
  });
}

async function countCompleted(): Promise<number> {
  const [row] = await ask<{ n: string }>("select count(*) as n from executions where status = 'completed'");
  return Number(row?.n);
}

test("PostgreSQL stops in the middle of the work, three times: everything is done, and once", async () => {
  const count = 600;
  const workspaceId = newId();
  await ask("insert into workspaces (id, name) values ($1, 'w')", [workspaceId]);
  await ask(
    `insert into executions (workspace_id, id, kind, lane, status, trigger, input)
      select $1, gen_random_uuid(), 'script', 'bulk', 'queued', 'manual', $2::json from generate_series(1, $3::int)`,
    [workspaceId, JSON.stringify(script), count],
  );
  // The lease of real life: a restart takes a second or two, in which nobody is declared dead.
  const workers = createWorkerProcesses({ url: server.url, ledgerUrl: ledger.url, lease: defaultLease });
  try {
    await Promise.all([1, 2].map(() => workers.start({ concurrency: 16 })));
    for (const share of [0.1, 0.35, 0.6]) {
      await until("the next moment", async () => (await countCompleted()) >= count * share, 60_000);
      // The power must be cut under load, not behind it.
      expect(await countCompleted()).toBeLessThan(count);
      await cutPower();
    }
    await until("all to be completed", async () => (await countCompleted()) === count, 60_000);

    const executions = await ask<{ id: string; marks: string; steps: string; seqs: number }>(
      `select e.id, (select count(*) from marks m where m.execution_id = e.id) as marks,
        (select count(*) from execution_steps s where s.execution_id = e.id) as steps,
        (select max(seq) from execution_steps s where s.execution_id = e.id) as seqs from executions e`,
    );
    const unknown = await ask<{ execution_id: string }>(
      "select execution_id from execution_steps where payload -> 'error' ->> 'code' = 'unknown'",
    );
    const asked = new Set(unknown.map((row) => row.execution_id));
    const faults = executions.filter(({ id, marks, steps, seqs }) => {
      const paid = ledger.calls(id, "pay").length;
      const told = new Set(ledger.calls(id, "tell").map(({ key }) => key)).size;
      // A payment whose answer was lost may have been made or not, but never twice.
      const paidRight = asked.has(id) ? paid <= 1 : paid === 1;
      return !(paidRight && told === 1 && marks === "2" && steps === "8" && seqs === 8);
    });
    expect(faults).toEqual([]);
    expect(executions).toHaveLength(count);
  } finally {
    await workers.killAll();
  }
}, 180_000);
