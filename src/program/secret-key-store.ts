import type { Queryable } from "../db/index.ts";

/** The mark of the key that this database knows, which is `mark` if it knew none. */
export async function keepMark(database: Queryable, mark: string): Promise<string | undefined> {
  await database.query({
    text: "insert into secret_key_mark (mark) values ($1) on conflict do nothing",
    values: [mark],
  });
  return await selectMark(database);
}

/** The mark of the key that this database knows; undefined before the first start. */
export async function selectMark(database: Queryable): Promise<string | undefined> {
  const { rows } = await database.query<{ mark: string }>({ text: "select mark from secret_key_mark" });
  return rows[0]?.mark;
}

/** Needs the rights of the table's owner. */
export async function replaceMark(database: Queryable, mark: string): Promise<void> {
  await database.query({ text: "update secret_key_mark set mark = $1", values: [mark] });
}
