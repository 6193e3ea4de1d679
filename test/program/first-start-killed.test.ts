import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { findRunningPostgres, startEmbeddedPostgres } from "../../src/db/embedded/index.ts";
import { migrate, readMigrations } from "../../src/db/index.ts";
import { migrationsDirectory } from "../database.ts";
import { createPrograms, type Programs } from "../program.ts";
import type { Identified, Listed } from "../program-client.ts";
import { until } from "../until.ts";

let programs: Programs;
beforeAll(() => {
  programs = createPrograms();
});
afterAll(() => programs.close());

async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return await work(client).finally(() => client.end());
}

/** Makes a database in which the start hangs at the demo's first row: its workspace is there by then. */
async function prepareHang(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir, clock: systemClock, log: () => undefined });
  try {
    await migrate(server.url, await readMigrations(migrationsDirectory));
    await onDatabase(server.url, (client) =>
      client.query(`create function hang() returns trigger language plpgsql as 'begin perform pg_sleep(25); return new; end';
        create trigger hang before insert on model_providers for each row execute function hang()`),
    );
  } finally {
    await server.stop();
  }
}

it("killed once the workspace is there, it shows a key and makes the demo at the next start", async () => {
  const dataDir = await programs.newDataDir();
  await prepareHang(dataDir);
  const killed = programs.launch({ dataDir });
  const postgres = await until("PostgreSQL", () => findRunningPostgres(dataDir));
  await onDatabase(postgres.url, async (client) => {
    const sleeping = "select 1 from pg_stat_activity where wait_event = 'PgSleep'";
    await until("the start to hang", async () => (await client.query(sleeping)).rowCount === 1);
    await killed.kill();
    expect((await client.query("select from workspaces")).rowCount).toBe(1);
    expect(killed.output()).not.toContain("API key");
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
    await client.query("drop function hang() cascade");
  });

  const second = await programs.start({ dataDir });
  expect(second.apiKey).toMatch(/^errand_[\w-]{43}$/);
  const { kept, ...demo } = await second.client().get<Record<string, string[]>>("/v1/demo");
  expect(Object.values(demo).map((ids) => ids.length)).toEqual([1, 1, 1, 1]);
  expect(kept).toEqual([]);
  expect((await second.client().get<Listed<Identified>>("/v1/api-keys")).items).toHaveLength(1);
  await second.client().delete("/v1/demo");
  expect(await second.stop()).toEqual({ code: 0, signal: null });

  const third = await programs.start({ dataDir });
  expect(third.apiKey).toBeUndefined();
  expect((await third.client(second.apiKey).get<Listed<Identified>>("/v1/tasks")).items).toEqual([]);
  expect(await third.stop()).toEqual({ code: 0, signal: null });
});
