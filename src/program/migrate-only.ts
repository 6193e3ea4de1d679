import type { Logger } from "../base/log.ts";
import type { Config } from "../config.ts";
import { migrateDatabase } from "./open.ts";
import { withDatabase } from "./session.ts";

/** `errand migrate`: answers what it did, as a sentence. */
export async function migrateOnly(config: Config, log: Logger): Promise<string> {
  const applied = await withDatabase(config, log, migrateDatabase);
  return applied.length === 0 ? "The database is up to date." : `Applied migrations ${applied.join(", ")}.`;
}
