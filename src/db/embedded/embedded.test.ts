import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, describe, expect, onTestFinished, test } from "vitest";
import { until } from "../../../test/until.ts";
import { systemClock } from "../../base/clock.ts";
import { locatePackage, prepareBinaries } from "./binaries.ts";
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  findRunningPostgres,
  startEmbeddedPostgres,
} from "./index.ts";
import { isRunning, run } from "./process.ts";
import { type Account, findAccount, parsePostmasterFile } from "./rules.ts";

const root = process.getuid?.() === 0;
const lowPortsFile = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
const lowPortsReserved = existsSync(lowPortsFile) && Number(readFileSync(lowPortsFile, "utf8")) > 1;
const settings = { fsync: "off", shared_buffers: "16MB", max_connections: "20" };
const cleanups: (() => Promise<unknown>)[] = [];
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const server of running.splice(0)) await server.stop();
});

afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

async function makeDir(parent = "/tmp", mode = 0o755): Promise<string> {
  const directory = await realpath(await mkdtemp(join(parent, "errand-embedded-")));
  await chmod(directory, mode);
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function start(dataDir: string, log: (message: string) => void = () => {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log, clock: systemClock, settings });
  running.push(server);
  return server;
}

interface Child {
  readonly child: ChildProcess;
  /** What `startEmbeddedPostgres` answered or threw there; undefined if the child ended before. */
  readonly answer: Promise<Record<string, string | number | boolean> | undefined>;
}

/** Another Errand: a process of its own that starts the database and stays, with nothing in its environment. */
function startInChild(dataDir: string, account?: Account): Child {
  const source = `
    process.on("SIGINT", () => {});
    const { startEmbeddedPostgres } = await import(${JSON.stringify(join(import.meta.dirname, "index.ts"))});
    const { systemClock } = await import(${JSON.stringify(join(import.meta.dirname, "../../base/clock.ts"))});
    const options = ${JSON.stringify({ dataDir, settings })};
    try {
      const { url, pid, port, adopted, location } = await startEmbeddedPostgres({ ...options, clock: systemClock, log() {} });
      console.log(JSON.stringify({ url, pid, port, adopted, location }));
      setInterval(() => {}, 1000);
    } catch (error) {
      console.log(JSON.stringify({ name: error.name, message: error.message }));
      process.exit(1);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: "/",
    env: {},
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  children.push(child);
  const answer = new Promise<Record<string, string | number | boolean> | undefined>((resolve) => {
    child.stdout?.setEncoding("utf8").once("data", (line: string) => resolve(JSON.parse(line)));
    child.once("close", () => resolve(undefined));
  });
  return { child, answer };
}

async function killHard(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once("exit", resolve));
  // The whole group, so that an initdb that runs in it is cut off too.
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await closed;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const pidFileOf = (location: string) => join(location, "postmaster.pid");

/** A pid file as a server that died on `location` would have left it, naming `pid`. */
async function leavePidFile(location: string, pid: number): Promise<void> {
  await writeFile(
    pidFileOf(location),
    `${pid}\n${location}\n1790000000\n5432\n\n127.0.0.1\n  0  0\nready   \n`,
  );
}

async function serverAccount(location: string): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = await stat(location);
  return { uid, gid };
}

describe("one data directory through its life", () => {
  let dataDir = "";

  test("first start with an empty environment: UTF-8, password, Ctrl-C does not reach the server", async () => {
    dataDir = join(await makeDir(), "deep", ".errand");
    const { child, answer } = startInChild(dataDir);
    const first = await answer;
    expect(first).toMatchObject({ adopted: false });
    const url = String(first?.url);
    expect(url).toMatch(/^postgres:\/\/postgres:[0-9a-f]{48}@127\.0\.0\.1:\d+\/errand$/);
    const [facts] = await query(
      url,
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider::text as provider, lower('ÄÖ') as lower,
              current_setting('unix_socket_directories') as sockets, current_setting('max_connections') as connections
       from pg_database where datname = 'errand'`,
    );
    expect(facts).toEqual({ encoding: "UTF8", provider: "b", lower: "äö", sockets: "", connections: "20" });
    await expect(query(url.replace(/:[0-9a-f]{48}@/, ":wrong@"), "select 1")).rejects.toThrow(/password/);
    expect((await stat(join(dataDir, "postgres.password"))).mode & 0o777).toBe(0o600);

    process.kill(-Number(child.pid), "SIGINT");
    await query(url, "create table kept as select 42 as answer");

    // Killed as the machine's out-of-memory killer would: the server lives on and is found by the next test.
    await killHard(child);
    expect(await isRunning(Number(first?.pid))).toBe(true);
  });

  test("a live server left behind is adopted, whatever port was noted down", async () => {
    const location = join(dataDir, "postgres", "data");
    const orphan = parsePostmasterFile(await readFile(pidFileOf(location), "utf8"));
    await writeFile(join(dataDir, "postgres.port"), "1\n");
    const server = await start(dataDir);
    expect(server).toMatchObject({ adopted: true, pid: orphan?.pid, port: orphan?.port, location });
    expect(await readFile(join(dataDir, "postgres.port"), "utf8")).toBe(`${server.port}\n`);
    expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);

    const message = new RegExp(`another Errand \\(pid ${process.pid}\\) is running on this data directory`);
    await expect(start(dataDir)).rejects.toThrow(EmbeddedPostgresError);
    const second = await startInChild(dataDir).answer;
    expect(second).toMatchObject({ name: "EmbeddedPostgresError", message: expect.stringMatching(message) });
    expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("a command finds the server while it runs, without a lock and without changing anything", async () => {
    expect(await findRunningPostgres(join(dataDir, "missing"))).toBeUndefined();
    expect(existsSync(join(dataDir, "missing"))).toBe(false);
    const server = await start(dataDir);
    const link = `${dataDir}-link`;
    await symlink(dataDir, link);
    for (const path of [dataDir, link]) expect(await findRunningPostgres(path)).toEqual({ url: server.url });
    expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);

    const passwordFile = join(dataDir, "postgres.password");
    const password = await readFile(passwordFile, "utf8");
    await writeFile(passwordFile, "wrong\n");
    await expect(findRunningPostgres(dataDir)).rejects.toThrow(/refuses our password/);
    await writeFile(passwordFile, password);

    const pidFile = await readFile(pidFileOf(server.location));
    await server.stop();
    expect(await findRunningPostgres(dataDir)).toBeUndefined();
    // As after a crash: the file is still there, the process is not.
    await writeFile(pidFileOf(server.location), pidFile);
    expect(await findRunningPostgres(dataDir)).toBeUndefined();
  });

  test("stop ends open transactions, may be called twice, and the next start has the data and the port", async () => {
    const server = await start(dataDir);
    const client = new pg.Client(server.url);
    client.on("error", () => {});
    await client.connect();
    await client.query("begin; insert into kept values (43)");
    const begun = performance.now();
    await Promise.all([server.stop(), server.stop()]);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(await isRunning(server.pid)).toBe(false);
    await client.end().catch(() => {});

    const next = await start(dataDir);
    expect(next).toMatchObject({ adopted: false, port: server.port, url: server.url });
    expect(await query(next.url, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("a server that dies is started again on the same port", async () => {
    const server = await start(dataDir);
    const before = server.pid;
    process.kill(before, "SIGKILL");
    await until("the server runs again", () => server.pid !== before);
    expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("a server that does not react is stopped in the same bound", async () => {
    const server = await start(dataDir);
    process.kill(server.pid, "SIGSTOP");
    const begun = performance.now();
    await server.stop();
    expect(performance.now() - begun).toBeLessThan(6000);
    expect(await isRunning(server.pid)).toBe(false);
  });

  test("pid files of the dead, of strangers, and cut off ones are cleared away", async () => {
    const { location } = await start(dataDir).then(async (server) => {
      await server.stop();
      return server;
    });
    const gone = spawn("/bin/true");
    await new Promise((resolve) => gone.once("exit", resolve));
    await leavePidFile(location, Number(gone.pid));
    await (await start(dataDir)).stop();

    // Of the server's own account: only then PostgreSQL itself refuses to start.
    const stranger = spawn("sleep", ["60"], await serverAccount(location));
    onTestFinished(() => void stranger.kill("SIGKILL"));
    await leavePidFile(location, Number(stranger.pid));
    await (await start(dataDir)).stop();
    expect(await isRunning(Number(stranger.pid))).toBe(true);

    await writeFile(pidFileOf(location), "");
    const server = await start(dataDir);
    expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  // Containers often allow low ports to everybody.
  test.runIf(lowPortsReserved)("a port that the server may not listen on is given up", async () => {
    await writeFile(join(dataDir, "postgres.port"), "1\n");
    expect((await start(dataDir)).port).toBeGreaterThan(1023);
  });

  test("a taken port is left alone", async () => {
    const server = await start(dataDir);
    await server.stop();
    const squatter = createServer().listen(server.port, "127.0.0.1");
    await new Promise((resolve) => squatter.once("listening", resolve));
    onTestFinished(() => void squatter.close());
    const next = await start(dataDir);
    expect(next.port).not.toBe(server.port);
    expect(await query(next.url, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("a server that is shutting down is waited for, even if its clients do not leave", async () => {
    const { child, answer } = startInChild(dataDir);
    const left = await answer;
    const client = new pg.Client(String(left?.url));
    client.on("error", () => {});
    await client.connect();
    await killHard(child);
    process.kill(Number(left?.pid), "SIGTERM");
    const file = pidFileOf(String(left?.location));
    await until("it is stopping", async () => (await readFile(file, "utf8")).includes("stopping"));
    const server = await start(dataDir);
    expect(server.adopted).toBe(false);
    expect(server.pid).not.toBe(left?.pid);
    await client.end().catch(() => {});
  });

  test("the directory may be renamed, also under a running server", async () => {
    const { child, answer } = startInChild(dataDir);
    const left = await answer;
    await killHard(child);
    const renamed = `${dataDir}-renamed`;
    await rename(dataDir, renamed);
    dataDir = renamed;
    const server = await start(dataDir);
    expect(server.location.startsWith(renamed)).toBe(true);
    expect(await isRunning(Number(left?.pid))).toBe(false);
    expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("a start that cannot succeed says why, and frees the directory", async () => {
    await rename(join(dataDir, "postgres.password"), join(dataDir, "elsewhere"));
    await expect(start(dataDir)).rejects.toThrow(/postgres\.password is missing/);
    await rename(join(dataDir, "elsewhere"), join(dataDir, "postgres.password"));
    await (await start(dataDir)).stop();
    const version = join(dataDir, "postgres", "data", "PG_VERSION");
    await writeFile(version, "17\n");
    await expect(start(dataDir)).rejects.toThrow(/made by PostgreSQL 17, but PostgreSQL 18 is installed/);
    await writeFile(version, "18\n");
    await start(dataDir);
  });
});

test("a first start that was killed while it made the files is begun anew", async () => {
  const dataDir = join(await makeDir(), ".errand");
  const home = join(dataDir, "postgres");
  const { child, answer } = startInChild(dataDir);
  await until("initdb has begun", async () => {
    const names = existsSync(home) ? await readdir(home) : [];
    return names.some((name) => existsSync(join(home, name, "data", "global")));
  });
  await killHard(child);
  expect(await answer).toBeUndefined();
  expect(existsSync(join(home, "data"))).toBe(false);
  const server = await start(dataDir);
  expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  expect(await readdir(home)).toEqual(["data"]);
});

describe.runIf(root)("as root", () => {
  test("below /root the database goes to /var/lib/errand, stays there, and is not found by a new directory", async () => {
    const dataDir = join(await makeDir("/root", 0o700), ".errand");
    const messages: string[] = [];
    const server = await start(dataDir, (message) => messages.push(message));
    expect(server.location).toMatch(/^\/var\/lib\/errand\/databases\/root-errand-embedded-/);
    const base = server.location.replace(/\/postgres\/data$/, "");
    cleanups.push(() => rm(base, { recursive: true, force: true }));
    expect(messages.join("\n")).toContain(base);
    expect((await stat(server.location)).uid).not.toBe(0);
    await query(server.url, "create table kept as select 42 as answer");
    await server.stop();

    const again = await start(dataDir);
    expect(again.location).toBe(server.location);
    expect(await findRunningPostgres(dataDir)).toEqual({ url: again.url });
    expect(await query(again.url, "select answer from kept")).toEqual([{ answer: 42 }]);
    const copy = `${dataDir}-copy`;
    await cp(dataDir, copy, { recursive: true });
    await expect(start(copy)).rejects.toThrow(/another Errand .* is running/);
    await again.stop();

    await rename(base, `${base}-gone`);
    cleanups.push(() => rm(`${base}-gone`, { recursive: true, force: true }));
    await expect(start(dataDir)).rejects.toThrow(/which is gone\. Restore it/);
  });

  test("the programs are copied where the server's account can enter, and missing links are made", async () => {
    const account = findAccount(await readFile("/etc/passwd", "utf8"), ["postgres", "errand", "nobody"]);
    if (account === undefined) throw new Error("no account to try");
    const hidden = join(await makeDir("/root", 0o700), "linux-x64");
    const copyRoot = await makeDir();
    // As npm unpacks the package under --ignore-scripts: no links.
    await cp(locatePackage(), hidden, {
      recursive: true,
      filter: (path) => !/\.so\.(6|60|5|3)$/.test(path) || /lib(z|xml2|lzma|crypto|ssl|xslt)/.test(path),
    });
    const messages: string[] = [];
    const log = (message: string) => void messages.push(message);
    const options = { installed: hidden, account, copyRoot, log };
    const binaries = await prepareBinaries(options);
    expect(binaries.postgres.startsWith(copyRoot)).toBe(true);
    expect((await run(binaries.postgres, ["--version"], account)).stdout).toContain("PostgreSQL");
    expect(messages).toHaveLength(1);
    expect(await prepareBinaries(options)).toEqual(binaries);
    expect(messages).toHaveLength(1);
    expect(await readdir(copyRoot)).toHaveLength(1);
  });

  test("an ordinary user needs no other account, and is told when the directory is not his", async () => {
    const nobody = findAccount(await readFile("/etc/passwd", "utf8"), ["nobody"]);
    if (nobody === undefined) throw new Error("no account to try");
    const parent = await makeDir("/tmp", 0o777);
    const { child, answer } = startInChild(join(parent, ".errand"), nobody);
    const server = await answer;
    expect(server).toMatchObject({ adopted: false, location: join(parent, ".errand", "postgres", "data") });
    await killHard(child);
    process.kill(Number(server?.pid), "SIGQUIT");
    await until("its server has ended", async () => !(await isRunning(Number(server?.pid))));

    const foreign = join(parent, "foreign");
    await mkdir(foreign, { mode: 0o711 });
    expect(await startInChild(foreign, nobody).answer).toMatchObject({
      name: "EmbeddedPostgresError",
      message: expect.stringContaining("Start Errand as the user who owns it"),
    });
  });
});
