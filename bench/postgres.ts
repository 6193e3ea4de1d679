import { rm } from "node:fs/promises";
import pg from "pg";
import { systemClock } from "../src/base/clock.ts";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";

/** A running server with an empty data directory of its own; disposing of it stops it and removes its files. */
export interface BenchPostgres extends AsyncDisposable {
  /** Creates an empty database and answers its address. Drops the one it made before. */
  createDatabase(): Promise<string>;
}

/** Starts the server that Errand brings, with its data in `directory` and with the given settings besides. */
export async function startPostgres(
  directory: string,
  settings: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<BenchPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: directory, log, clock: systemClock, settings });
  let databases = 0;
  return {
    async createDatabase() {
      const admin = new pg.Client({ connectionString: server.url });
      await admin.connect();
      try {
        if (databases > 0) await admin.query(`drop database bench${databases} with (force)`);
        databases++;
        await admin.query(`create database bench${databases}`);
        // Otherwise the pages of one system's sample are written out during the next one's.
        await admin.query("checkpoint");
      } finally {
        await admin.end();
      }
      const url = new URL(server.url);
      url.pathname = `bench${databases}`;
      return url.href;
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      // As root they may lie outside `directory`, where the server's account can enter.
      await rm(server.location, { recursive: true, force: true });
    },
  };
}
