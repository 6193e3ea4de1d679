import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorker } from "../src/engine/index.ts";
import { createTestCore, type TestCore } from "../test/core.ts";
import {
  addKinds,
  beginLife,
  defaultLease,
  enqueue,
  readExecution,
  startServices,
  takeAway,
  untilStatus,
  withAutocommit,
} from "../test/engine.ts";

const iterations = 100_000;
const every = 1_000;

let core: TestCore;
let workspaceId: string;
beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});
afterAll(() => core.close());

interface Folded {
  readonly next: number;
  readonly sum: number;
}

test("a journal of 100 000 steps is recovered from its last checkpoint, and nothing older is read", async () => {
  const ran: number[] = [];
  addKinds(core, {
    name: "loop",
    async run(ctx) {
      const restored = ctx.restored as Folded | undefined;
      let sum = restored?.sum ?? 0;
      for (let at = restored?.next ?? 0; at < iterations; at += 1) {
        sum += await ctx.step("model", "iterate", async () => {
          ran.push(at);
          return { output: at, inputTokens: 2 };
        });
        if ((at + 1) % every === 0 && at + 1 < iterations)
          await ctx.checkpoint({ next: at + 1, sum } satisfies Folded);
      }
      return { status: "completed", outcome: "goal_met", summary: String(sum) };
    },
  });

  // A first life begins the loop in earnest; what it would have written by its death is filled in by a statement.
  const id = await enqueue(core, workspaceId, { kind: "loop" });
  const { ctx, row } = await beginLife(core, id);
  await ctx.step("model", "iterate", async () => ({ output: 0, inputTokens: 2 }));
  const done = 99_017;
  const lastCheckpoint = 99_000;
  const { rows: filled } = await core.db.autocommit.query<{ checkpoint_seq: number }>({
    text: `with all_steps as (
        select at, at + 1 + at / $4::int as seq, false as checkpoint from generate_series(0, $5::int - 1) at
        union all select at, at + at / $4::int, true from generate_series($4::int, $5::int - 1, $4::int) at),
      written as (
        insert into execution_steps (workspace_id, execution_id, seq, kind, name, attempt, nonce, payload, started_at, ended_at)
        select $1, $2, seq, case when checkpoint then 'checkpoint' else 'model' end, case when checkpoint then 'state' else 'iterate' end,
          $3, seq, case when checkpoint
            then json_build_object('output', json_build_object('state', json_build_object('next', at, 'sum', at::bigint * (at - 1) / 2),
              'usage', json_build_object('iterations', at, 'toolCalls', 0, 'inputTokens', 2 * at, 'outputTokens', 0, 'costUsd', '0')))
            else json_build_object('output', at, 'inputTokens', 2) end, now(), now()
        from all_steps on conflict do nothing)
      update executions set checkpoint_seq = (select max(seq) from all_steps where checkpoint) where id = $2 returning checkpoint_seq`,
    values: [workspaceId, id, row.attempt, every, done],
  });
  const checkpointSeq = filled[0]?.checkpoint_seq ?? 0;
  expect(checkpointSeq).toBe(lastCheckpoint + lastCheckpoint / every);
  await core.db.autocommit.query({ text: "analyze execution_steps" });
  await takeAway(core, id);

  const journals: unknown[][] = [];
  const db = withAutocommit(core.db, async (statement) => {
    const result = await core.db.autocommit.query(statement);
    if (statement.name === "read_journal") {
      journals.push(result.rows);
      // The same statement again, to see which rows the server itself looks at.
      const plan = await core.db.autocommit.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>({
        text: `explain (analyze, format json) ${statement.text}`,
        values: statement.values ?? [],
      });
      for (const answer of plan.rows) nodes.push(...flatten(answer["QUERY PLAN"][0].Plan));
    }
    return result as never;
  });
  const nodes: PlanNode[] = [];
  const stop = await startServices(createWorker({ ...core, db }, { concurrency: 4, lease: defaultLease }));
  try {
    const sum = (iterations * (iterations - 1)) / 2;
    expect(await untilStatus(core, workspaceId, id, "completed", 30_000)).toMatchObject({
      attempt: 2,
      summary: String(sum),
    });
  } finally {
    await stop();
  }
  // The checkpoint itself and the steps behind it.
  const tail = done - lastCheckpoint + 1;
  expect(journals.map((rows) => rows.length)).toEqual([tail]);
  expect(journals[0]?.[0]).toMatchObject({ kind: "checkpoint", seq: checkpointSeq });
  const scans = nodes.filter((node) => node["Relation Name"] === "execution_steps");
  expect(scans).toHaveLength(1);
  for (const scan of scans) {
    expect(scan["Node Type"]).toContain("Index");
    expect(scan["Actual Rows"]).toBe(tail);
    expect(scan["Rows Removed by Filter"] ?? 0).toBe(0);
  }
  // It went on where the first life stopped, and the totals are those of the whole.
  expect(ran[0]).toBe(done);
  expect(ran).toHaveLength(iterations - done);
  expect(await readExecution(core, workspaceId, id)).toMatchObject({
    iterations,
    inputTokens: 2 * iterations,
  });
}, 60_000);

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

function flatten(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
