import type { Queryable } from "../db/index.ts";

/** The mark of the key that this database knows, which is `mark` if it knew none. */
export async function keepMark(database: Queryable, mark: string): Promise<string | undefined> {
  await database.query({
    text: "insert into secret_key_mark (mark) values ($1) on conflict do nothing",
    values: [mark],
  });
  const { rows } = await database.query<{ mark: string }>({ text: "select mark from secret_key_mark" });
  return rows[0]?.mark;
}
