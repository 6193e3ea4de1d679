import { randomBytes } from "node:crypto";
import { systemClock } from "../src/base/clock.ts";
import { createCipher } from "../src/base/crypto.ts";
import { Extensions } from "../src/base/extensions.ts";
import { newId } from "../src/base/ids.ts";
import { createLogger } from "../src/base/log.ts";
import { noMetrics } from "../src/base/metrics.ts";
import { createDatabase, createSignals } from "../src/db/index.ts";
import type { Core, Jobs } from "../src/engine/index.ts";
import { createTestDatabase } from "./database.ts";

export interface SentJob {
  readonly id: string;
  readonly payload: unknown;
}

export interface TestCore extends Core {
  readonly url: string;
  /** Jobs that were sent, in order; nothing runs them. Empty if `jobs` was given. */
  readonly sentJobs: readonly SentJob[];
  /** Makes a workspace and answers its UUID. */
  newWorkspace(name?: string): Promise<string>;
  close(): Promise<void>;
}

/** A core on a database of its own. Close it in `afterAll`. */
export async function createTestCore(
  options: Partial<Core> & { readonly logLevel?: string } = {},
): Promise<TestCore> {
  const { logLevel = "fatal", ...overrides } = options;
  const database = await createTestDatabase();
  const log = createLogger({ level: logLevel, pretty: false });
  const clock = overrides.clock ?? systemClock;
  const { url } = database;
  const sentJobs: SentJob[] = [];
  const jobs: Jobs = {
    send: async (_tx, id, payload) => {
      sentJobs.push({ id, payload });
    },
  };
  const signals = overrides.signals ?? createSignals({ url, log, clock, processId: newId() });
  const core: Core = {
    db: createDatabase({ url, log, clock, signals }),
    signals,
    jobs,
    clock,
    log,
    metrics: noMetrics,
    tracer: undefined,
    cipher: createCipher(randomBytes(32)),
    extensions: new Extensions(),
    publicUrl: "http://127.0.0.1:3000",
    ...overrides,
  };
  await core.signals.start();
  return {
    ...core,
    url,
    sentJobs,
    async newWorkspace(name = "test") {
      const id = newId();
      await core.db.autocommit.query({
        text: "insert into workspaces (id, name) values ($1, $2)",
        values: [id, name],
      });
      return id;
    },
    async close() {
      await core.signals.stop();
      await core.db.close();
      await database.drop();
    },
  };
}
