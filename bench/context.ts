import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BenchPostgres, startPostgres } from "./postgres.ts";
import { PROFILES, type Profile } from "./profiles.ts";
import type { ErrandSubjects, Subject } from "./subject.ts";

/** What every scenario gets. */
export interface BenchContext extends AsyncDisposable {
  /** Shorter and with fewer cases: shows that everything runs, not how fast it is. */
  quick: boolean;
  profiles: readonly Profile[];
  errand: ErrandSubjects;
  peers: readonly Subject[];
  /** Aborted when the benchmark is interrupted. */
  signal: AbortSignal;
  /** A fresh server with these settings; the caller disposes of it. */
  startPostgres(settings: Readonly<Record<string, string>>): Promise<BenchPostgres>;
  /** Calls `use` with a fresh empty directory and removes it afterwards. */
  withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T>;
  /** Reports progress as one line. */
  log(line: string): void;
}

type Given = Pick<BenchContext, "quick" | "errand" | "peers" | "signal" | "log">;

/** Makes a context whose files all lie in one new temporary directory, removed when it is disposed of. */
export async function createContext(given: Given): Promise<BenchContext> {
  const root = await mkdtemp(path.join(tmpdir(), "errand-bench-"));
  // Under root PostgreSQL runs as another account, which must be able to pass through.
  await chmod(root, 0o755);
  let made = 0;
  const nextPath = () => path.join(root, String(++made));
  return {
    ...given,
    profiles: PROFILES,
    startPostgres: (settings) => startPostgres(nextPath(), settings, given.log),
    async withDirectory(use) {
      const directory = nextPath();
      await mkdir(directory);
      try {
        return await use(directory);
      } finally {
        await rm(directory, { recursive: true });
      }
    },
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true });
    },
  };
}
