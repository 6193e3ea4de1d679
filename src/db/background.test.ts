import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";

let core: TestCore;
let workspaceId: string;

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});
afterAll(() => core.close());

/** Transactions that stay open until released, and how many are open. */
function createHolders(count: number) {
  let open = 0;
  let most = 0;
  const releases: (() => void)[] = [];
  const hold = () =>
    core.db.tenant(workspaceId, async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise<void>((resolve) => releases.push(resolve));
      open -= 1;
    });
  const all = Array.from({ length: count }, () => core.db.background(hold));
  return {
    counts: () => ({ open, most }),
    releaseOne: () => releases.shift()?.(),
    async finish() {
      const done = Promise.all(all);
      const settled = done.then(() => true);
      while (
        !(await Promise.race([settled, new Promise<false>((next) => setImmediate(() => next(false)))]))
      ) {
        releases.shift()?.();
      }
    },
  };
}

test("background transactions leave connections free for others, and make way while others ask", async () => {
  const { counts, releaseOne, finish } = createHolders(20);
  await expect.poll(() => counts().open).toBe(8);
  // All but two places are given up one by one, since somebody asks now.
  expect(await core.db.tenant(workspaceId, async () => "asked")).toBe("asked");
  for (let left = 7; left >= 2; left--) {
    releaseOne();
    await expect.poll(() => counts().open).toBe(left);
  }
  releaseOne();
  await expect.poll(() => counts().open).toBe(2);
  await finish();
  expect(counts()).toEqual({ open: 0, most: 8 });
});

test("what a commit sets off is not background work any more", async () => {
  let after: Promise<string> | undefined;
  const { finish } = createHolders(0);
  await core.db.background(() =>
    core.db.tenant(workspaceId, async (tx) => {
      tx.afterCommit(() => {
        after = core.db.tenant(workspaceId, async () => "not in turn");
      });
    }),
  );
  expect(await after).toBe("not in turn");
  await finish();
});
