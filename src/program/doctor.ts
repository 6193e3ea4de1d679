import { existsSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { describeNetworkFault, listModelAddresses } from "../agents/index.ts";
import { abortAfter, systemClock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { createGuardedFetch } from "../base/guarded-fetch.ts";
import type { Logger } from "../base/log.ts";
import type { Config } from "../config.ts";
import { hasEmbeddedPostgres } from "../db/embedded/index.ts";
import { checkRoles, leastPostgres, pendingMigrations, type Queryable, readMigrations } from "../db/index.ts";
import { migrationsDirectory } from "./open.ts";
import { probePort } from "./port.ts";
import { compareSecretKey, SecretKeyError } from "./secret-key.ts";
import { readServerFacts, type ServerFacts, withServer } from "./server-store.ts";
import { withCore, withDatabase } from "./session.ts";

/** What one check found. `advice` says what to do about it. */
interface Finding {
  readonly what: string;
  readonly state: "ok" | "note" | "problem";
  readonly found: string;
  readonly advice?: string;
}

const noData =
  "If Errand has run here before, correct ERRAND_DATA_DIR. Before its first start there is nothing to look at: `errand start` makes it.";
const leastNode = 26;
const leastFreeBytes = 1024 ** 3;
const mostClockDifferenceMs = 2_000;
const providerTimeoutMs = 5_000;
const noAnswer = `there was no answer within ${providerTimeoutMs / 1_000} s`;

/** `errand doctor`: checks what Errand stands on; `healthy` is false if something must be done. */
export async function diagnose(
  config: Config,
  log: Logger,
): Promise<{ readonly lines: readonly string[]; readonly healthy: boolean }> {
  const findings = [
    checkNode(),
    await checkDataDirectory(config),
    await checkPort(config),
    ...(await checkServer(config, log)),
  ];
  return {
    lines: findings.flatMap(render),
    healthy: findings.every(({ state }) => state !== "problem"),
  };
}

function render({ what, state, found, advice }: Finding): string[] {
  const mark = { ok: "ok     ", note: "note   ", problem: "PROBLEM" }[state];
  return [`${mark}  ${what}: ${found}`, ...(advice === undefined ? [] : [`         → ${advice}`])];
}

function checkNode(): Finding {
  const what = "Node";
  const found = process.version;
  if (Number.parseInt(process.versions.node, 10) >= leastNode) return { what, state: "ok", found };
  return {
    what,
    state: "problem",
    found,
    advice: `Node ${leastNode} is needed. Run \`npm ci\` and start with \`npm start\`, which uses the one it brings.`,
  };
}

async function checkDataDirectory({ dataDir, databaseUrl }: Config): Promise<Finding> {
  const what = "data directory";
  if (databaseUrl !== undefined) return { what, state: "ok", found: "not used: ERRAND_DATABASE_URL is set" };
  try {
    if (!existsSync(dataDir))
      return { what, state: "problem", found: `${dataDir} does not exist`, advice: noData };
    await access(dataDir, constants.W_OK);
    const { bavail, bsize } = await statfs(dataDir);
    const gigabytes = ((bavail * bsize) / 1024 ** 3).toFixed(1);
    const found = `${dataDir}, ${gigabytes} GB free`;
    if (bavail * bsize >= leastFreeBytes) return { what, state: "ok", found };
    return { what, state: "problem", found, advice: "Make room: PostgreSQL stops when the disk is full." };
  } catch (error) {
    return {
      what,
      state: "problem",
      found: messageOf(error),
      advice: "Make it writable for this account, or set ERRAND_DATA_DIR.",
    };
  }
}

async function checkPort({ host, port }: Config): Promise<Finding> {
  const what = "port";
  try {
    await probePort(host, port);
    return { what, state: "ok", found: `${host}:${port} is free` };
  } catch (error) {
    return { what, state: "note", found: messageOf(error), advice: "If that is Errand itself, all is well." };
  }
}

async function checkServer(config: Config, log: Logger): Promise<readonly Finding[]> {
  try {
    const { databaseUrl, dataDir } = config;
    // Opening it would make one, and a mistyped path would look like an Errand in good health.
    if (databaseUrl === undefined && !(await hasEmbeddedPostgres(dataDir)))
      return [{ what: "database", state: "problem", found: `there is none in ${dataDir}`, advice: noData }];
    return await withDatabase(config, log, async (url) => {
      return await withServer(url, async (database) => {
        const before = systemClock.now().getTime();
        const facts = await readServerFacts(database);
        const between = new Date((before + systemClock.now().getTime()) / 2);
        const schema = await checkMigrations(database);
        return [
          checkVersion(facts),
          checkClock(facts, between),
          schema,
          ...(facts.hasSchema ? [await checkRowSecurity(url)] : []),
          ...(schema.state === "ok" ? await checkSecrets(database, config, log, url) : []),
        ];
      });
    });
  } catch (error) {
    const advice =
      config.databaseUrl === undefined
        ? `Look into ${config.dataDir}/postgres.log.`
        : "Check ERRAND_DATABASE_URL: host, port, database, user and password, and whether the server accepts this machine.";
    return [{ what: "database", state: "problem", found: messageOf(error), advice }];
  }
}

function checkVersion({ versionNumber, version }: ServerFacts): Finding {
  const finding = { what: "database", found: `PostgreSQL ${version}` } as const;
  if (versionNumber >= leastPostgres) return { ...finding, state: "ok" };
  return { ...finding, state: "problem", advice: "PostgreSQL 16 or later is needed." };
}

function checkClock(facts: ServerFacts, now: Date): Finding {
  const difference = Math.abs(facts.now.getTime() - now.getTime());
  const finding = { what: "clock", found: `${Math.round(difference)} ms apart from the database's` } as const;
  if (difference <= mostClockDifferenceMs) return { ...finding, state: "ok" };
  return {
    ...finding,
    state: "note",
    advice:
      "Due times follow the database's clock. Synchronise both machines by NTP, or times on the screen look wrong.",
  };
}

async function checkMigrations(database: Queryable): Promise<Finding> {
  const what = "schema";
  const pending = await pendingMigrations(database, await readMigrations(migrationsDirectory));
  if (pending.length === 0) return { what, state: "ok", found: "up to date" };
  return {
    what,
    state: "note",
    found: `${pending.length} migrations are missing`,
    advice: "`errand start` applies them; `errand migrate` does only that.",
  };
}

async function checkRowSecurity(url: string): Promise<Finding> {
  const what = "roles";
  try {
    await checkRoles(url);
    return { what, state: "ok", found: "row-level security is in force" };
  } catch (error) {
    return { what, state: "problem", found: messageOf(error) };
  }
}

/** The key of the stored secrets and, if it is the right one, what it opens. */
async function checkSecrets(
  database: Queryable,
  config: Config,
  log: Logger,
  url: string,
): Promise<readonly Finding[]> {
  const what = "secret key";
  try {
    // Without a first start there is no provider either, and opening the core would make a key.
    if (!(await compareSecretKey(database, config))) return [{ what, state: "ok", found: "not used yet" }];
    const found = "the one that this database was first started with";
    return [{ what, state: "ok", found }, ...(await checkProviders(config, log, url))];
  } catch (error) {
    if (!(error instanceof SecretKeyError)) throw error;
    const advice =
      "If it is lost for good, `errand secret-key accept` makes do without it; see docs/guide/running.md.";
    return [{ what, state: "problem", found: error.message, advice }];
  }
}

/** Whether the servers of the configured models answer at all; their keys are not tried, that would cost money. */
async function checkProviders(config: Config, log: Logger, url: string): Promise<readonly Finding[]> {
  const addresses = await withCore(config, log, url, ({ core }) => listModelAddresses(core));
  const fetch = createGuardedFetch({ allowPrivate: true, privateHosts: config.privateHosts });
  try {
    return await Promise.all(
      addresses.map(async (address): Promise<Finding> => {
        const what = "model provider";
        const timeout = abortAfter(systemClock, providerTimeoutMs);
        try {
          const response = await fetch(address, { signal: timeout.signal });
          await response.body?.cancel();
          return { what, state: "ok", found: `${address} answers` };
        } catch (error) {
          return {
            what,
            state: "problem",
            found: `${address}: ${timeout.signal.aborted ? noAnswer : describeNetworkFault(error)}`,
            advice: "Check the provider's baseUrl, its server and the network.",
          };
        } finally {
          timeout.cancel();
        }
      }),
    );
  } finally {
    await fetch.close();
  }
}
