import { access } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { buildDashboard, builtDirectory, DashboardBuildError } from "./build.ts";

export { buildDashboard, DashboardBuildError, generateClient } from "./build.ts";

/** Of this clone or package. */
export const root = join(import.meta.dirname, "..", "..", "..");

interface Preparing {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Writes a line for the person who started the program. */
  print(line: string): void;
}

/**
 * The directory of the dashboard's files for a start, built if they are stale. A build that fails keeps nobody from the
 * API: the log says why, and what was built before is served, or undefined if nothing was.
 */
export async function prepareDashboard({ log, signal, print }: Preparing): Promise<string | undefined> {
  try {
    const onBuild = () => print("Building the dashboard; this takes some seconds and is done once …");
    return await buildDashboard({ root, signal, onBuild });
  } catch (error) {
    signal.throwIfAborted();
    log.error({ err: error instanceof DashboardBuildError ? undefined : error }, messageOf(error));
    return await builtBefore();
  }
}

/** `errand build`: makes the dashboard's files and answers in a sentence where they lie. */
export async function buildNow(): Promise<string> {
  const directory = await buildDashboard({ root, signal: new AbortController().signal });
  if (directory === undefined)
    throw new DashboardBuildError(
      "The dashboard's sources or the tools that build it are missing: run `npm ci` in a clone, with development dependencies.",
    );
  return `The dashboard lies in ${directory}.`;
}

async function builtBefore(): Promise<string | undefined> {
  const directory = builtDirectory(root);
  return await access(join(directory, "index.html")).then(
    () => directory,
    () => undefined,
  );
}
