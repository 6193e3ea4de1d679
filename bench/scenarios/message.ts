import { pause, systemClock } from "../../src/base/clock.ts";
import { type Arrivals, failAfter, startArrivals } from "../arrivals.ts";
import type { BenchContext } from "../context.ts";
import { quantile } from "../figures.ts";
import { type Program, startProgram } from "../program.ts";
import type { MessageRow } from "../row.ts";
import { createDesk, createVisitors, writeAs } from "../visitors.ts";

interface Effort {
  messagesPerSecond: number;
  samples: number;
  warmup: number;
  /** They take turns. Each has its answer long before it writes again. */
  contacts: number;
}

const FULL: Effort = { messagesPerSecond: 50, samples: 1_000, warmup: 100, contacts: 400 };
const QUICK: Effort = { messagesPerSecond: 20, samples: 60, warmup: 20, contacts: 100 };

/** What a contact writes within this time of its first message is answered in one turn (`src/conversations/rules.ts`). */
const BURST_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/** Scenario (e): from the call that brings a contact's message to the first model request of its answer. */
export async function run(context: BenchContext): Promise<MessageRow[]> {
  const effort = context.quick ? QUICK : FULL;
  const rows: MessageRow[] = [];
  for (const profile of context.profiles) {
    await using postgres = await context.startPostgres(profile.settings);
    await using arrivals = await startArrivals(/bench-message-\d+!/g);
    await using program = await startProgram(await postgres.createDatabase(), context.signal, {
      connections: 20,
    });
    const desk = await createDesk(program, arrivals.baseUrl);
    const tokens = await createVisitors(program, desk, effort.contacts);
    await measureMessages(context, program, { arrivals, tokens, effort, from: 0, samples: effort.warmup });
    const latencies = await measureMessages(context, program, {
      ...{ arrivals, tokens, effort },
      from: effort.warmup,
      samples: effort.samples,
    });
    const row: MessageRow = {
      scenario: "message",
      profile: profile.name,
      messagesPerSecond: effort.messagesPerSecond,
      samples: latencies.length,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      maxMs: Math.max(...latencies),
    };
    context.log(
      `message, ${profile.name}, ${row.messagesPerSecond}/s: p50 ${row.p50Ms.toFixed(1)} ms, p99 ${row.p99Ms.toFixed(1)} ms`,
    );
    rows.push(row);
  }
  return rows;
}

interface Load {
  arrivals: Arrivals;
  tokens: readonly string[];
  effort: Effort;
  /** The number of the first message. */
  from: number;
  samples: number;
}

/** Messages at a steady rate, whether or not the earlier ones are answered; each latency in ms beyond the burst window. */
async function measureMessages(context: BenchContext, program: Program, load: Load): Promise<number[]> {
  const { arrivals, tokens, effort, from, samples } = load;
  const startedAt = systemClock.monotonicMs();
  const latencies: Promise<number>[] = [];
  for (let sent = 0; sent < samples; sent++) {
    const dueAt = startedAt + (sent * 1_000) / effort.messagesPerSecond;
    await pause(systemClock, Math.max(0, dueAt - systemClock.monotonicMs()));
    context.signal.throwIfAborted();
    const number = from + sent;
    const token = tokens[number % tokens.length] ?? "";
    latencies.push(measureOne(program, arrivals, token, `bench-message-${number}!`));
  }
  return await Promise.all(latencies);
}

async function measureOne(
  program: Program,
  arrivals: Arrivals,
  token: string,
  text: string,
): Promise<number> {
  const sentAt = systemClock.monotonicMs();
  const [arrivedAt] = await Promise.all([
    failAfter(LONGEST_WAIT_MS, arrivals.expect(text)),
    writeAs(program, token, text),
  ]);
  return arrivedAt - sentAt - BURST_MS;
}
