import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readExecution, untilStatus } from "../test/engine.ts";
import { until } from "../test/until.ts";
import { openScene, type Scene } from "./scene.ts";
import type { Op } from "./script.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterEach(() => scene.workers.killAll());
afterAll(() => scene.close());

/** Longer than a lease, with room for a busy machine. */
const patienceMs = 20_000;
const first = { attempts: [1] } as const;

const completed = (id: string) => untilStatus(scene.core, scene.workspaceId, id, "completed", patienceMs);
const attempts = async (id: string) =>
  (await scene.steps(id)).map(({ name, kind, attempt }) => [kind, name, attempt]);

describe("kill -9", () => {
  test.each([
    ["before the call", "before", 0],
    ["after the call", "after", 1],
  ] as const)(
    "between intent and result, %s: a tool that may not be repeated is not",
    async (_when, at, made) => {
      const worker = await scene.workers.start();
      const id = await scene.play([
        { op: "effect", name: "pay", hold: { at, ...first } },
        { op: "effect", name: "tell" },
      ]);
      await worker.reached({ executionId: id });
      await worker.kill();
      await scene.workers.start();
      expect(await completed(id)).toMatchObject({ attempt: 2, toolCalls: 2 });
      expect(scene.ledger.calls(id, "pay")).toHaveLength(made);
      expect(scene.ledger.calls(id, "tell")).toHaveLength(1);
      const [intent, result] = await scene.steps(id);
      expect(intent).toMatchObject({ kind: "tool_intent", attempt: 1 });
      expect(result).toMatchObject({
        kind: "tool_result",
        attempt: 2,
        payload: { error: { code: "unknown" } },
      });
    },
  );

  test("between intent and result: an idempotent tool is called again with the same key", async () => {
    const worker = await scene.workers.start();
    const id = await scene.play([
      { op: "effect", name: "pay", idempotent: true, hold: { at: "after", ...first } },
    ]);
    await worker.reached({ executionId: id });
    await worker.kill();
    await scene.workers.start();
    expect(await completed(id)).toMatchObject({ toolCalls: 1 });
    const calls = scene.ledger.calls(id);
    expect(calls.map(({ attempt, key }) => [attempt, key])).toEqual([
      [1, `${id}:1`],
      [2, `${id}:1`],
    ]);
    expect(await attempts(id)).toEqual([
      ["tool_intent", "pay", 1],
      ["tool_result", "pay", 2],
    ]);
  });

  test("between a result and the next step: nothing is done twice", async () => {
    const worker = await scene.workers.start();
    const id = await scene.play([
      { op: "effect", name: "pay" },
      { op: "change", name: "note it" },
      { op: "pass", name: "gap", hold: { at: "before", ...first } },
      { op: "effect", name: "tell" },
    ]);
    await worker.reached({ executionId: id });
    await worker.kill();
    await scene.workers.start();
    await completed(id);
    expect(scene.ledger.calls(id).map(({ name, attempt }) => [name, attempt])).toEqual([
      ["pay", 1],
      ["tell", 2],
    ]);
    expect(await scene.countMarks(id)).toBe(1);
  });

  test("inside a transaction of our own tables: it happens once", async () => {
    const worker = await scene.workers.start();
    const id = await scene.play([{ op: "change", name: "send", hold: { at: "after", ...first } }]);
    await worker.reached({ executionId: id });
    await worker.kill();
    await scene.workers.start();
    await completed(id);
    expect(await scene.countMarks(id)).toBe(1);
    expect(await attempts(id)).toEqual([["message", "send", 2]]);
  });

  test("in the middle of a model call: the call is made again, what came before is not", async () => {
    const worker = await scene.workers.start();
    const script: readonly Op[] = [
      { op: "effect", name: "pay" },
      { op: "pass", name: "gap", hold: { at: "before", ...first } },
      { op: "call", name: "think" },
    ];
    const id = await scene.play(script);
    const gap = await worker.reached({ executionId: id });
    // The model does not answer.
    scene.ledger.hang(id, "think");
    worker.go(gap);
    await until("the model call", () => scene.ledger.calls(id, "think").length === 1);
    await worker.kill();
    scene.ledger.mend(id, "think");
    await scene.workers.start();
    await completed(id);
    expect(scene.ledger.calls(id, "pay")).toHaveLength(1);
    expect(scene.ledger.calls(id, "think").map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test("five times in one execution: a crash loop if no life makes a step, completed if each does", async () => {
    const lives = [1, 2, 3, 4, 5];
    const stuck = await scene.play([
      { op: "effect", name: "pay" },
      { op: "note", name: "deadly", hold: { at: "before", attempts: lives } },
    ]);
    const moving = await scene.play([
      ...lives.map(
        (life): Op => ({ op: "note", name: `life ${life}`, hold: { at: "before", attempts: [life] } }),
      ),
      { op: "effect", name: "pay" },
    ]);
    // The moving one's first life gets past its first note and dies in front of its second, and so on.
    for (const life of lives) {
      const worker = await scene.workers.start();
      await worker.reached({ executionId: stuck, attempt: life });
      await worker.reached({ executionId: moving, attempt: life });
      await worker.kill();
    }
    await scene.workers.start();
    const failed = await untilStatus(scene.core, scene.workspaceId, stuck, "failed", patienceMs);
    expect(failed).toMatchObject({ reasonCode: "crash_loop", attempt: 5 });
    expect(scene.ledger.calls(stuck, "pay")).toHaveLength(1);
    await completed(moving);
    expect(scene.ledger.calls(moving, "pay")).toHaveLength(1);
  }, 120_000);

  test("of a worker leaves what another one runs alone", async () => {
    const hold = () => scene.play([{ op: "note", name: "held", hold: { at: "before", ...first } }]);
    // Of its three slots one is for replies, so it is full with two, and the other two are left to the other worker.
    const doomed = await scene.workers.start({ concurrency: 3 });
    const lost = [await hold(), await hold()];
    for (const executionId of lost) await doomed.reached({ executionId });
    const other = await scene.workers.start({ concurrency: 8 });
    const kept = [await hold(), await hold()];
    const points = [];
    for (const executionId of kept) points.push(await other.reached({ executionId }));
    await doomed.kill();
    for (const id of lost) await completed(id);
    for (const point of points) {
      expect(await readExecution(scene.core, scene.workspaceId, point.executionId)).toMatchObject({
        status: "running",
        attempt: 1,
      });
      other.go(point);
      expect(await completed(point.executionId)).toMatchObject({ attempt: 1 });
    }
  });
});
