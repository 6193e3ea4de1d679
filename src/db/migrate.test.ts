import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { adminUrlVariable, migrationsDirectory } from "../../test/database.ts";
import { type Migration, migrate, pendingMigrations, readMigrations, SchemaTooNewError } from "./migrate.ts";

let url: string;
let client: pg.Client;
let drop: () => Promise<void>;

const step = (version: number, sql: string, breaking = false): Migration => ({
  version,
  name: `step_${version}`,
  sql,
  breaking,
});
const three = [
  step(1, "create table a (n int)"),
  step(2, "create table b (n int)"),
  step(3, "insert into a values (1)"),
];

async function applied(): Promise<readonly number[]> {
  const { rows } = await client.query<{ version: number }>(
    "select version from schema_migrations order by version",
  );
  return rows.map((row) => row.version);
}

describe("migrate", () => {
  /** An empty database: the template of the other tests has been migrated already. */
  beforeEach(async () => {
    const admin = new pg.Client({ connectionString: process.env[adminUrlVariable] });
    await admin.connect();
    const name = `errand_test_${randomBytes(6).toString("hex")}`;
    await admin.query(`create database ${name}`);
    const own = new URL(process.env[adminUrlVariable] ?? "");
    own.pathname = `/${name}`;
    url = own.toString();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    drop = async () => {
      await client.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    };
  });
  afterEach(() => drop());

  test("applies each migration once, in order, and then nothing", async () => {
    expect(await migrate(url, three.slice(0, 2))).toEqual([1, 2]);
    expect(await migrate(url, three)).toEqual([3]);
    expect(await migrate(url, three)).toEqual([]);
    expect(await applied()).toEqual([1, 2, 3]);
  });

  test("by several processes at once applies each migration once", async () => {
    const all = await readMigrations(migrationsDirectory);
    const rounds = await Promise.all([1, 2, 3, 4].map(() => migrate(url, all)));
    expect(rounds.flat().sort((left, right) => left - right)).toEqual(all.map(({ version }) => version));
    expect(rounds.filter((round) => round.length > 0)).toHaveLength(1);
  });

  test("undoes the one that fails, keeps those before it, and goes on from there next time", async () => {
    const broken = step(2, "create table b (n int); insert into nowhere values (1)");
    const last = step(3, "create table c (n int)");
    await expect(migrate(url, [three[0] ?? broken, broken, last])).rejects.toThrow(
      /000002_step_2 failed: .*nowhere/,
    );
    expect(await applied()).toEqual([1]);
    const { rows } = await client.query("select to_regclass('b') as b, to_regclass('c') as c");
    expect(rows).toEqual([{ b: null, c: null }]);
    expect(await migrate(url, three)).toEqual([2, 3]);
  });

  test("an older program refuses a newer schema that is marked breaking, and changes nothing", async () => {
    await migrate(url, [...three, step(4, "drop table b", true)]);
    const refused = migrate(url, three);
    await expect(refused).rejects.toBeInstanceOf(SchemaTooNewError);
    await expect(refused).rejects.toThrow("step_4");
    expect(await applied()).toEqual([1, 2, 3, 4]);
  });

  test("an older program runs on a newer schema that is not breaking", async () => {
    await migrate(url, [...three, step(4, "create table c (n int)")]);
    expect(await migrate(url, three)).toEqual([]);
  });

  test("a breaking migration that the program knows is no obstacle", async () => {
    const all = [...three, step(4, "drop table b", true)];
    await migrate(url, all);
    expect(await migrate(url, all)).toEqual([]);
  });

  test("pendingMigrations tells what migrate would apply", async () => {
    const database = { query: (statement: pg.QueryConfig) => client.query(statement) as never };
    expect(await pendingMigrations(database, three)).toEqual([1, 2, 3]);
    await migrate(url, three.slice(0, 1));
    expect(await pendingMigrations(database, three)).toEqual([2, 3]);
    await migrate(url, three);
    expect(await pendingMigrations(database, three)).toEqual([]);
  });
});

describe("readMigrations", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "errand-migrations-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const put = (...names: readonly string[]) =>
    Promise.all(names.map((name) => writeFile(join(directory, name), `select '${name}'`)));

  test("reads them in order of their numbers, with their marks, and nothing else", async () => {
    await put("000002_b.sql", "000001_a.sql", "README.md");
    await writeFile(join(directory, "000003_c.sql"), "--! breaking-change\nselect 1");
    const found = await readMigrations(directory);
    expect(found.map(({ version, name, breaking }) => [version, name, breaking])).toEqual([
      [1, "a", false],
      [2, "b", false],
      [3, "c", true],
    ]);
  });

  test.each([
    [["000001_a.sql", "000003_c.sql"], "000003_c.sql: the name must be 000002_"],
    [["000001_a.sql", "000001_b.sql"], "000001_b.sql: the name must be 000002_"],
    [["000002_b.sql"], "000002_b.sql: the name must be 000001_"],
    [["1_a.sql"], "must be 000001_"],
    [["000001_A-b.sql"], "must be 000001_"],
  ])("refuses %j", async (names, message) => {
    await put(...names);
    await expect(readMigrations(directory)).rejects.toThrow(message);
  });
});
