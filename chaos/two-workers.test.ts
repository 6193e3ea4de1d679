import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readExecution } from "../test/engine.ts";
import { until } from "../test/until.ts";
import { openScene, type Scene } from "./scene.ts";
import type { Op } from "./script.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterEach(() => scene.workers.killAll());
afterAll(() => scene.close());

const script: readonly Op[] = [
  { op: "note", name: "think" },
  { op: "effect", name: "pay" },
  { op: "change", name: "send" },
];

describe("several workers on one queue", () => {
  test("run every execution to its end exactly once, and share the work", async () => {
    const count = 300;
    const workers = await Promise.all([1, 2].map(() => scene.workers.start({ concurrency: 16 })));
    const ids = await Promise.all(Array.from({ length: count }, () => scene.play(script)));
    await until(
      "all to be completed",
      async () => {
        const { rows } = await scene.core.db.autocommit.query<{ n: number }>({
          text: "select count(*) as n from executions where status = 'completed'",
        });
        return rows[0]?.n === count;
      },
      60_000,
    );
    for (const id of ids) {
      expect(await readExecution(scene.core, scene.workspaceId, id)).toMatchObject({
        attempt: 1,
        outcome: "goal_met",
      });
      expect((await scene.steps(id)).map(({ seq, name }) => [seq, name])).toEqual([
        [1, "think"],
        [2, "pay"],
        [3, "pay"],
        [4, "send"],
      ]);
      expect(scene.ledger.calls(id)).toHaveLength(1);
      expect(await scene.countMarks(id)).toBe(1);
    }
    const runs = workers.map(({ reports }) => reports.filter(({ type }) => type === "left").length);
    expect(runs.reduce((sum, n) => sum + n, 0)).toBe(count);
    for (const share of runs) expect(share).toBeGreaterThan(0);
  });

  test("one that stops in good order hands over what it runs, without a death", async () => {
    const leaving = await scene.workers.start();
    const id = await scene.play([
      { op: "effect", name: "pay" },
      { op: "wait", name: "a moment", seconds: 0.2 },
      { op: "call", name: "think" },
    ]);
    scene.ledger.hang(id, "think");
    await until("the model call", () => scene.ledger.calls(id, "think").length === 1, 20_000);
    await leaving.stop();
    scene.ledger.mend(id, "think");
    const { rows } = await scene.core.db.autocommit.query({
      text: "select status, deaths from executions where id = $1",
      values: [id],
    });
    expect(rows).toEqual([{ status: "queued", deaths: 0 }]);
    await scene.workers.start();
    await until(
      "the end",
      async () => (await readExecution(scene.core, scene.workspaceId, id)).status === "completed",
    );
    expect(scene.ledger.calls(id, "pay")).toHaveLength(1);
  });
});
