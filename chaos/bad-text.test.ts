import { afterAll, beforeAll, expect, test } from "vitest";
import { untilStatus } from "../test/engine.ts";
import { openScene, type Scene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

test("NUL and lone surrogates in one model's answer beside 49 healthy executions", async () => {
  const ids = await Promise.all(
    Array.from({ length: 50 }, () =>
      scene.play([
        { op: "call", name: "think" },
        { op: "effect", name: "tell" },
        { op: "note", name: "done" },
      ]),
    ),
  );
  const bad = ids[23] ?? "";
  const answer = { text: "a\u0000b\ud83dc", "k\udc00\u0000": ["\u0000", "\u{1f600}"] };
  scene.ledger.answer(bad, "think", answer);
  scene.ledger.answer(bad, "tell", "\ud800\u0000");
  // All in one process, so that they share its batches.
  await scene.workers.start({ concurrency: 64 });
  for (const id of ids) {
    expect(await untilStatus(scene.core, scene.workspaceId, id, "completed")).toMatchObject({ attempt: 1 });
    expect(scene.ledger.calls(id, "tell")).toHaveLength(1);
  }
  const outputs = async (id: string) => (await scene.steps(id)).map(({ payload }) => payload.output);
  for (const id of ids.filter((one) => one !== bad))
    expect(await outputs(id)).toEqual(["ok", undefined, "ok", 1]);
  expect(await outputs(bad)).toEqual([
    { text: "ab\ufffdc", "k\ufffd": ["", "\u{1f600}"] },
    undefined,
    "\ufffd",
    1,
  ]);
}, 40_000);
