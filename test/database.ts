import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { migrate, readMigrations } from "../src/db/index.ts";

/** Where the tests' PostgreSQL listens; set by the global setup, or by hand to use a server of one's own. */
export const adminUrlVariable = "ERRAND_TEST_DATABASE_URL";
export const migrationsDirectory = join(import.meta.dirname, "..", "migrations");

/** Two test files that make the template at the same moment: one makes it, the other waits. */
const templateLock = 553_114;

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

function adminUrl(): string {
  const url = process.env[adminUrlVariable];
  if (url === undefined)
    throw new Error(`${adminUrlVariable} is not set: run the tests through vitest's global setup`);
  return url;
}

/** A database of one's own, cloned from a migrated template, so that test files can run side by side. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await oneAtATime(templateLock, async (admin) => {
    const template = await ensureTemplate(admin);
    const name = `errand_test_${randomBytes(6).toString("hex")}`;
    await admin.query(`create database ${name} template ${template}`);
    const url = withDatabase(adminUrl(), name);
    return { url, drop: () => dropDatabase(name) };
  });
}

/** Runs what test files must not do at the same moment; `lock` tells one such thing from another. */
export async function oneAtATime<T>(lock: number, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await admin.query("select pg_advisory_lock($1)", [lock]);
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function dropDatabase(name: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  await admin.query(`drop database if exists ${name} with (force)`).finally(() => admin.end());
}

/** The template's name carries the hash of the migrations, so an edited migration gets a new one. */
async function ensureTemplate(admin: pg.Client): Promise<string> {
  const files = (await readdir(migrationsDirectory)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(migrationsDirectory, file), "utf8")));
  const name = `errand_template_${createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 12)}`;
  const { rowCount } = await admin.query("select 1 from pg_database where datname = $1", [name]);
  if (rowCount === 0) {
    const draft = `${name}_draft`;
    await admin.query(`drop database if exists ${draft} with (force)`);
    await admin.query(`create database ${draft}`);
    await migrate(withDatabase(adminUrl(), draft), await readMigrations(migrationsDirectory));
    await admin.query(`alter database ${draft} rename to ${name}`);
  }
  return name;
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}
