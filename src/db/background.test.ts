import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { systemClock } from "../base/clock.ts";

let core: TestCore;
let workspaceId: string;
let aheadMs = 0;

beforeAll(async () => {
  const monotonicMs = () => systemClock.monotonicMs() + aheadMs;
  core = await createTestCore({ clock: { ...systemClock, monotonicMs } });
  workspaceId = await core.newWorkspace();
});
// Nobody has asked for anything in the last hour.
beforeEach(() => {
  aheadMs += 3_600_000;
});
afterAll(() => core.close());

const beginTenant = (work: () => Promise<void>) => core.db.tenant(workspaceId, work);
const beginSystem = (work: () => Promise<void>) => core.db.system(work);

/** Transactions that stay open until released, and how many are open. */
function createHolders(count: number, begin: typeof beginTenant = beginTenant) {
  let open = 0;
  let most = 0;
  const releases: (() => void)[] = [];
  const hold = () =>
    begin(async () => {
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
  // All but one place are given up one by one, since somebody asks now.
  expect(await core.db.tenant(workspaceId, async () => "asked")).toBe("asked");
  for (let left = 7; left >= 1; left--) {
    releaseOne();
    await expect.poll(() => counts().open).toBe(left);
  }
  releaseOne();
  await expect.poll(() => counts().open).toBe(1);
  await finish();
  expect(counts()).toEqual({ open: 0, most: 8 });
});

test("transactions of the system take turns as well", async () => {
  await core.db.tenant(workspaceId, async () => "asked");
  const { counts, finish } = createHolders(4, beginSystem);
  await expect.poll(() => counts().open).toBe(1);
  await finish();
  expect(counts()).toEqual({ open: 0, most: 1 });
});

test("one begun inside another is refused and waits for nothing", async () => {
  const nested = core.db.background(() =>
    core.db.tenant(workspaceId, () => beginSystem(async () => undefined)),
  );
  await expect(nested).rejects.toThrow("inside another one");
});

test("what a commit sets off is not background work any more", async () => {
  let after: Promise<void> | undefined;
  await core.db.background(() =>
    core.db.tenant(workspaceId, async (tx) => {
      tx.afterCommit(() => {
        after = beginTenant(async () => undefined);
      });
    }),
  );
  await after;
  const { counts, finish } = createHolders(4);
  await expect.poll(() => counts().open).toBe(1);
  await finish();
  expect(counts()).toEqual({ open: 0, most: 1 });
});
