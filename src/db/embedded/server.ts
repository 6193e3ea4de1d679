import { pause } from "../../base/clock.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { disownPidFile, readHolder } from "./holder.ts";
import { launchServer, type ServerContext } from "./launch.ts";
import { rememberPort } from "./port.ts";
import type { PostmasterFile } from "./rules.ts";
import { stopServer } from "./stop.ts";
import { askServer } from "./store.ts";

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** True if it was running before. */
  readonly adopted: boolean;
}

/** A start that fails is repeated this long: what is left of a killed server needs a moment to end. */
const retryMs = 10_000;
const retryPauseMs = 200;
/** Recovery replays at most `max_wal_size` (1 GB) and a checkpoint's worth more. */
const startupMs = 120_000;
/** A server found stopping may be writing a large checkpoint; nobody waits for us at that moment. */
const patientBounds = { politeMs: 0, fastMs: 10_000, immediateMs: 3000, killMs: 1000 };
const pollMs = 50;

/** Adopts the server that runs on the data directory, or clears away what a dead one left and starts another. */
export async function bringUpServer(context: ServerContext): Promise<RunningServer> {
  const server = await adoptOrLaunch(context);
  await rememberPort(context.portFile, server.port);
  return server;
}

async function adoptOrLaunch(context: ServerContext): Promise<RunningServer> {
  const { clock, location, signal } = context;
  const startedAt = clock.monotonicMs();
  let launches = 0;
  while (!signal.aborted) {
    const state = await readHolder(location.data);
    if (state.kind === "ours") {
      const adopted = await adoptServer(context, state.file);
      if (adopted) return adopted;
      continue;
    }
    if (state.kind === "moved") {
      context.log(`stopping PostgreSQL (pid ${state.file.pid}), which still knows the data by its old path`);
      await stopServer(clock, state.file.pid, patientBounds);
      continue;
    }
    // A server writes its file in two steps, so a file that cannot be read is given a moment before it is removed.
    if (state.kind === "unreadable" && clock.monotonicMs() - startedAt < 1000) {
      await pause(clock, pollMs);
      continue;
    }
    if (state.kind !== "none") await disownPidFile(location.data, process.pid);
    // Only once: a port that we may listen on can still be refused to the server, for instance one below 1024.
    const result = await launchServer(context, startupMs, launches === 0);
    launches += 1;
    if (result.kind === "ready") return { pid: result.pid, port: result.port, adopted: false };
    if (clock.monotonicMs() - startedAt >= retryMs) {
      throw new EmbeddedPostgresError(
        `PostgreSQL does not start: ${result.reason} The whole log is ${context.logFile}.`,
      );
    }
    await pause(clock, retryPauseMs, signal);
  }
  throw new EmbeddedPostgresError("PostgreSQL was not started, because Errand is stopping.");
}

/** Waits until the running server answers. Undefined when it has gone instead, by itself or because it had to be stopped. */
async function adoptServer(
  context: ServerContext,
  found: PostmasterFile,
): Promise<RunningServer | undefined> {
  const { clock, location, log, signal } = context;
  const startedAt = clock.monotonicMs();
  let readySince: number | undefined;
  let told = false;
  while (!signal.aborted) {
    const state = await readHolder(location.data);
    if (state.kind !== "ours" || state.file.pid !== found.pid) return undefined;
    const { pid, port, status } = state.file;
    if (status === "stopping") {
      log(`waiting for PostgreSQL (pid ${pid}), which is stopping`);
      // It may be waiting for its clients to leave by themselves; the first signal ends that.
      await stopServer(clock, pid, patientBounds);
      return undefined;
    }
    const now = clock.monotonicMs();
    if (status === "ready") {
      readySince ??= now;
      const answer = await askServer(context.urlFor(port, "postgres"), state.file.dataDir);
      if (answer.kind === "serves") return { pid, port, adopted: true };
      if (answer.kind === "refused") {
        throw new EmbeddedPostgresError(
          `PostgreSQL (pid ${pid}) runs on ${location.data} but refuses our password (${answer.reason}). Restore postgres.password in the data directory.`,
        );
      }
      if (now - readySince > retryMs) {
        log(`PostgreSQL (pid ${pid}) has not answered for 10 seconds (${answer.reason}): stopping it`);
        await stopServer(clock, pid);
        return undefined;
      }
    } else if (!told) {
      told = true;
      log(`waiting for PostgreSQL (pid ${pid}), which is starting`);
    } else if (now - startedAt > startupMs) {
      throw new EmbeddedPostgresError(
        `PostgreSQL (pid ${pid}) has been starting for ${startupMs / 1000} seconds. See ${context.logFile}; start Errand again when it is done.`,
      );
    }
    await pause(clock, pollMs);
  }
  return undefined;
}
