import { systemClock } from "../../src/base/clock.ts";
import { encodeCursor } from "../../src/base/page.ts";
import type { BenchContext } from "../context.ts";
import { quantile } from "../figures.ts";
import { type ListQuery, listQueries } from "../list-queries.ts";
import { seedLists } from "../list-seed.ts";
import { type Program, startProgram } from "../program.ts";
import type { ListRow } from "../row.ts";
import { withSuperuser } from "../seed.ts";

interface Effort {
  tasks: number;
  executions: number;
  contacts: number;
  samples: number;
}

const FULL: Effort = { tasks: 1_000_000, executions: 5_000_000, contacts: 100_000, samples: 100 };
const QUICK: Effort = { tasks: 50_000, executions: 250_000, contacts: 5_000, samples: 10 };

const WARMUP = 3;
/** A key may make 600 calls a minute. */
const CALLS_PER_KEY = 500;
/** The deep page begins there, at half of what the seed spreads over 80 days. */
const DEEP_MS = 40 * 86_400_000;
const DEEP_RUN_MS = 12 * 3_600_000;

/** Scenario (d): pages of 100 of the long lists, by every filter, over HTTP. */
export async function run(context: BenchContext): Promise<ListRow[]> {
  const effort = context.quick ? QUICK : FULL;
  // Nothing is written, so that the profile with slow flushes would show the same.
  const [profile] = context.profiles;
  if (profile === undefined) throw new Error("there is no profile");
  await using postgres = await context.startPostgres(profile.settings);
  const databaseUrl = await postgres.createDatabase();
  // No worker and no scheduler: what is seeded as queued must stay so.
  await using program = await startProgram(databaseUrl, context.signal, { env: { ERRAND_ROLES: "api" } });
  const landmarks = await withSuperuser(databaseUrl, async (superuser) => {
    const { rows } = await superuser.query<{ id: string }>("select id from workspaces");
    const { tasks, executions, contacts } = effort;
    return await seedLists(superuser, { tasks, executions, contacts, workspaceId: rows[0]?.id ?? "" });
  });
  const { tasks, executions } = effort;
  context.log(`lists: ${tasks} tasks and ${executions} executions are there`);
  const now = systemClock.now().getTime();
  const nextKey = createKeys(program);
  const rows: ListRow[] = [];
  for (const query of listQueries(landmarks, now)) {
    for (const page of ["first", "deep"] as const) {
      const cursor = page === "deep" ? { cursor: deepCursor(query, now) } : {};
      const target = `/v1/${query.list}?${new URLSearchParams({ ...query.query, limit: "100", ...cursor })}`;
      const { latencies, items } = await measure(context, program, { target, nextKey, effort });
      const shared = { scenario: "lists", profile: profile.name, tasks, executions } as const;
      const row = { ...shared, ...describe(query), page, items, ...summarize(latencies) };
      rows.push(row);
      // The whole takes minutes: what is slow can be read before the table is there.
      context.log(`lists: ${row.list} by ${row.query}, ${page} page: p99 ${row.p99Ms.toFixed(1)} ms`);
    }
  }
  const slowest = rows.toSorted((a, b) => b.p99Ms - a.p99Ms)[0];
  if (slowest !== undefined)
    context.log(`lists, slowest: ${slowest.list} by ${slowest.query}, p99 ${slowest.p99Ms.toFixed(1)} ms`);
  return rows;
}

/** A position in the middle of what there is; next runs lie in the 23 hours to come. */
function deepCursor({ query }: ListQuery, now: number): string {
  const id = idAt(now - DEEP_MS);
  if (query.sort === "nextRunAt") return encodeCursor(`${now + DEEP_RUN_MS} ${id}`);
  // In microseconds.
  return encodeCursor(query.sort === "lastMessageAt" ? `${now - DEEP_MS}000 ${id}` : id);
}

function describe({ list, name }: ListQuery) {
  return { list, query: name };
}

function summarize(latencies: readonly number[]) {
  return {
    samples: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: Math.max(...latencies),
  };
}

/** The smallest id of a time in milliseconds since 1970. */
function idAt(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

interface Asking {
  target: string;
  nextKey(): Promise<string>;
  effort: Effort;
}

/** One call after the other; each latency in milliseconds, until the answer is parsed. */
async function measure(context: BenchContext, program: Program, { target, nextKey, effort }: Asking) {
  const latencies: number[] = [];
  let items = 0;
  for (let sent = -WARMUP; sent < effort.samples; sent++) {
    context.signal.throwIfAborted();
    const key = await nextKey();
    const startedAt = systemClock.monotonicMs();
    const page = await program.call<{ items: readonly unknown[] }>("GET", target, key);
    if (sent >= 0) latencies.push(systemClock.monotonicMs() - startedAt);
    items = page.items.length;
  }
  return { latencies, items };
}

/** Answers a key that still has calls to make. */
function createKeys(program: Program): () => Promise<string> {
  let key = "";
  let left = 0;
  return async () => {
    if (left === 0) {
      const made = { name: "bench", scope: "read" };
      ({ key } = await program.call<{ key: string }>("POST", "/v1/api-keys", program.apiKey, made));
      left = CALLS_PER_KEY;
    }
    left--;
    return key;
  };
}
