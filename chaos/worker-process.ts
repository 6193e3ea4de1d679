import { randomBytes } from "node:crypto";
import { contribute } from "../src/base/extensions.ts";
import { createLogger } from "../src/base/log.ts";
import { createMaintenance, createWorker, executionKinds } from "../src/engine/index.ts";
import type { LeaseTimings } from "../src/engine/lease.ts";
import { openCore } from "../src/program/open.ts";
import { startServices } from "../test/engine.ts";
import { scriptKind } from "./script.ts";

/** What the parent says at the start. */
export interface WorkerSettings {
  readonly url: string;
  readonly ledgerUrl: string;
  readonly concurrency: number;
  readonly lease: LeaseTimings;
  readonly logLevel: string;
}

export interface Point {
  readonly executionId: string;
  readonly attempt: number;
  readonly name: string;
}

/** What the process tells its parent. */
export type Report =
  | { readonly type: "ready" }
  | ({ readonly type: "reached" } & Point)
  | {
      readonly type: "left";
      readonly executionId: string;
      readonly attempt: number;
      readonly error: string | null;
    };

/** What the parent tells the process. */
export type Command = ({ readonly type: "go" } & Point) | { readonly type: "stop" };

function report(message: Report): void {
  process.send?.(message);
}

async function main(settings: WorkerSettings): Promise<void> {
  const log = createLogger({ level: settings.logLevel, pretty: false });
  const opened = await openCore({
    url: settings.url,
    log,
    secretKey: randomBytes(32),
    publicUrl: "http://127.0.0.1:3000",
  });
  const held = new Map<string, () => void>();
  const placeOf = ({ executionId, attempt, name }: Point) => `${executionId}:${attempt} ${name}`;
  opened.core.extensions.add([
    contribute(
      executionKinds,
      scriptKind({
        ledgerUrl: settings.ledgerUrl,
        reach: (point) =>
          new Promise((resolve) => {
            held.set(placeOf(point), resolve);
            report({ type: "reached", ...point });
          }),
        left: (attempt) => report({ type: "left", ...attempt }),
      }),
    ),
  ]);
  const { concurrency, lease } = settings;
  const stop = await startServices(
    createWorker(opened.core, { concurrency, lease }),
    createMaintenance(opened.core, "worker", lease),
  );
  process.on("message", (command: Command) => {
    if (command.type === "go") held.get(placeOf(command))?.();
    else
      void stop()
        .then(() => opened.close())
        .then(() => process.disconnect?.());
  });
  // A parent that died leaves nobody to stop this process.
  process.on("disconnect", () => process.exit());
  report({ type: "ready" });
}

await main(JSON.parse(process.argv[2] ?? ""));
