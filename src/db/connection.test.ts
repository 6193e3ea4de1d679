import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { until } from "../../test/until.ts";
import { createLogger } from "../base/log.ts";
import { createPool } from "./connection.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function openPool(name: string) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLogger({ level: "info", pretty: false, destination });
  return { pool: createPool({ url: database.url, log, name, max: 2 }), lines };
}

/** Ends connections from the server's side and answers how many. */
async function terminate(name: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rowCount } = await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
    [`errand ${name}`],
  );
  await client.end();
  return rowCount;
}

test("a lost connection is logged once, without the connection's settings, and the pool goes on", async () => {
  const { pool, lines } = openPool("lossy");
  await pool.query("select 1");
  expect(await terminate("lossy")).toBe(1);
  await until("the warning", () => lines.length > 0);
  const [line = ""] = lines;
  expect(JSON.parse(line)).toMatchObject({
    msg: "database connection lost",
    pool: "lossy",
    err: { type: expect.any(String), message: expect.any(String), stack: expect.any(String) },
  });
  expect(Object.keys(JSON.parse(line).err)).not.toContain("client");
  expect((await pool.query("select 2 as two")).rows).toEqual([{ two: 2 }]);
  await pool.end();
  expect(lines).toHaveLength(1);
});

test("a pool that is being ended says nothing of the connections it loses", async () => {
  const { pool, lines } = openPool("ending");
  const client = await pool.connect();
  const lost = new Promise((resolve) => client.once("error", resolve));
  const ended = pool.end();
  expect(await terminate("ending")).toBe(1);
  await lost;
  client.release(true);
  await ended;
  expect(lines).toEqual([]);
});
