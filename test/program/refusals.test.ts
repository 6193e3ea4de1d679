import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../database.ts";
import { createPrograms, type Program, type Programs, postgresPid } from "../program.ts";

/*
 * Whatever keeps Errand from starting is one sentence for the person who starts it: what is wrong and what to do.
 */

let programs: Programs;
let database: TestDatabase;
let dataDir: string;
let running: Program;
let secretKey: string;

const newKey = () => randomBytes(32).toString("base64");

beforeAll(async () => {
  programs = createPrograms();
  database = await createTestDatabase();
  dataDir = await programs.newDataDir();
  running = await programs.start({ dataDir, env: { ERRAND_DEMO: "0" } });
  secretKey = newKey();
});

afterAll(async () => {
  await programs.close();
  await database.drop();
});

/** Starts with these settings, expects a refusal, and answers its sentence. */
async function refusal(env: Readonly<Record<string, string>>, directory = dataDir): Promise<string> {
  const { code, stderr } = await programs.run(["start"], { dataDir: directory, env });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toMatch(/^\s*at |node:internal|Error:/);
  expect(code).toBe(1);
  return stderr.trimEnd();
}

describe("a start is refused in one sentence", () => {
  it("when the port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await refusal({ ERRAND_PORT: String(port) })).toBe(
      `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another one with ERRAND_PORT.`,
    );
    server.close();
  });

  it("when the address is none of this machine's", async () => {
    expect(await refusal({ ERRAND_HOST: "192.0.2.1" })).toMatch(
      /^192\.0\.2\.1 is not an address of this machine\./,
    );
  });

  it("when a setting cannot be used, or is none", async () => {
    expect(await refusal({ ERRAND_PORT: "http" })).toBe(
      'ERRAND_PORT "http" cannot be used. Accepted: 0 to 65535; 0 takes any free port.',
    );
    expect(await refusal({ ERRAND_PROT: "3000" })).toMatch(/^ERRAND_PROT is not a setting of Errand\./);
  });

  it("when another Errand runs on the data directory", async () => {
    expect(await refusal({})).toBe(
      `another Errand (pid ${running.pid}) is running on this data directory (${dataDir}). Stop it, or set ERRAND_DATA_DIR to another directory.`,
    );
  });

  it("when the data directory cannot be written", async () => {
    const file = join(dirname(dataDir), "file");
    await writeFile(file, "");
    expect(await refusal({}, join(file, "data"))).toMatch(
      /^cannot use the data directory .*Set ERRAND_DATA_DIR to a directory that this user can write\.$/,
    );
  });

  it("when PostgreSQL cannot be reached or does not let us in, without repeating the password", async () => {
    const url = new URL(database.url);
    const silent = createServer();
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    silent.close();
    await once(silent, "close");
    const wrong = {
      nobody: `postgres://errand:hidden-word@127.0.0.1:${port}/errand`,
      password: `postgres://${url.username}:hidden-word@${url.host}/postgres`,
      database: `postgres://${url.username}:${url.password}@${url.host}/there_is_none`,
      host: "postgres://errand:hidden-word@host.invalid/errand",
    };
    const said = await Promise.all(
      Object.values(wrong).map((ERRAND_DATABASE_URL) =>
        refusal({ ERRAND_DATABASE_URL, ERRAND_SECRET_KEY: secretKey }),
      ),
    );
    for (const sentence of said) {
      expect(sentence).toMatch(/ERRAND_DATABASE_URL/);
      expect(sentence).not.toContain("hidden-word");
      expect(sentence).not.toContain(url.password);
    }
    expect(said[0]).toContain(`127.0.0.1:${port}`);
    expect(said[1]).toMatch(/password authentication failed/);
    expect(said[2]).toMatch(/database "there_is_none" does not exist/);
    expect(said[3]).toContain("host.invalid");
  });

  it("when there is a database of one's own and no secret key", async () => {
    expect(await refusal({ ERRAND_DATABASE_URL: database.url })).toMatch(
      /^ERRAND_SECRET_KEY is required with ERRAND_DATABASE_URL: 32 bytes in base64/,
    );
  });

  it("when the secret key is another one than before", async () => {
    const env = { ERRAND_DATABASE_URL: database.url, ERRAND_SECRET_KEY: secretKey };
    const directory = await programs.newDataDir();
    await (await programs.start({ dataDir: directory, env })).stop();
    const other = newKey();
    const sentence = await refusal({ ...env, ERRAND_SECRET_KEY: other }, directory);
    expect(sentence).toMatch(/^ERRAND_SECRET_KEY is not the key that this database was first started with/);
    expect(sentence).not.toContain(other);
    const again = await programs.start({ dataDir: directory, env });
    expect(await again.stop()).toEqual({ code: 0, signal: null });
  }, 60_000);

  it("when the data directory's key is not the database's", async () => {
    await running.stop();
    const file = join(dataDir, "secret.key");
    await writeFile(file, `${newKey()}\n`);
    expect(await refusal({})).toBe(
      `${file} is not the key that this database was first started with. Put the former one back: without it stored secrets cannot be read.`,
    );
    expect(await postgresPid(dataDir)).toBeUndefined();
    const run = (...args: string[]) =>
      programs.run(args, { dataDir, env: { ERRAND_DEMO: "0", ERRAND_LOG_LEVEL: "warn" } });
    expect(await run("doctor")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^PROBLEM {2}secret key: .* is not the key .*\n +→ .*secret-key accept/m),
    });
    await rm(file);
    expect((await run("doctor")).stdout).toMatch(/^PROBLEM {2}secret key: .* is missing\. Put it back/m);
    // It only looks: a new key would be taken for the one that is missing.
    expect(existsSync(file)).toBe(false);

    await writeFile(file, `${newKey()}\n`);
    expect(await run("secret-key", "accept")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("The present secret key is accepted."),
    });
    expect((await run("doctor")).stdout).toMatch(/^ok {7}secret key: the one that this database/m);
    const again = await programs.start({ dataDir });
    expect(await again.stop()).toEqual({ code: 0, signal: null });
    await writeFile(file, "not a key\n");
    expect(await refusal({})).toMatch(/does not hold a key of 32 bytes in base64/);
  }, 60_000);
});
