import { pause, systemClock } from "../../src/base/clock.ts";
import type { BenchContext } from "../context.ts";
import { askFor, listPieces, type Pace, startPacedModel } from "../paced-model.ts";
import { type Program, startProgram } from "../program.ts";
import type { StreamRow } from "../row.ts";
import { openVisitorStream, type VisitorStream } from "../visitor-stream.ts";
import { createDesk, createVisitors, writeAs } from "../visitors.ts";

interface Effort {
  streams: number;
  /** Of each answer. */
  pieces: number;
}

const FULL: Effort = { streams: 500, pieces: 200 };
const QUICK: Effort = { streams: 50, pieces: 50 };
/** Before the clock starts, so that it is not the compiling of the code that is measured. */
const WARMUP: Effort = { streams: 50, pieces: 20 };

const PACE: Pace = { charactersPerPiece: 20, everyMs: 100 };
/** A quarter of the slots is kept for lanes that are not used here. */
const SLOTS_PER_STREAM = 1.4;
/** The program's figures of its loop are those since they were read last. */
const READ_EVERY_MS = 2_000;
const LONGEST_MS = 120_000;

/** Scenario (f): replies that stream side by side from one process, each to a contact that watches it. */
export async function run(context: BenchContext): Promise<StreamRow[]> {
  const effort = context.quick ? QUICK : FULL;
  const rows: StreamRow[] = [];
  for (const profile of context.profiles) {
    await using postgres = await context.startPostgres(profile.settings);
    await using model = await startPacedModel(PACE, context.signal);
    await using program = await startProgram(await postgres.createDatabase(), context.signal, {
      connections: 20,
      env: { ERRAND_CONCURRENCY: String(Math.ceil(effort.streams * SLOTS_PER_STREAM)) },
    });
    const desk = await createDesk(program, model.baseUrl);
    const tokens = await createVisitors(program, desk, WARMUP.streams + effort.streams);
    await streamReplies(context, program, tokens.slice(0, WARMUP.streams), WARMUP.pieces);
    const figures = await streamReplies(context, program, tokens.slice(WARMUP.streams), effort.pieces);
    const row: StreamRow = {
      scenario: "stream",
      profile: profile.name,
      streams: effort.streams,
      piecesPerSecond: 1_000 / PACE.everyMs,
      ...figures,
    };
    context.log(
      `stream, ${profile.name}, ${row.streams} side by side: loop delay p99 ${row.loopDelayP99Ms.toFixed(1)} ms, ` +
        `max ${row.loopDelayMaxMs.toFixed(1)} ms, ${row.eventsPerSecond.toFixed(0)} events/s, ${row.wholeReplies} whole`,
    );
    rows.push(row);
  }
  return rows;
}

type StreamFigures = Pick<
  StreamRow,
  "eventsPerSecond" | "kilobytesPerStream" | "loopDelayP99Ms" | "loopDelayMaxMs" | "wholeReplies"
>;

/** Every contact opens its stream, then all write, and each answer is watched to its end. */
async function streamReplies(
  context: BenchContext,
  program: Program,
  tokens: readonly string[],
  pieces: number,
): Promise<StreamFigures> {
  const arrivals = { firstAt: 0, lastAt: 0, pieces: 0, stored: 0 };
  const on = {
    piece() {
      arrivals.lastAt = systemClock.monotonicMs();
      if (arrivals.pieces === 0) arrivals.firstAt = arrivals.lastAt;
      arrivals.pieces++;
    },
    stored() {
      arrivals.stored++;
    },
  };
  const before = await readProcess(program);
  const contacts = await Promise.all(
    tokens.map(async (token, number) => ({
      token,
      question: askFor(number, pieces),
      stream: await openVisitorStream(program.port, token, on),
    })),
  );
  try {
    const [during] = await Promise.all([
      watchProcess(context, program, () => arrivals.stored >= contacts.length),
      ...contacts.map(({ token, question }) => writeAs(program, token, question)),
    ]);
    const bytes = Math.max(...during.map(({ residentBytes }) => residentBytes)) - before.residentBytes;
    return {
      eventsPerSecond: (arrivals.pieces * 1_000) / (arrivals.lastAt - arrivals.firstAt),
      kilobytesPerStream: bytes / 1_000 / contacts.length,
      loopDelayP99Ms: Math.max(...during.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
      loopDelayMaxMs: Math.max(...during.map(({ loopDelayMaxMs }) => loopDelayMaxMs)),
      wholeReplies: contacts.filter(({ question, stream }) => isWhole(question, stream)).length,
    };
  } finally {
    for (const { stream } of contacts) stream.close();
  }
}

/** True if the watched text was a beginning of the answer without gap or repeat, and the answer was stored once. */
function isWhole(question: string, { reply }: VisitorStream): boolean {
  // Messages have no white space at their end.
  const answer = listPieces(question, PACE).join("").trimEnd();
  const [stored, ...more] = reply.stored;
  const isShown = reply.pieces > 0 && reply.misplaced === 0 && answer.startsWith(reply.text.trimEnd());
  return isShown && stored === answer && more.length === 0;
}

interface ProcessFigures {
  residentBytes: number;
  /** Since the figures were read before. */
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
}

/** Reads the program's figures again and again, the last time when it is done. */
async function watchProcess(
  context: BenchContext,
  program: Program,
  isDone: () => boolean,
): Promise<ProcessFigures[]> {
  const readings: ProcessFigures[] = [];
  const startedAt = systemClock.monotonicMs();
  for (;;) {
    await pause(systemClock, READ_EVERY_MS, context.signal);
    context.signal.throwIfAborted();
    const isLast = isDone();
    readings.push(await readProcess(program));
    if (isLast) return readings;
    if (systemClock.monotonicMs() - startedAt > LONGEST_MS)
      throw new Error(`not every answer was there after ${LONGEST_MS} ms`);
  }
}

async function readProcess(program: Program): Promise<ProcessFigures> {
  const response = await fetch(`http://127.0.0.1:${program.port}/metrics`);
  const text = await response.text();
  const read = (name: string) => {
    const value = new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
    if (value === undefined) throw new Error(`/metrics tells no ${name}`);
    return Number(value);
  };
  return {
    residentBytes: read("errand_process_resident_memory_bytes"),
    loopDelayP99Ms: read("errand_nodejs_eventloop_lag_p99_seconds") * 1_000,
    loopDelayMaxMs: read("errand_nodejs_eventloop_lag_max_seconds") * 1_000,
  };
}
