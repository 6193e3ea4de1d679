import { randomBytes } from "node:crypto";
import path from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { createCipher } from "../../src/base/crypto.ts";
import { contribute, Extensions } from "../../src/base/extensions.ts";
import { newId } from "../../src/base/ids.ts";
import { createLogger } from "../../src/base/log.ts";
import { noMetrics } from "../../src/base/metrics.ts";
import { createDatabase, createSignals, migrate, readMigrations } from "../../src/db/index.ts";
import { type Core, type ExecutionKind, executionKinds } from "../../src/engine/index.ts";

export interface BenchCore extends Core {
  readonly workspaceId: string;
  newWorkspace(): Promise<string>;
  close(): Promise<void>;
}

const migrationsDirectory = path.join(import.meta.dirname, "..", "..", "migrations");

/** Errand's core on an empty database, with one workspace and the given kinds of execution. */
export async function createBenchCore(
  databaseUrl: string,
  kinds: readonly ExecutionKind[],
): Promise<BenchCore> {
  await migrate(databaseUrl, await readMigrations(migrationsDirectory));
  const log = createLogger({ level: "error", pretty: false });
  const clock = systemClock;
  const extensions = new Extensions();
  extensions.add([contribute(executionKinds, ...kinds)]);
  const signals = createSignals({ url: databaseUrl, log, clock, processId: newId() });
  const core: Core = {
    db: createDatabase({ url: databaseUrl, log, clock, signals }),
    signals,
    jobs: { send: () => Promise.reject(new Error("the benchmark sends no jobs")) },
    clock,
    log,
    metrics: noMetrics,
    tracer: undefined,
    cipher: createCipher(randomBytes(32)),
    extensions,
    publicUrl: "http://127.0.0.1",
  };
  await core.signals.start();
  async function newWorkspace(): Promise<string> {
    const id = newId();
    await core.db.autocommit.query({
      text: "insert into workspaces (id, name) values ($1, 'bench')",
      values: [id],
    });
    return id;
  }
  return {
    ...core,
    newWorkspace,
    workspaceId: await newWorkspace(),
    async close() {
      await core.signals.stop();
      await core.db.close();
    },
  };
}
