import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { analyze, countRowsRead } from "../../test/rows-read.ts";
import { newId } from "../base/ids.ts";
import { type AuditFilter, selectAuditEntries } from "./audit-store.ts";

let core: TestCore;
let workspaceId: string;
beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});
afterAll(() => core.close());

/** Entries in the order given, each with the changes that it is to have. */
async function record(all: readonly unknown[], workspace = workspaceId): Promise<readonly string[]> {
  // Within a millisecond ids come in any order.
  const ids = all.map(() => newId()).toSorted();
  await core.db.autocommit.query({
    text: `insert into audit_log (workspace_id, id, actor_kind, action, target_kind, changes)
      select $1, e.id, 'system', 'task.update', 'task', e.changes
      from unnest($2::uuid[], $3::jsonb[]) as e (id, changes)`,
    values: [workspace, ids, all.map((changes) => JSON.stringify(changes))],
  });
  return ids;
}

/** All pages, three at a time. */
async function find(q: string, filter: AuditFilter = {}): Promise<readonly string[]> {
  const found: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = { limit: 3, ...(cursor === undefined ? {} : { cursor }) };
    const { items, nextCursor } = await core.db.tenant(workspaceId, (tx) =>
      selectAuditEntries(tx, { q, ...filter }, page),
    );
    found.push(...items.map(({ id }) => id));
    cursor = nextCursor;
  }
  return found;
}

const other = Array.from({ length: 700 }, (_, index) => ({ name: ["Report", `Report ${index}`] }));

test("the values are searched as they are, however deep they stand, and the fields' names", async () => {
  const [quoted = "", deep = "", broken = ""] = await record([
    { name: ["A", 'Say "hello\\n" to\nAnna'] },
    { limits: [null, { maxCostUsd: "12.75", rooms: [{ label: "Attic" }] }] },
    null,
  ]);
  for (const q of ['say "HELLO\\n" to', "to\nAnna"]) expect(await find(q), q).toEqual([quoted]);
  for (const q of ["12.75", "attic", "LIMITS"]) expect(await find(q), q).toEqual([deep]);
  // The keys of what is inside a value, and JSON's own signs, stand on no screen.
  for (const q of ["maxCostUsd", '"name"', "[null"]) expect(await find(q), q).toEqual([]);
  expect(await find("task.update")).toEqual([broken, deep, quoted]);
});

test("few among many are found, all and in order, without reading all", async () => {
  const [first = "", second = ""] = await record([{ name: ["", "Zanzibar"] }, { name: ["zanzibar", ""] }]);
  for (let round = 0; round < 10; round += 1) await record(other);
  const [newest = ""] = await record([{ name: ["", "in Zanzibar"] }]);
  await analyze(core, "audit_log");
  expect(await find("ZANZIBAR")).toEqual([newest, second, first]);
  expect(await find("zanzibar", { action: "task.create" })).toEqual([]);
  expect(await find("zanzibar", { target: { kind: "task", id: newId() } })).toEqual([]);
  const { read } = await core.db.tenant(workspaceId, (tx) =>
    countRowsRead(tx, ["audit_log"], () => selectAuditEntries(tx, { q: "zanzibar" }, { limit: 3 })),
  );
  // The newest 500 are looked through for the first page, which holds all.
  expect(read).toBeLessThan(1_200);
});

test("what many have is read on from the newest, page by page", async () => {
  const often = Array.from({ length: 15 }, (_, index) => ({ name: ["", `Often ${index}`] }));
  const [old = [], middle, recent] = [await record(often), await record(other), await record(often)];
  expect(middle).toHaveLength(other.length);
  expect(await find("often")).toEqual([...old, ...(recent ?? [])].toReversed());
  expect(
    await core.db.tenant(workspaceId, (tx) => selectAuditEntries(tx, { q: "often" }, { limit: 20 })),
  ).toMatchObject({
    items: [...(recent ?? []).toReversed(), ...old.toReversed().slice(0, 5)].map((id) => ({ id })),
  });
});

test("another workspace's entries are never found", async () => {
  const foreign = await core.newWorkspace();
  await record([{ name: ["", "Nowhere else"] }], foreign);
  expect(await find("nowhere else")).toEqual([]);
});
