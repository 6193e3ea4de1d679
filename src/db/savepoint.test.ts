import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import type { TenantTx } from "./database.ts";
import { withSavepoint } from "./savepoint.ts";

let core: TestCore;
let workspaceId: string;
beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace("first");
});
afterAll(() => core.close());

const rename = (tx: TenantTx, name: string) =>
  tx.db.updateTable("workspaces").set({ name }).where("id", "=", tx.workspaceId).execute();

async function readName(): Promise<string | undefined> {
  const { rows } = await core.db.autocommit.query<{ name: string }>({
    text: "select name from workspaces where id = $1",
    values: [workspaceId],
  });
  return rows[0]?.name;
}

/** Runs `fail` between two changes and answers the effects that came after the commit. */
async function commitAround(fail: (part: TenantTx) => Promise<unknown>): Promise<readonly string[]> {
  const effects: string[] = [];
  await core.db.tenant(workspaceId, async (tx) => {
    await rename(tx, "kept");
    const part = withSavepoint(tx, async (inner) => {
      inner.afterCommit(() => effects.push("undone"));
      await rename(inner, "undone");
      await fail(inner);
    });
    await expect(part).rejects.toThrow();
    await withSavepoint(tx, async (inner) => {
      inner.afterCommit(() => effects.push("done"));
    });
  });
  return effects;
}

test.each([
  ["its own error", () => Promise.reject(new Error("no luck"))],
  ["a statement's", (part: TenantTx) => part.query({ text: "select no_such_function()" })],
  [
    "one of a part within",
    (part: TenantTx) => withSavepoint(part, (inner) => inner.query({ text: "select 1/0" })),
  ],
] as const)("a part that fails by %s is undone alone, with its effects", async (_what, fail) => {
  expect(await commitAround(fail)).toEqual(["done"]);
  expect(await readName()).toBe("kept");
});

test("a broken connection fails the transaction, which runs again", async () => {
  const admin = new pg.Client({ connectionString: core.url });
  await admin.connect();
  let attempts = 0;
  await core.db
    .tenant(workspaceId, async (tx) => {
      attempts += 1;
      const { rows } = await tx.query<{ pid: number }>({ text: "select pg_backend_pid() as pid" });
      const part = withSavepoint(tx, async (inner) => {
        if (attempts === 1) await admin.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
        await rename(inner, "in a part");
      });
      await part.catch(() => undefined);
      await rename(tx, `attempt ${attempts}`);
    })
    .finally(() => admin.end());
  expect(await readName()).toBe("attempt 2");
});
