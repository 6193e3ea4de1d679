import { afterAll, beforeAll, expect, it } from "vitest";
import { createTaskFixture, daily, faultsOf, type TaskFixture } from "../../../test/tasks.ts";
import { newId, toId } from "../../base/ids.ts";
import { changeTasks } from "./bulk.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const origin = { caller: null, requestId: null };
const send = (body: unknown) => fixture.api.send("POST", "/v1/tasks/bulk", { body });
const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });

async function newTasks(count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push((await fixture.newTask({ schedule: daily })).id);
  return ids;
}

const shown = (ids: readonly string[]) => ids.map((id) => toId("task", id));

it("does to each task what its own route does, in the order given", async () => {
  const ids = await newTasks(3);
  const change = async (action: string, more: object = {}) => {
    const { status, body } = await send({ action, ids: shown(ids), ...more });
    expect(status).toBe(200);
    return (body as { items: { id: string; ok: boolean; state?: string | null }[] }).items;
  };
  const each = (state: string | null) => shown(ids).map((id) => ({ id, ok: true, state }));
  expect(await change("pause", { note: "On holiday" })).toEqual(each("paused"));
  expect(await fixture.read(ids[2] ?? "")).toMatchObject({
    ...{ state: "paused", stateReason: { code: "paused", message: "On holiday" }, nextRunAt: null },
  });
  expect(await change("resume")).toEqual(each("active"));
  expect((await fixture.read(ids[0] ?? "")).nextRunAt).toBeInstanceOf(Date);
  await fixture.api.send("POST", `/v1/tasks/${toId("task", ids[1] ?? "")}/trigger`);
  expect(await change("cancel")).toEqual(each("active"));
  expect(await fixture.executions(ids[1] ?? "")).toMatchObject([{ status: "canceled" }]);
  expect(await change("delete")).toEqual(each(null));
  expect((await fixture.api.send("GET", `/v1/tasks/${toId("task", ids[0] ?? "")}`)).status).toBe(404);
  const { rows } = await run(
    "select action from audit_log where target_id = $1 and action <> 'task.create' order by id",
    [ids[0]],
  );
  expect(rows.map(({ action }) => action)).toEqual([
    ...["task.pause", "task.resume", "task.cancel", "task.delete"],
  ]);
});

it("keeps nothing from the others if one is refused or not there", async () => {
  const [ended = "", active = ""] = await newTasks(2);
  await run("update tasks set state = 'ended' where id = $1", [ended]);
  const { body } = await send({ action: "pause", ids: shown([ended, newId(), active]) });
  expect(body).toMatchObject({
    items: [
      { ok: false, error: { code: "task_ended", message: "The task has ended; there is nothing to pause." } },
      { ok: false, error: { code: "not_found", message: expect.stringContaining("task") } },
      { ok: true, state: "paused" },
    ],
  });
  expect((await fixture.read(active)).state).toBe("paused");
});

it("does not see another workspace's tasks", async () => {
  const [id = ""] = await newTasks(1);
  const other = await fixture.core.newWorkspace();
  expect(await changeTasks(fixture.core, other, { action: "delete", ids: [id] }, origin)).toMatchObject([
    { id, ok: false, error: { code: "not_found" } },
  ]);
  expect((await fixture.read(id)).state).toBe("active");
});

it("says of which tasks a fault of ours kept it, and throws while nothing is done", async () => {
  const [first = "", second = "", third = ""] = await newTasks(3);
  const brokenFor = (broken: readonly string[]) => {
    const { db } = fixture.core;
    let calls = -1;
    const ids = [first, second, third];
    const tenant: typeof db.tenant = async (workspaceId, work) => {
      calls += 1;
      if (broken.includes(ids[calls] ?? "")) throw new Error("a secret of ours");
      return db.tenant(workspaceId, work);
    };
    return { ...fixture.core, db: { ...db, tenant } };
  };
  const change = (broken: readonly string[]) => {
    const ids = [first, second, third];
    return changeTasks(brokenFor(broken), fixture.workspaceId, { action: "pause", ids }, origin);
  };
  const results = await change([second]);
  expect(results).toMatchObject([
    { ok: true },
    { ok: false, error: { code: "internal_error" } },
    { ok: true },
  ]);
  expect(JSON.stringify(results)).not.toContain("secret");
  await expect(change([first])).rejects.toThrow("a secret of ours");
});

it("says what is wrong, at its field", async () => {
  const [id = ""] = shown(await newTasks(1));
  const many = Array.from({ length: 101 }, () => toId("task", newId()));
  const cases: [object, string, string][] = [
    [{ ids: [id] }, "action", "required"],
    [{ action: "trigger", ids: [id] }, "action", "not_one_of"],
    [{ action: "pause" }, "ids", "required"],
    [{ action: "pause", ids: [] }, "ids", "too_few"],
    [{ action: "pause", ids: many }, "ids", "too_many"],
    [{ action: "pause", ids: [id, id] }, "ids", "duplicate"],
    [{ action: "pause", ids: [toId("agent", newId())] }, "ids.0", "id_invalid"],
    [{ action: "resume", ids: [id], note: "Back again" }, "note", "not_allowed"],
    [{ action: "pause", ids: [id], note: " " }, "note", "too_short"],
    [{ action: "pause", ids: [id], reason: "x" }, "reason", "unknown_field"],
  ];
  for (const [body, path, code] of cases)
    expect([body, faultsOf(await send(body))]).toEqual([body, { [path]: code }]);
});
