import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { startModelServer } from "../model-server.ts";
import { createPrograms, type Programs, postgresPid, root } from "../program.ts";
import { createCast } from "../program-client.ts";

let programs: Programs;

beforeAll(() => {
  programs = createPrograms();
});

afterAll(() => programs.close());

const key = /^errand_[\w-]{43}$/;

it("runs by npx inside the clone", () => {
  const { stdout, status } = spawnSync("npx", ["errand", "--version"], {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "" },
  });
  expect(stdout).toBe(`${manifest.version}\n`);
  expect(status).toBe(0);
});

it("migrates, makes keys and links, and examines, beside a running Errand and without one", async () => {
  const dataDir = await programs.newDataDir();
  const env = { ERRAND_DEMO: "0" };
  const run = (...args: string[]) =>
    programs.run(args, { dataDir, env: { ...env, ERRAND_LOG_LEVEL: "warn" } });

  // Without one: PostgreSQL is started for the command and stopped again.
  expect(await run("migrate")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Applied migrations 1, 2, [\d, ]+\.\n$/),
  });
  expect(await postgresPid(dataDir)).toBeUndefined();
  // A key that nothing was sealed with would be in the way of the one that is to come.
  expect((await run("doctor")).stdout).toMatch(/^ok {7}secret key: not used yet$/m);
  expect(existsSync(join(dataDir, "secret.key"))).toBe(false);
  expect(await run("api-key", "create")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: "There is no workspace yet: run `errand start` once first.\n",
  });
  const first = await programs.start({ dataDir, env });
  await first.stop();
  const made = await run("api-key", "create", "--name", "made without");
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout.trimEnd()).toMatch(key);
  expect(await postgresPid(dataDir)).toBeUndefined();

  // Beside one: its PostgreSQL is used and left alone.
  const program = await programs.start({ dataDir, env });
  const postgres = await postgresPid(dataDir);
  const client = program.client(made.stdout.trimEnd());
  expect(await run("migrate")).toMatchObject({ code: 0, stdout: "The database is up to date.\n" });
  const beside = await run("api-key", "create", "--scope", "read");
  expect(beside).toMatchObject({ code: 0, stderr: "" });
  expect(await client.get("/v1/api-keys")).toMatchObject({
    items: [
      { name: "command line", scope: "read" },
      { name: "made without", scope: "admin" },
      { name: "first key", scope: "admin" },
    ],
  });
  const reader = program.client(beside.stdout.trimEnd());
  expect(await reader.status("/v1/tasks")).toBe(200);
  await expect(reader.post("/v1/contacts", { name: "Anna" })).rejects.toThrow(/ 403 /);
  expect(await run("api-key", "create", "--scope", "all")).toMatchObject({
    code: 1,
    stderr: "--scope must be one of read, write, admin.\n",
  });
  const link = await run("owner-link");
  expect(link).toMatchObject({ code: 0, stdout: expect.stringMatching(/\/invitation#token=[\w-]{43}\n$/) });

  const models = await startModelServer();
  await createCast(client, models.baseUrl);
  const healthy = await run("doctor");
  expect(healthy.stdout).not.toContain("PROBLEM");
  expect(healthy.stdout).toMatch(/^ok {7}database: PostgreSQL 18/m);
  expect(healthy.stdout).toMatch(/^ok {7}schema: up to date$/m);
  expect(healthy.stdout).toMatch(/^ok {7}roles: row-level security is in force$/m);
  expect(healthy.stdout).toContain(`model provider: ${models.baseUrl} answers`);
  expect(healthy.code).toBe(0);
  await models.close();
  const unhealthy = await run("doctor");
  expect(unhealthy.stdout).toMatch(
    /^PROBLEM {2}model provider: http\S+: nothing listens there \(ECONNREFUSED\)\n +→ Check the provider's baseUrl/m,
  );
  expect(unhealthy.code).toBe(1);
  expect(await postgresPid(dataDir)).toBe(postgres);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
}, 120_000);

it("says what is wrong with a database that cannot be reached", async () => {
  const { code, stdout, stderr } = await programs.run(["doctor"], {
    dataDir: await programs.newDataDir(),
    env: {
      ERRAND_DATABASE_URL: "postgres://errand:hidden-word@127.0.0.1:1/errand",
      ERRAND_SECRET_KEY: Buffer.alloc(32).toString("base64"),
    },
  });
  expect(stdout).toMatch(
    /^PROBLEM {2}database: .*ECONNREFUSED 127\.0\.0\.1:1\n +→ Check ERRAND_DATABASE_URL/m,
  );
  expect(stdout + stderr).not.toContain("hidden-word");
  expect(code).toBe(1);
});

it("makes nothing where it finds nothing, and says so", async () => {
  const dataDir = await programs.newDataDir();
  const missing = await programs.run(["doctor"], { dataDir });
  expect(missing.stdout).toContain(`PROBLEM  data directory: ${dataDir} does not exist\n`);
  expect(missing.stdout).toContain(`PROBLEM  database: there is none in ${dataDir}\n`);
  expect(missing.code).toBe(1);
  expect(existsSync(dataDir)).toBe(false);

  await mkdir(dataDir);
  const empty = await programs.run(["doctor"], { dataDir });
  expect(empty.stdout).toMatch(/^ok {7}data directory: .* GB free$/m);
  expect(empty.stdout).toMatch(/^PROBLEM {2}database: there is none in .*\n +→ .*correct ERRAND_DATA_DIR/m);
  expect(empty.code).toBe(1);
  expect(await readdir(dataDir)).toEqual([]);
});
