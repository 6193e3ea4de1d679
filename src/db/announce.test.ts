import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { encodeChange, type PlacedChange } from "../base/change.ts";
import { newId } from "../base/ids.ts";
import { withSavepoint } from "./savepoint.ts";

let core: TestCore;
let workspaceId: string;
let heard: string[] = [];

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  core.signals.listen("live", (payload) => heard.push(payload));
});
beforeEach(() => {
  heard = [];
});
afterAll(() => core.close());

const newTask = (): PlacedChange => ({ workspaceId, kind: "task", id: newId() });

test("a change is told of after the commit, once, also from the system's transactions", async () => {
  const [ours, theirs] = [newTask(), { ...newTask(), workspaceId: newId() }];
  await core.db.tenant(workspaceId, async (tx) => {
    tx.announce(ours);
    tx.announce(ours);
    expect(heard).toEqual([]);
  });
  await core.db.system(async (tx) => tx.announce(theirs));
  expect(heard).toEqual([ours, theirs].map(encodeChange));
});

test("what was rolled back is not told of", async () => {
  const failing = core.db.tenant(workspaceId, async (tx) => {
    tx.announce(newTask());
    throw new Error("no luck");
  });
  await expect(failing).rejects.toThrow("no luck");
  expect(heard).toEqual([]);
});

test("of a transaction that runs again only the last attempt is told of", async () => {
  const tried: PlacedChange[] = [];
  await core.db.tenant(workspaceId, async (tx) => {
    const change = newTask();
    tx.announce(change);
    tried.push(change);
    if (tried.length === 1) throw Object.assign(new Error("deadlock"), { code: "40P01" });
  });
  expect(tried).toHaveLength(2);
  expect(heard).toEqual(tried.slice(1).map(encodeChange));
});

test("a part that fails takes its changes along, one that succeeds does not", async () => {
  const [kept, outside] = [newTask(), newTask()];
  await core.db.tenant(workspaceId, async (tx) => {
    await withSavepoint(tx, async (part) => {
      part.announce(newTask());
      throw new Error("no luck");
    }).catch(() => undefined);
    await withSavepoint(tx, (part) => withSavepoint(part, async (inner) => inner.announce(kept)));
    tx.announce(outside);
  });
  expect(heard).toEqual([kept, outside].map(encodeChange));
});

test("a batch as large as the sweep's says one thing for each kind and workspace", async () => {
  const other = newId();
  await core.db.system(async (tx) => {
    for (let count = 0; count < 250; count += 1)
      for (const place of [workspaceId, other])
        for (const kind of ["task", "execution"] as const)
          tx.announce({ workspaceId: place, kind, id: newId() });
  });
  expect(heard.toSorted()).toEqual(
    [workspaceId, other].flatMap((place) => [`${place} task:`, `${place} execution:`]).toSorted(),
  );
});
