import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claim } from "../src/engine/claim-store.ts";
import { createWorker, type Lane } from "../src/engine/index.ts";
import { createTestCore, type TestCore } from "../test/core.ts";
import {
  addKinds,
  defaultLease,
  enqueue,
  startServices,
  untilStatus,
  withAutocommit,
} from "../test/engine.ts";
import { until } from "../test/until.ts";

let core: TestCore;
let crowd: string;
let stop: (() => Promise<void>) | undefined;

/** Each claim that was made, with the executions it took. What counts here is which claim takes what, not seconds. */
const claims: { readonly lane: Lane; readonly ids: readonly string[] }[] = [];
/** Executions of kind `held` that run, and what ends them. */
const held: (() => void)[] = [];

beforeAll(async () => {
  core = await createTestCore();
  addKinds(
    core,
    {
      name: "quick",
      async run(ctx) {
        await ctx.note("n", 1);
        return { status: "completed", outcome: "none" };
      },
    },
    {
      name: "held",
      async run(ctx) {
        await ctx.step("model", "think", async (signal) => {
          await new Promise<void>((resolve) => {
            held.push(resolve);
            signal.addEventListener("abort", () => resolve());
          });
          return { output: 1 };
        });
        return { status: "completed", outcome: "none" };
      },
    },
  );
});
beforeEach(async () => {
  crowd = await core.newWorkspace("crowd");
});
afterEach(async () => {
  await stop?.();
  claims.length = 0;
  held.length = 0;
  await core.db.autocommit.query({ text: "delete from executions" });
});
afterAll(() => core.close());

async function crowdIn(count: number, kind: string, lane: Lane): Promise<void> {
  await core.db.autocommit.query({
    text: `insert into executions (workspace_id, id, kind, lane, status, trigger)
      select $1, gen_random_uuid(), $2, $3, 'queued', 'schedule' from generate_series(1, $4::int)`,
    values: [crowd, kind, lane, count],
  });
}

async function startWorker(concurrency: number): Promise<void> {
  const db = withAutocommit(core.db, async (statement) => {
    const result = await core.db.autocommit.query<{ id: string }>(statement);
    if (statement.name === "claim_executions")
      claims.push({ lane: statement.values?.[0], ids: result.rows.map((row) => row.id) });
    return result as never;
  });
  stop = await startServices(createWorker({ ...core, db }, { concurrency, lease: defaultLease }));
}

/** How many claims of the lane, empty ones included, came before the one that took the execution. */
function claimsBefore(id: string, lane: Lane, since = 0): number {
  const before = claims.slice(since).filter((claim) => claim.lane === lane);
  return before.findIndex(({ ids }) => ids.includes(id));
}

/** How many claims that took something of lane `bulk` came before the one that took the execution. */
function turnsBefore(id: string, since = 0): number {
  const turns = claims.slice(since).filter(({ lane, ids }) => lane === "bulk" && ids.length > 0);
  return turns.findIndex(({ ids }) => ids.includes(id));
}

async function runAsAdmin(text: string): Promise<void> {
  const admin = new pg.Client({ connectionString: core.url });
  await admin.connect();
  await admin.query(text).finally(() => admin.end());
}

describe("90 000 queued executions of one workspace", () => {
  test("a newcomer's is in the very first claim", async () => {
    const newcomer = await core.newWorkspace("newcomer");
    await crowdIn(90_000, "quick", "bulk");
    const id = await enqueue(core, newcomer, { kind: "quick", lane: "bulk" });
    await startWorker(8);
    await untilStatus(core, newcomer, id, "completed");
    expect(turnsBefore(id)).toBe(0);
  });

  test("a newcomer's that comes later is in the next claim but one, slot by slot", async () => {
    const newcomer = await core.newWorkspace("newcomer");
    await crowdIn(90_000, "held", "bulk");
    await startWorker(8);
    // Of the eight slots two are kept for replies, one for manual and one for scheduled work: four for bulk.
    await until("the crowd to hold every slot it may have", () => held.length === 4);
    const since = claims.length;
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1)
      ids.push(await enqueue(core, newcomer, { kind: "held", lane: "bulk" }));
    // Each slot that gets free is one claim.
    for (let freed = 0; freed < 6; freed += 1) {
      const before = held.length;
      held[freed]?.();
      await until("the next to start", () => held.length === before + 1);
    }
    for (const [index, id] of ids.entries())
      expect(turnsBefore(id, since)).toBeLessThanOrEqual(2 * index + 1);
    for (const id of ids) expect(turnsBefore(id, since)).toBeGreaterThanOrEqual(0);
  });

  test("a hundred newcomers come round before the crowd's second turn", async () => {
    await crowdIn(90_000, "quick", "bulk");
    const all = await Promise.all(Array.from({ length: 100 }, () => core.newWorkspace("newcomer")));
    const ids = await Promise.all(
      all.map((workspace) => enqueue(core, workspace, { kind: "quick", lane: "bulk" })),
    );
    await startWorker(8);
    for (const [index, id] of ids.entries()) await untilStatus(core, all[index] ?? "", id, "completed");
    const wanted = new Set(ids);
    const order = claims.flatMap((claim) => claim.ids);
    const last = Math.max(...ids.map((id) => order.indexOf(id)));
    // Those of the crowd before the last newcomer: its share of one in each round through the workspaces.
    const ofTheCrowd = order.slice(0, last).filter((id) => !wanted.has(id)).length;
    expect(ofTheCrowd).toBeLessThanOrEqual(8);
  });
});

describe("the plan of a claim", () => {
  /** Which kinds of scan a claim makes on the table, and how many blocks it looks at. */
  async function explainClaim(
    mode: "custom" | "generic",
  ): Promise<{ scans: readonly string[]; blocks: number }> {
    let statement: pg.QueryConfig = { text: "" };
    const db = withAutocommit(core.db, async (sent) => {
      statement = sent;
      return { rows: [] } as never;
    });
    await claim(db, crowd, { lane: "bulk", free: 8, after: "00000000-0000-0000-0000-000000000000" });
    const client = new pg.Client({
      connectionString: core.url,
      options: `-c role=errand_system -c plan_cache_mode=force_${mode}_plan`,
    });
    await client.connect();
    try {
      const values = (statement.values ?? []).map((value) => pg.escapeLiteral(String(value)));
      await client.query("begin");
      await client.query(`prepare claim (text, int, uuid, uuid) as ${statement.text}`);
      const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
        `explain (analyze, buffers, format json) execute claim (${values.join(", ")})`,
      );
      const plan = rows[0]?.["QUERY PLAN"][0].Plan;
      if (plan === undefined) throw new Error("there is no plan");
      const scans = flatten(plan)
        .filter((node) => node["Relation Name"] === "executions" && node["Node Type"] !== "ModifyTable")
        .map((node) => `${node["Node Type"]} ${node["Index Name"] ?? ""}`.trim());
      return { scans, blocks: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] };
    } finally {
      await client.end();
    }
  }

  test("looks at what it takes, whatever else the table holds and whatever the statistics say", async () => {
    await crowdIn(30_000, "quick", "bulk");
    // Another workspace whose executions have ended lies between the crowd and the last workspace.
    const others = await Promise.all([1, 2].map(() => core.newWorkspace()));
    await core.db.autocommit.query({
      text: `insert into executions (workspace_id, id, kind, lane, status, trigger)
        select w, gen_random_uuid(), 'quick', 'bulk', case when g = 1 then 'queued' else 'completed' end, 'schedule'
        from unnest($1::uuid[]) w, generate_series(1, 30000) g`,
      values: [others],
    });
    for (const upkeep of ["vacuum", "analyze"]) {
      // What the tests before have deleted is not to be counted. The second round has statistics.
      await runAsAdmin(`${upkeep} executions`);
      for (const mode of ["custom", "generic"] as const) {
        const { scans, blocks } = await explainClaim(mode);
        const expected = ["Index Only Scan executions_queue", "Index Scan executions_queue", "Tid Scan"];
        expect([...new Set(scans)].filter((scan) => !expected.includes(scan))).toEqual([]);
        // Eight rows: their own blocks, those of the indexes they leave, and the few steps down the queue's.
        expect(blocks).toBeLessThan(400);
      }
    }
  });
});

describe("50 000 due executions", () => {
  test.each(["scheduled", "bulk"] as const)(
    "of lane %s hold their slots, and a reply is in the next claim",
    async (lane) => {
      await crowdIn(50_000, "held", lane);
      await startWorker(8);
      await until(
        "the crowd to hold every slot it may have",
        () => held.length === (lane === "bulk" ? 4 : 5),
      );
      for (let made = 0; made < 5; made += 1) {
        const since = claims.length;
        const id = await enqueue(core, crowd, { kind: "quick", lane: "reply" });
        await untilStatus(core, crowd, id, "completed");
        expect(claimsBefore(id, "reply", since)).toBe(0);
      }
    },
  );

  test("run through as fast as they can, and every reply is in the next round of claims", async () => {
    await crowdIn(25_000, "quick", "scheduled");
    await crowdIn(25_000, "quick", "bulk");
    await startWorker(8);
    await until("the crowd to run", () => claims.length > 20);
    for (let made = 0; made < 20; made += 1) {
      const id = await enqueue(core, crowd, { kind: "quick", lane: "reply" });
      const since = claims.length;
      await untilStatus(core, crowd, id, "completed");
      const index = claims.findIndex(({ ids }) => ids.includes(id));
      // Only what was under way when the reply came is before it: the rest of one round, at most all slots.
      const taken = claims.slice(since, Math.max(since, index)).reduce((sum, { ids }) => sum + ids.length, 0);
      expect(taken).toBeLessThanOrEqual(8);
      expect(
        claims.slice(since, Math.max(since, index)).filter(({ lane }) => lane === "reply").length,
      ).toBeLessThanOrEqual(1);
    }
  });
});

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Shared Hit Blocks": number;
  readonly "Shared Read Blocks": number;
  readonly Plans?: readonly PlanNode[];
}

function flatten(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
