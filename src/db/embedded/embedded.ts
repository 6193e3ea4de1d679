import { join } from "node:path";
import { type Clock, pause } from "../../base/clock.ts";
import { locatePackage, prepareBinaries } from "./binaries.ts";
import { database, ensureCluster, ensurePassword, serverUrl } from "./cluster.ts";
import { isHeldBy } from "./holder.ts";
import type { ServerContext } from "./launch.ts";
import { locate, prepareDataDir, sharedRoot } from "./location.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { bringUpServer, type RunningServer } from "./server.ts";
import { stopServer } from "./stop.ts";
import { ensureDatabase } from "./store.ts";

export interface EmbeddedOptions {
  /** Absolute; created if missing. */
  readonly dataDir: string;
  readonly log: (message: string) => void;
  readonly clock: Clock;
  /** Server settings that win over our defaults, for instance `{fsync: "off"}` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Ends a start that is under way, which may take minutes after a crash. Once it runs, `stop` is what ends it. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedPostgres {
  /** Of the superuser, to the database `errand`, on 127.0.0.1. Stays the same while this object lives. */
  readonly url: string;
  /** Changes if the server dies and is started again. */
  readonly pid: number;
  readonly port: number;
  /** True if the server was already running. */
  readonly adopted: boolean;
  /** The directory with the database files, which may lie outside the data directory. */
  readonly location: string;
  /** Stops the server and gives the data directory free. Within about 5 s; asked again it answers with the same promise. */
  stop(): Promise<void>;
}

const watchMs = 1000;

/**
 * Gets the embedded PostgreSQL of a data directory running and keeps it so. Everything that stands in the way is an
 * `EmbeddedPostgresError`; the directory is then free again.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, clock } = options;
  const dataDir = await prepareDataDir(options.dataDir);
  const locks: DirectoryLock[] = [lockDirectory(dataDir)];
  const abort = new AbortController();
  try {
    const location = await locate(dataDir, log);
    // A copy of the data directory points to the same database.
    if (location.base !== dataDir) locks.push(lockDirectory(location.base));
    const settings = options.settings ?? {};
    const password = await ensurePassword(dataDir, location.data);
    const binaries = await prepareBinaries({
      installed: locatePackage(),
      account: location.account,
      copyRoot: sharedRoot,
      log,
    });
    await ensureCluster({ location, binaries, password, durable: settings.fsync !== "off", log });
    const context: ServerContext = {
      location,
      binaries,
      settings,
      logFile: join(dataDir, "postgres.log"),
      portFile: join(dataDir, "postgres.port"),
      urlFor: (port, name) => serverUrl(password, port, name),
      log,
      clock,
      signal: abort.signal,
    };
    const signal = AbortSignal.any([abort.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    const server = await bringUpServer({ ...context, signal });
    await ensureDatabase(context.urlFor(server.port, "postgres"), database).catch(async (error: unknown) => {
      await stopServer(clock, server.pid);
      throw error;
    });
    const where =
      location.base === dataDir ? "" : `; its files lie in ${location.base}, which its account can enter`;
    const account = location.account ? ` as ${location.account.name}` : "";
    log(
      `PostgreSQL ${server.adopted ? "was still running" : "runs"}${account} on port ${server.port}${where}`,
    );
    return supervise(context, server, abort, () => {
      for (const lock of locks) lock.release();
    });
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
}

/** Starts the server again, on the same port, whenever it ends without being asked to. */
function supervise(
  context: ServerContext,
  started: RunningServer,
  abort: AbortController,
  release: () => void,
): EmbeddedPostgres {
  const { clock, location, log } = context;
  let pid = started.pid;
  let stopped: Promise<void> | undefined;

  async function watch(): Promise<void> {
    while (!abort.signal.aborted) {
      await pause(clock, watchMs, abort.signal);
      try {
        if (abort.signal.aborted || (await isHeldBy(location.data, pid))) continue;
        log(`PostgreSQL (pid ${pid}) has ended by itself: starting it again`);
        pid = (await bringUpServer({ ...context, fixedPort: started.port })).pid;
        log(`PostgreSQL runs again (pid ${pid})`);
      } catch (error) {
        if (!abort.signal.aborted) log(error instanceof Error ? error.message : String(error));
      }
    }
  }

  const watching = watch();
  async function stop(): Promise<void> {
    abort.abort();
    try {
      await watching;
      if (await isHeldBy(location.data, pid)) await stopServer(clock, pid);
    } finally {
      release();
    }
  }

  return {
    url: context.urlFor(started.port, database),
    get pid() {
      return pid;
    },
    port: started.port,
    adopted: started.adopted,
    location: location.data,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
