import type pg from "pg";
import { describe, expect, test } from "vitest";
import { createReadOnce, createStatementNames } from "./statements.ts";

describe("names", () => {
  test("are given to what comes again and again, one per text", () => {
    const names = createStatementNames();
    const uses = Array.from({ length: 12 }, () => names.nameOf("select 1"));
    expect(uses.slice(0, 9)).toEqual(Array(9).fill(undefined));
    expect(new Set(uses.slice(9)).size).toBe(1);
    expect(uses[9]).toMatch(/^b_[0-9a-f]{24}$/);
    for (let use = 0; use < 9; use++) names.nameOf("select 2");
    expect(names.nameOf("select 2")).not.toBe(uses[9]);
  });

  test("are bounded, since every connection keeps what has one", () => {
    const names = createStatementNames();
    const named = Array.from({ length: 500 }, (_, index) => {
      for (let use = 0; use < 9; use++) names.nameOf(`select ${index}`);
      return names.nameOf(`select ${index}`);
    });
    expect(named.filter((name) => name !== undefined)).toHaveLength(400);
  });
});

describe("a question asked again in one transaction", () => {
  const answer = (n: number) => Promise.resolve({ rows: [{ n }] } as unknown as pg.QueryResult);

  /** Asks each text in turn; answers how many were really asked. */
  async function count(...texts: readonly string[]): Promise<number> {
    const reads = createReadOnce();
    let asked = 0;
    for (const text of texts) {
      asked += 1;
      const before = asked;
      const { rows } = await reads.read(text, ["a"], () => answer(before));
      asked = rows[0]?.n === before ? asked : asked - 1;
    }
    return asked;
  }

  test("is answered from the first time", async () => {
    expect(await count('select * from "t" where a = $1', 'select * from "t" where a = $1')).toBe(1);
  });

  test("is another one with other values", async () => {
    const reads = createReadOnce();
    const first = await reads.read("select $1", [1], () => answer(1));
    const second = await reads.read("select $1", [2], () => answer(2));
    expect([first.rows, second.rows]).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  });

  test.each([
    'update "t" set a = $1',
    'insert into "t" values ($1)',
    'select * from "t" for update',
    'select * from "t" for no key update skip locked',
    "select pg_advisory_xact_lock($1)",
    "with x as (select 1) select * from x",
  ])("is asked anew after %s", async (between) => {
    expect(await count("select 1", between, "select 1")).toBe(3);
  });

  test.each(["select clock_timestamp()", "select * from find_tasks($1)"])(
    "is never answered twice: %s",
    async (text) => {
      expect(await count(text, text)).toBe(2);
    },
  );

  test("is answered from the first time also after a look at the clock", async () => {
    expect(await count("select 1", "select clock_timestamp()", "select 1")).toBe(2);
  });

  test("is asked anew after any other statement", async () => {
    const reads = createReadOnce();
    await reads.read("select 1", [], () => answer(1));
    reads.forget();
    expect((await reads.read("select 1", [], () => answer(2))).rows).toEqual([{ n: 2 }]);
  });
});
