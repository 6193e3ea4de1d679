import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readExecution, untilStatus } from "../test/engine.ts";
import { until } from "../test/until.ts";
import { chaosLease, openScene, type Scene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterEach(() => scene.workers.killAll());
afterAll(() => scene.close());

const patienceMs = 20_000;
const first = { attempts: [1] } as const;
const completed = (id: string) => untilStatus(scene.core, scene.workspaceId, id, "completed", patienceMs);

/** How long the server has not heard of the only worker, in milliseconds. */
async function silenceMs(): Promise<number> {
  const { rows } = await scene.core.db.autocommit.query<{ ms: number }>({
    text: "select min(extract(epoch from clock_timestamp() - renewed_at))::float8 * 1000 as ms from workers",
  });
  return rows[0]?.ms ?? 0;
}

describe("a frozen worker", () => {
  test("inside a transaction, woken after another has taken over: its writes are refused", async () => {
    const frozen = await scene.workers.start();
    const id = await scene.play([
      { op: "change", name: "send", hold: { at: "after", ...first } },
      { op: "effect", name: "tell" },
    ]);
    const point = await frozen.reached({ executionId: id });
    frozen.freeze();
    const other = await scene.workers.start();
    expect(await completed(id)).toMatchObject({ attempt: 2 });
    const before = await scene.steps(id);
    frozen.wake();
    frozen.go(point);
    // It goes on, and must find that nothing is left for it to do.
    expect(await frozen.left(id, 1)).not.toBeNull();
    expect(await other.left(id, 2)).toBeNull();
    expect(await scene.countMarks(id)).toBe(1);
    expect(scene.ledger.calls(id).map(({ attempt }) => attempt)).toEqual([2]);
    expect(await scene.steps(id)).toEqual(before);
    expect(before.every(({ attempt }) => attempt === 2)).toBe(true);
  });

  test("inside a transaction, with locks that others wait for: they get them, and its writes are refused", async () => {
    const frozen = await scene.workers.start({ concurrency: 2 });
    const id = await scene.play([{ op: "change", name: "send", hold: { at: "after", ...first } }]);
    const point = await frozen.reached({ executionId: id });
    // The frozen transaction holds its rows; PostgreSQL ends it after 5 s of silence.
    frozen.freeze();
    const waiting = new pg.Client({ connectionString: scene.core.url });
    await waiting.connect();
    await waiting
      .query("begin; lock table marks in share row exclusive mode; commit")
      .finally(() => waiting.end());
    await scene.workers.start();
    await completed(id);
    frozen.wake();
    frozen.go(point);
    expect(await frozen.left(id, 1)).not.toBeNull();
    expect(await scene.countMarks(id)).toBe(1);
  });

  test("between two steps, woken after another has taken over: it starts no side effect", async () => {
    const frozen = await scene.workers.start();
    const id = await scene.play([
      { op: "effect", name: "pay" },
      { op: "pass", name: "gap", hold: { at: "before", ...first } },
      { op: "effect", name: "tell", idempotent: true },
    ]);
    const point = await frozen.reached({ executionId: id });
    frozen.freeze();
    await scene.workers.start();
    await completed(id);
    frozen.wake();
    frozen.go(point);
    expect(await frozen.left(id, 1)).not.toBeNull();
    expect(scene.ledger.calls(id).map(({ name, attempt }) => [name, attempt])).toEqual([
      ["pay", 1],
      ["tell", 2],
    ]);
  });

  test("between two steps, with nobody to take over: its own clock tells it that the lease is in doubt", async () => {
    const frozen = await scene.workers.start();
    const id = await scene.play([
      { op: "pass", name: "gap", hold: { at: "before", ...first } },
      { op: "effect", name: "tell" },
    ]);
    const point = await frozen.reached({ executionId: id });
    frozen.freeze();
    // Past the time after which it may start nothing, before the one after which others take over.
    await until("the lease to be in doubt", async () => (await silenceMs()) > chaosLease.staleAfterMs + 200);
    expect((await readExecution(scene.core, scene.workspaceId, id)).status).toBe("running");
    frozen.go(point);
    frozen.wake();
    expect(await frozen.left(id, 1)).not.toBeNull();
    // It renews, and runs the execution again itself.
    expect(await completed(id)).toMatchObject({ attempt: 2 });
    expect(scene.ledger.calls(id).map(({ attempt }) => attempt)).toEqual([2]);
  });

  test("between intent and result: what it had begun is not taken for done, and its late answer is kept", async () => {
    const frozen = await scene.workers.start();
    const id = await scene.play([{ op: "effect", name: "pay", hold: { at: "after", ...first } }]);
    const point = await frozen.reached({ executionId: id });
    frozen.freeze();
    await scene.workers.start();
    await completed(id);
    frozen.wake();
    frozen.go(point);
    expect(await frozen.left(id, 1)).not.toBeNull();
    const [intent, result] = await scene.steps(id);
    expect(result).toMatchObject({ attempt: 2, payload: { error: { code: "unknown" } } });
    // A person who looks at the "unknown" finds what came of it.
    expect(intent).toMatchObject({ attempt: 1, late: { output: "ok" } });
    expect(scene.ledger.calls(id)).toHaveLength(1);
  });
});
