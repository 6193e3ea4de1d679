import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../src/base/clock.ts";
import { type BenchContext, createContext } from "./context.ts";
import { createErrand } from "./errand/index.ts";
import { createPeers } from "./peers/index.ts";
import type { Row } from "./row.ts";
import { run as runDashboard } from "./scenarios/dashboard.ts";
import { run as runLatency } from "./scenarios/latency.ts";
import { run as runLists } from "./scenarios/lists.ts";
import { run as runMessage } from "./scenarios/message.ts";
import { run as runStreams } from "./scenarios/streams.ts";
import { run as runSweep } from "./scenarios/sweep.ts";
import { run as runThroughput } from "./scenarios/throughput.ts";
import { formatTables } from "./table.ts";

const SCENARIOS: Readonly<Record<string, (context: BenchContext) => Promise<Row[]>>> = {
  a: runThroughput,
  b: runSweep,
  c: runLatency,
  d: runLists,
  e: runMessage,
  f: runStreams,
  g: runDashboard,
};

const USAGE = `usage: node bench/run.ts [${Object.keys(SCENARIOS).join("|")}|all] [--quick] [--json <file>]`;

interface Options {
  scenarios: readonly string[];
  quick: boolean;
  json: string | undefined;
}

/** Reads the command line. Throws a sentence with the usage when it is not understood. */
function readOptions(args: string[]): Options {
  const { values, positionals } = parseArguments(args);
  const [name = "all", ...rest] = positionals;
  const scenarios = name === "all" ? Object.keys(SCENARIOS) : [name];
  if (rest.length > 0 || scenarios.some((scenario) => !Object.hasOwn(SCENARIOS, scenario))) {
    throw new Error(`Unknown scenario: ${positionals.join(" ")}\n${USAGE}`);
  }
  return { scenarios, quick: values.quick ?? false, json: values.json };
}

function parseArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { quick: { type: "boolean" }, json: { type: "string" } },
    });
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : cause}\n${USAGE}`, { cause });
  }
}

async function runScenarios(options: Options, signal: AbortSignal): Promise<Row[]> {
  await using context = await createContext({
    quick: options.quick,
    errand: createErrand(),
    peers: createPeers(),
    signal,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const rows: Row[] = [];
  for (const scenario of options.scenarios) {
    rows.push(...((await SCENARIOS[scenario]?.(context)) ?? []));
  }
  return rows;
}

async function writeResults(options: Options, startedAt: Date, rows: readonly Row[]) {
  const name = `${startedAt.toISOString().slice(0, 19).replaceAll(":", "-")}.json`;
  const file = path.resolve(options.json ?? path.join(import.meta.dirname, "results", name));
  const machine = {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  };
  await mkdir(path.dirname(file), { recursive: true });
  const results = { startedAt, quick: options.quick, machine, rows };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const startedAt = systemClock.now();
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => interruption.abort(new Error(`stopped by ${name}`)));
  }
  const rows = await runScenarios(options, interruption.signal);
  const file = await writeResults(options, startedAt, rows);
  process.stdout.write(`${formatTables(rows)}\n\nwritten to ${file}\n`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
