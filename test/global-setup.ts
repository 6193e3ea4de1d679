import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { adminUrlVariable } from "./database.ts";

/** Starts one PostgreSQL for the whole run, without flushing: tests that need durability start their own. */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env[adminUrlVariable] !== undefined) return async () => undefined;
  const dataDir = await mkdtemp(join(tmpdir(), "errand-test-"));
  // As root PostgreSQL runs under another account, which must be able to enter.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    log: () => undefined,
    clock: systemClock,
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "400" },
  });
  process.env[adminUrlVariable] = server.url;
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
