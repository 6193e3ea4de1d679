#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { systemClock } from "./base/clock.ts";
import { createLogger, type Logger } from "./base/log.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { EmbeddedPostgresError } from "./db/embedded/index.ts";
import { SchemaTooNewError, ServerTooOldError, UnsafeRoleError } from "./db/index.ts";
import { settleDemo } from "./demo/index.ts";
import { createModules } from "./modules.ts";
import { acceptKey, createKey, createOwnerLink } from "./program/access.ts";
import { buildNow, DashboardBuildError } from "./program/dashboard/index.ts";
import { DatabaseAccessError } from "./program/database-errors.ts";
import { diagnose } from "./program/doctor.ts";
import { migrateOnly } from "./program/migrate-only.ts";
import { PortError } from "./program/port.ts";
import { SecretKeyError } from "./program/secret-key.ts";
import { start } from "./program/start.ts";

/** A drain that takes longer is cut off: supervisors kill after ten seconds anyway. */
const longestDrainMs = 9_500;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Errors that say all there is to say: their stack would only hide the sentence. */
const sentences = [
  ConfigError,
  DashboardBuildError,
  DatabaseAccessError,
  EmbeddedPostgresError,
  PortError,
  SchemaTooNewError,
  ServerTooOldError,
  SecretKeyError,
  UnsafeRoleError,
];

async function main(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, "..", "package.json"), "utf8"));
  const program = new Command("errand")
    .description(
      "Runs the tasks that AI agents do for a company's customers. Settings come from the environment; see docs/reference/settings.md.",
    )
    .version(version);
  program
    .command("start", { isDefault: true })
    .description("start the roles of ERRAND_ROLES (default: all) and serve until stopped")
    .action(() => run((config, log) => serve(config, log, version)));
  program
    .command("migrate")
    .description("bring the database to this version's schema")
    .action(() => run(async (config, log) => print(await migrateOnly(config, log))));
  program
    .command("build")
    .description("make the dashboard's files if they are stale; `start` does so too")
    .action(() => run(async () => print(await buildNow())));
  program
    .command("doctor")
    .description("check the machine, the settings and the database, and say what to do")
    .action(() =>
      run(async (config, log) => {
        const { lines, healthy } = await diagnose(config, log);
        for (const line of lines) print(line);
        if (!healthy) process.exitCode = 1;
      }),
    );
  program
    .command("api-key")
    .description("API keys")
    .command("create")
    .description("make an API key in the first workspace and print it")
    .option("--name <name>", "what it is for", "command line")
    .option("--scope <scope>", "read, write or admin", "admin")
    .action((options: { name: string; scope: string }) =>
      run(async (config, log) => print(await createKey(config, log, options))),
    );
  program
    .command("owner-link")
    .description("make a new link for the first owner, in place of an earlier one")
    .action(() => run(async (config, log) => print(await createOwnerLink(config, log))));
  program
    .command("secret-key")
    .description("the key that seals stored secrets")
    .command("accept")
    .description("start over with the present key, if the one before is lost for good")
    .action(() => run(async (config, log) => print(await acceptKey(config, log))));
  await program.parseAsync();
}

/** Reads the settings and runs a command; a foreseeable error becomes its sentence and exit code 1. */
async function run(command: (config: Config, log: Logger) => Promise<void>): Promise<void> {
  try {
    const config = readConfig();
    await command(config, createLogger({ level: config.logLevel, pretty: process.stdout.isTTY === true }));
  } catch (error) {
    const known = sentences.some((kind) => error instanceof kind);
    process.stderr.write(
      `${known && error instanceof Error ? error.message : error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = 1;
  }
}

async function serve(config: Config, log: Logger, version: string): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort(name));
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  signal.addEventListener("abort", () => {
    log.info(`${signal.reason}: stopping`);
    systemClock.after(longestDrainMs, () => {
      log.error("stopping took too long");
      process.exit(1);
    });
  });
  try {
    const running = await start({ config, log, version, createModules, settleDemo, print, signal });
    await stopped;
    await running.stop();
  } catch (error) {
    // What a start that was told to stop ends with is an echo of that.
    if (!signal.aborted) throw error;
  }
  log.info("stopped");
  process.exit(0);
}

await main();
