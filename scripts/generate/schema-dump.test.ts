import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { dumpSchema } from "./schema-dump.ts";

describe("dumpSchema", () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** The lines that a statement adds to the dump and takes from it. */
  async function changesOf(statement: string): Promise<readonly string[]> {
    await client.query("begin");
    const before = new Set((await dumpSchema(client)).split("\n"));
    await client.query(statement);
    const after = new Set((await dumpSchema(client)).split("\n"));
    await client.query("rollback");
    const added = [...after].filter((line) => !before.has(line)).map((line) => `+ ${line.trim()}`);
    return [...added, ...[...before].filter((line) => !after.has(line)).map((line) => `- ${line.trim()}`)];
  }

  it("is the same every time", async () => {
    expect(await dumpSchema(client)).toBe(await dumpSchema(client));
  });

  it.each([
    ["alter table contacts add column nickname text default 'x'", "+ nickname text default 'x'::text,"],
    ["alter table contacts alter column tags drop not null", "+ tags text[] default '{}'::text[],"],
    [
      "alter table contacts add constraint tall check (name <> '')",
      "+ constraint tall CHECK ((name <> ''::text))",
    ],
    ["create index tall on contacts (name)", "+ CREATE INDEX tall ON public.contacts USING btree (name);"],
    [
      "create policy tall on contacts for insert with check (false)",
      "+ create policy tall on contacts for insert to public",
    ],
    ["alter table contacts disable row level security", "- alter table contacts enable row level security;"],
    [
      "revoke delete on contacts from errand_tenant",
      "- grant delete, insert, select, update on contacts to errand_tenant;",
    ],
    ["grant select on workers to public", "+ grant select on workers to public;"],
    ["alter table executions set (fillfactor = 61)", "+ ) with (fillfactor=61);"],
    [
      "create function tall() returns int language sql return 1",
      "+ CREATE OR REPLACE FUNCTION public.tall()",
    ],
    ["create type size as enum ('s', 'l')", "+ create type size as enum ('s', 'l');"],
    ["create view few as select 1 as one", "+ create view few as"],
  ])("shows %s", async (statement, line) => {
    expect(await changesOf(statement)).toContain(line);
  });
});
