import { describe, expect, it } from "vitest";
import { allRules } from "./all-rules.ts";
import { checkSource, type Facts, type Finding, parseSource } from "./source.ts";
import { checkOwners, tablesOf } from "./sql.ts";
import { checkSystemStatements } from "./system-statements.ts";

const facts: Facts = {
  tables: new Set(["tasks", "messages", "auth_users", "api_keys"]),
  owners: { tasks: "tasks", messages: "conversations", auth_users: "workspaces", api_keys: "workspaces" },
  systemFiles: new Set(["src/engine/claims.ts"]),
};

function check(path: string, text: string): readonly Finding[] {
  return checkSource(parseSource(path, text), allRules, facts);
}

function rulesBroken(path: string, text: string): readonly string[] {
  return [...new Set(check(path, text).map(({ rule }) => rule))];
}

/** Marks are put together here so that this file does not carry them itself. */
const todo = ["TO", "DO"].join("");

/** Rule → files that break it. */
const broken: Readonly<Record<string, readonly (readonly [path: string, text: string])[]>> = {
  "explicit-exports": [
    ["src/tasks/index.ts", `export * from "./store.ts";`],
    ["src/tasks/index.ts", `export * as store from "./store.ts";`],
    ["test/factories.ts", `export type * from "./other.ts";`],
  ],
  "file-length": [
    ["src/tasks/tasks.ts", "export const a = 1;\n".repeat(401)],
    ["test/core.test.ts", "export const a = 1;\n".repeat(501)],
  ],
  "telling-name": [
    ["src/tasks/utils.ts", "export const a = 1;"],
    ["src/base/helper.ts", "export const a = 1;"],
    ["test/common-things.ts", "export const a = 1;"],
  ],
  "quiet-import": [
    ["src/tasks/tasks.ts", "register();"],
    ["src/tasks/tasks.ts", "if (a) b();"],
    ["src/tasks/tasks.ts", `export const text = readFileSync("a");`],
    ["src/tasks/tasks.ts", "export const answer = await ask();"],
    ["src/tasks/tasks.ts", "let count = 0;"],
    ["src/tasks/tasks.ts", "const pool = new pg.Pool({});"],
    ["src/tasks/tasks.ts", "const here = process.cwd();"],
    ["src/tasks/tasks.ts", "class A { static { register(); } }"],
    ["src/tasks/tasks.ts", "class A { static id = randomUUID(); }"],
  ],
  "sql-in-stores": [
    ["src/tasks/tasks.ts", `const f = (tx) => tx.db.selectFrom("tasks");`],
    ["src/tasks/tasks.ts", `const f = (tx) => tx.query("listen tasks");`],
    ["src/tasks/tasks.ts", `const f = (tx) => tx.query({ text: "select 1" });`],
    ["src/tasks/tasks.ts", "const f = () => `update tasks set name = ${a}`;"],
    ["src/tasks/tasks.ts", `const text = "select id from tasks";`],
    ["src/tasks/tasks.ts", `const text = "SELECT 1 FROM tasks";`],
    ["src/tasks/tasks.ts", `const text = "with due as (select 1) select * from due";`],
    ["src/tasks/tasks.ts", `const text = "create unique index a on tasks (b)";`],
    ["src/tasks/restore.ts", `const text = "delete from tasks";`],
    ["src/tasks/tasks.ts", `import { sql } from "kysely";`],
    ["src/tasks/tasks.ts", `import pg from "pg";`],
  ],
  "one-owner-per-table": [
    ["src/agents/store.ts", `const f = (tx) => tx.db.selectFrom("tasks as t");`],
    ["src/agents/store.ts", `const f = (tx) => tx.db.selectFrom(["agents", "apiKeys"]);`],
    ["src/agents/store.ts", `const f = (q) => q.leftJoin("tasks", "a", "b");`],
    ["src/agents/store.ts", `const part = "join tasks t on true";`],
    ["src/db/database.ts", "const text = `select 1 from ${schema}.x join api_keys on true`;"],
    ["src/api/access.ts", `const models = { user: { modelName: "auth_users" } };`],
  ],
  "messages-pass-the-gate": [
    ["src/tasks/store.ts", `const f = (tx) => tx.db.insertInto("messages").values(row);`],
    ["src/channels/store.ts", `const text = "insert into messages (id) values ($1)";`],
    ["src/channels/store.ts", "const text = `with a as (insert\\n into messages values (1)) select 1`;"],
  ],
  "listed-system-statements": [
    ["src/tasks/tasks.ts", "const f = (core) => core.db.system(work);"],
    ["src/tasks/tasks.ts", "const f = (core) => core.db.autocommit.query(q);"],
    ["src/tasks/tasks.ts", "const f = (a) => g(a.autocommit);"],
    ["src/tasks/tasks.ts", "const f = (core) => { const { system } = core.db; };"],
    ["src/tasks/tasks.ts", "const f = ({ db: { system } }) => system(work);"],
    ["src/tasks/tasks.ts", "const f = ({ system: all }: Database) => all(work);"],
    ["src/tasks/tasks.ts", `const f = () => createPool({ role: "errand_system" });`],
  ],
  environment: [
    ["src/tasks/tasks.ts", "const f = () => process.env.HOME;"],
    ["src/main.ts", `const { HOME } = process.env;`],
    ["src/tasks/tasks.ts", `import { env } from "node:process";`],
  ],
  time: [
    ["src/tasks/tasks.ts", "const f = () => Date.now();"],
    ["src/tasks/tasks.ts", "const f = () => new Date();"],
    ["src/tasks/tasks.ts", "const f = () => new Date;"],
    ["src/tasks/tasks.ts", "const f = () => Temporal.Now.instant();"],
    ["src/tasks/tasks.ts", "const f = () => performance.now();"],
    ["src/tasks/tasks.ts", "const f = () => setTimeout(g, 5);"],
    ["src/tasks/tasks.ts", "const f = () => globalThis.setInterval(g, 5);"],
    ["src/tasks/tasks.ts", "const f = () => AbortSignal.timeout(5);"],
    ["src/tasks/tasks.ts", `import { setTimeout as sleep } from "node:timers/promises";`],
    ["src/tasks/tasks.ts", `import { performance } from "node:perf_hooks";`],
  ],
  "outgoing-requests": [
    ["src/tasks/tasks.ts", `const f = () => fetch("http://a");`],
    ["src/tasks/tasks.ts", `import { request } from "undici";`],
    ["src/tasks/tasks.ts", `import { request } from "node:http";`],
  ],
  marks: [
    ["src/tasks/tasks.ts", `// ${todo}: later`],
    ["src/tasks/tasks.ts", `const f = () => {\n  /* ${todo} */\n};`],
    ["migrations/000001_a.sql", `select 1; -- ${todo}`],
    ["src/tasks/tasks.ts", `// ${"biome"}-ignore lint: no\nexport const a = 1;`],
    ["test/core.ts", `// @ts${"-expect-error"}\nexport const a = 1;`],
  ],
  "every-test-runs": [
    ["src/tasks/tasks.test.ts", `it.only("a", () => {});`],
    ["test/a.test.ts", `describe.skip("a", () => {});`],
    ["test/a.test.ts", `test.todo("a");`],
  ],
};

describe("every rule", () => {
  it("has examples that break it", () => {
    expect(Object.keys(broken).toSorted()).toEqual(allRules.map(({ name }) => name).toSorted());
  });

  for (const [rule, examples] of Object.entries(broken)) {
    it.for(examples)(`${rule} refuses %s: %s`, ([path, text]) => {
      expect(rulesBroken(path, text)).toContain(rule);
    });
  }

  it("accepts code as it should be", () => {
    const good: readonly (readonly [path: string, text: string])[] = [
      ["src/tasks/index.ts", `export { createTask, type Task } from "./tasks.ts";`],
      ["src/tasks/http.ts", `const params = z.object({ taskId: idOf("task") });`],
      ["src/tasks/http.ts", `const summary = "Select a task from the list, or delete from here";`],
      ["src/tasks/http.ts", `const handler = ({ query }) => list(query.limit);`],
      ["src/engine/job-queue.ts", `const f = (text, values) => pool.query({ text, values });`],
      ["src/tasks/tasks.ts", "const at = (value) => new Date(value);"],
      ["src/tasks/tasks.ts", "const ask = (fetch) => fetch(url);"],
      ["src/tasks/tasks.ts", `import type { Pool } from "pg";`],
      ["src/tasks/tasks.ts", `import { setImmediate } from "node:timers/promises";`],
      ["src/tasks/tasks.ts", `const kinds = new Set(["a"]); const f = () => process.pid;`],
      ["src/tasks/store.ts", `const f = (tx) => tx.db.selectFrom("tasks as t").innerJoin("due", "a", "b");`],
      ["src/tasks/schedule-store.ts", `const text = "update tasks set name = $1";`],
      ["src/conversations/store.ts", `const f = (tx) => tx.db.insertInto("messages");`],
      ["src/tasks/schedule-store.ts", `const text = "select messages from due";`],
      ["src/engine/claims.ts", "const f = (core) => core.db.system((tx) => core.db.autocommit);"],
      ["src/tasks/tasks.ts", "const f = (core) => core.db.tenant(id, (tx) => g(options.system));"],
      ["src/db/connection.ts", `interface PoolOptions { readonly role?: "errand_tenant" | "errand_system" }`],
      ["src/base/clock.ts", "export const clock = { now: () => new Date() };"],
      ["src/config.ts", "export const read = () => process.env;"],
      ["src/base/guarded-fetch.ts", `import { fetch } from "undici";`],
      ["src/main.ts", "await main();"],
      ["src/tasks/tasks.test.ts", `it.skipIf(root)("a", () => Date.now()); const text = "// ${todo}";`],
      ["test/core.ts", `const url = process.env.A; setTimeout(f, 1);`],
    ];
    expect(good.flatMap(([path, text]) => check(path, text))).toEqual([]);
  });

  it("names the line", () => {
    expect(check("src/tasks/tasks.ts", "\n\nconst f = () => Date.now();")).toMatchObject([
      { path: "src/tasks/tasks.ts", line: 3, rule: "time" },
    ]);
  });
});

describe("tables", () => {
  it("are those that are left after all migrations", () => {
    const migrations = [
      "create table a (\n  id uuid\n);\ncreate table if not exists b ();",
      'CREATE TABLE "c" ();\ndrop table b;',
    ];
    expect([...tablesOf(migrations)]).toEqual(["a", "c"]);
  });

  it("need an owner each, and owners a table", () => {
    expect(checkOwners(new Set(["a", "b"]), { a: "x", c: "x" })).toEqual([
      expect.stringContaining("the table b has no owner"),
      expect.stringContaining("names c, which no migration creates"),
    ]);
  });
});

describe("the list of what runs as errand_system", () => {
  it("names nothing that no longer does", () => {
    const sources = [
      parseSource("src/engine/claims.ts", "const f = (db) => db.autocommit.query(q);"),
      parseSource("src/tasks/tasks.ts", "const f = (db) => db.tenant(id, work);"),
      parseSource("src/tasks/tasks.test.ts", "const f = (db) => db.system(work);"),
    ];
    const listed = { "src/engine/claims.ts": "why", "src/tasks/tasks.ts": "why", "src/gone.ts": "why" };
    expect(checkSystemStatements(sources, listed)).toEqual([
      expect.stringContaining("names src/tasks/tasks.ts"),
      expect.stringContaining("names src/gone.ts"),
    ]);
  });
});
