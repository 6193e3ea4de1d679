import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTaskFixture, daily, faultsOf, type TaskFixture, taskPath } from "../../../test/tasks.ts";
import { deleteContact, optOut } from "../../contacts/index.ts";
import type { Tx } from "../../db/index.ts";
import { type Core, cancelExecutions, type Execution } from "../../engine/index.ts";
import { cancelTask } from "../control.ts";
import { insertReached } from "../goals/store.ts";
import { sweepOnce } from "../sweep.ts";
import type { Audience, TaskFields } from "../task.ts";
import { deleteTask } from "../tasks.ts";
import { walkJob, walkOn } from "../walk/job.ts";
import { finishWalks, makeContacts, sentWalks } from "../walk/walks.test-support.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const everyDay = { kind: "daily", timezone: "Europe/Berlin", time: "09:00" } as const;
const origin = { caller: null, requestId: null };
const audienceOf = (tag: string, more: Partial<Audience> = {}): Audience => ({
  filter: { tag },
  maxContactsPerRun: 1_000,
  pacePerMinute: null,
  ...more,
});
const newTask = (tag: string, more: Partial<Audience> = {}, fields: Partial<TaskFields> = {}) =>
  fixture.newTask({ schedule: daily, audience: audienceOf(tag, more), ...fields });

/** Lets the task's schedule fire; answers the walk that this began. */
async function fire(taskId: string): Promise<string> {
  await fixture.makeDue(taskId);
  await sweepOnce(fixture.core);
  const walkId = sentWalks(fixture).at(-1);
  if (walkId === undefined) throw new Error("no walk was sent");
  return walkId;
}

const walk = (walkId: string, size?: number) => walkOn(fixture.core, fixture.workspaceId, walkId, size);

/** Ends what a task has under way, so that it is not in the way of a later tick. */
async function endAll(taskId: string): Promise<void> {
  await fixture.tenant((tx) =>
    cancelExecutions(fixture.core, tx, { taskId }, { code: "test", message: "Ended by the test." }),
  );
}

const byContact = (executions: readonly Execution[]) =>
  Object.fromEntries(
    executions.map(({ contactId, status, reasonCode }) => [contactId ?? "nobody", reasonCode ?? status]),
  );

it("spreads the contacts of a run over its jitter, each always by the same delay", async () => {
  await makeContacts(fixture, 5, { tags: ["jitter"] });
  const task = await newTask("jitter", {}, { schedule: { ...everyDay, jitterSeconds: 3_600 } });
  await fire(task.id);
  await finishWalks(fixture);
  const { rows } = await fixture.core.db.autocommit.query<{ status: string; delay: number }>({
    text: `select status, extract(epoch from available_at - scheduled_for)::float8 as delay
      from executions where task_id = $1 order by available_at`,
    values: [task.id],
  });
  expect(rows.map(({ status }) => status)).toEqual(Array(5).fill("waiting"));
  const delays = rows.map(({ delay }) => delay);
  expect(new Set(delays).size).toBe(5);
  expect(Math.max(...delays)).toBeLessThan(3_600);
});

describe("the last run over an audience", () => {
  it("ends its task with its last contact, not with the first", async () => {
    await makeContacts(fixture, 3, { tags: ["last"] });
    const task = await newTask("last", {}, { schedule: { ...everyDay, maxRuns: 1 } });
    await fixture.makeDue(task.id);
    await sweepOnce(fixture.core);
    await finishWalks(fixture);
    const state = async () => (await fixture.read(task.id)).state;
    for (const [index, { id }] of (await fixture.executions(task.id)).entries()) {
      expect(await state(), `before the end of number ${index + 1}`).toBe("active");
      await fixture.tenant((tx) =>
        cancelExecutions(fixture.core, tx, { ids: [id] }, { code: "test", message: "Ended by the test." }),
      );
    }
    expect(await state()).toBe("ended");
  });
});

describe("a tick over an audience", () => {
  it("makes one execution for each contact that matches", async () => {
    const ids = await makeContacts(fixture, 4, { tags: ["each"] });
    await makeContacts(fixture, 1, { tags: ["other"] });
    const task = await newTask("each", {}, { limits: { maxTimeSeconds: 1_800 } });
    await fire(task.id);
    expect(await fixture.executions(task.id)).toEqual([]);
    await finishWalks(fixture);
    const executions = await fixture.executions(task.id);
    expect(executions.map(({ contactId }) => contactId).sort()).toEqual([...ids].sort());
    expect(executions[0]).toMatchObject({
      ...{ status: "queued", lane: "bulk", trigger: "schedule", kind: "task", agentId: task.agentId },
      scheduledFor: expect.any(Date),
    });
    const { rows } = await fixture.core.db.autocommit.query({
      text: "select distinct max_time_seconds from executions where task_id = $1",
      values: [task.id],
    });
    expect(rows).toEqual([{ max_time_seconds: 1_800 }]);
  });

  it("passes nobody over and takes nobody twice when it dies between two batches and in the middle of one", async () => {
    const ids = await makeContacts(fixture, 7, { tags: ["crash"] });
    const task = await newTask("crash");
    const walkId = await fire(task.id);
    expect(await walk(walkId, 2)).toBe(true);
    await expect(
      walkOn(failAfter(fixture.core, "insert_executions"), fixture.workspaceId, walkId, 2),
    ).rejects.toThrow("the process died");
    expect(await fixture.executions(task.id)).toHaveLength(2);
    while (await walk(walkId, 2));
    const executions = await fixture.executions(task.id);
    expect(executions.map(({ contactId }) => contactId).sort()).toEqual([...ids].sort());
    expect(await walk(walkId, 2)).toBe(false);
  });

  it("is carried out by the job, which stops when its process does", async () => {
    await makeContacts(fixture, 3, { tags: ["job"] });
    const task = await newTask("job");
    const walkId = await fire(task.id);
    const { workspaceId } = fixture;
    const job = walkJob(fixture.core);
    const stopping = AbortSignal.abort(new Error("the process stops"));
    expect(job.id).toBe("tasks.walk");
    await walk(walkId, 1);
    await job.handle({ walkId }, { workspaceId, signal: stopping, attempt: 1 });
    expect(await fixture.executions(task.id)).toHaveLength(3);

    const another = await fire(task.id);
    await fixture.core.db.autocommit.query({
      text: `insert into contacts (workspace_id, id, tags)
        select $1, gen_random_uuid(), '{job}' from generate_series(1, 500)`,
      values: [workspaceId],
    });
    await expect(
      job.handle({ walkId: another }, { workspaceId, signal: stopping, attempt: 1 }),
    ).rejects.toThrow("the process stops");
  });

  it("is written once by two workers that have the same job", async () => {
    const ids = await makeContacts(fixture, 12, { tags: ["twice"] });
    const task = await newTask("twice");
    const walkId = await fire(task.id);
    const work = async () => {
      while (await walk(walkId, 2));
    };
    await Promise.all([work(), work(), work()]);
    const executions = await fixture.executions(task.id);
    expect(executions).toHaveLength(ids.length);
    expect(new Set(executions.map(({ contactId }) => contactId)).size).toBe(ids.length);
  });

  it("takes no more contacts than the task says, and says how many more there were", async () => {
    await makeContacts(fixture, 5, { tags: ["most"] });
    const task = await newTask("most", { maxContactsPerRun: 3 });
    const walkId = await fire(task.id);
    while (await walk(walkId, 2));
    const executions = await fixture.executions(task.id);
    expect(executions.filter(({ status }) => status === "queued")).toHaveLength(3);
    const skipped = executions.filter(({ status }) => status === "skipped");
    expect(skipped).toMatchObject([
      {
        contactId: null,
        reasonCode: "audience_limit",
        missedCount: 2,
        reasonMessage: expect.stringContaining("2 contacts more"),
      },
    ]);
  });

  it("skips contacts that opted out, each with its reason, without counting them", async () => {
    const [first = "", ...others] = await makeContacts(fixture, 3, { tags: ["out"] });
    await fixture.tenant((tx) => optOut(fixture.core, tx, first, "api", origin));
    const task = await newTask("out", { maxContactsPerRun: 2 });
    await fire(task.id);
    await finishWalks(fixture);
    expect(byContact(await fixture.executions(task.id))).toEqual({
      [first]: "contact_opted_out",
      ...Object.fromEntries(others.map((id) => [id, "queued"])),
    });
  });

  it("says so when nobody matches", async () => {
    const task = await newTask("nobody-has-this");
    await fire(task.id);
    await finishWalks(fixture);
    expect(await fixture.executions(task.id)).toMatchObject([
      { status: "skipped", reasonCode: "audience_empty", contactId: null, scheduledFor: expect.any(Date) },
    ]);
  });

  it("leaves out those for whom the task is over", async () => {
    const [done = "", open = ""] = await makeContacts(fixture, 2, { tags: ["over"] });
    const task = await newTask("over");
    await fixture.tenant((tx) =>
      insertReached(tx, { taskId: task.id, contactId: done, goal: "contact_replied" }),
    );
    await fire(task.id);
    await finishWalks(fixture);
    expect(byContact(await fixture.executions(task.id))).toEqual({
      [open]: "queued",
      nobody: "goal_reached",
    });
  });

  it("spreads the beginnings over time", async () => {
    await makeContacts(fixture, 3, { tags: ["pace"] });
    const task = await newTask("pace", { pacePerMinute: 2 });
    await fire(task.id);
    await finishWalks(fixture, 2);
    const executions = [...(await fixture.executions(task.id))].reverse();
    expect(executions.map(({ status }) => status)).toEqual(["queued", "waiting", "waiting"]);
    const [first, second, third] = executions.map(({ availableAt }) => availableAt.getTime());
    expect(Math.abs((second ?? 0) - (first ?? 0) - 30_000)).toBeLessThan(5_000);
    expect(Math.abs((third ?? 0) - (second ?? 0) - 30_000)).toBeLessThan(1_000);
  });
});

describe("a contact whose execution has not ended", () => {
  const twoTicks = async (tag: string, overlap: "skip" | "allow" | "queue_one" | "cancel_previous") => {
    const [busy = "", idle = ""] = await makeContacts(fixture, 2, { tags: [tag] });
    const task = await newTask(tag, {}, { policies: { overlap } });
    await fire(task.id);
    await finishWalks(fixture);
    const first = await fixture.executions(task.id);
    const ofIdle = first.filter(({ contactId }) => contactId === idle).map(({ id }) => id);
    await fixture.tenant((tx) =>
      cancelExecutions(fixture.core, tx, { ids: ofIdle }, { code: "test", message: "Ended." }),
    );
    await fire(task.id);
    await finishWalks(fixture);
    const known = new Set(first.map(({ id }) => id));
    const all = await fixture.executions(task.id);
    const later = all.filter(({ id }) => !known.has(id));
    const earlier = all.filter(({ id, contactId }) => known.has(id) && contactId === busy);
    return { task, busy, idle, later: byContact(later), earlier: byContact(earlier) };
  };

  it("is skipped, alone, with the policy skip", async () => {
    const { busy, idle, later } = await twoTicks("skip", "skip");
    expect(later).toEqual({ [busy]: "overlap", [idle]: "queued" });
  });

  it("gets a second one with the policy allow", async () => {
    const { busy, idle, later } = await twoTicks("allow", "allow");
    expect(later).toEqual({ [busy]: "queued", [idle]: "queued" });
  });

  it("gets one that waits with the policy queue_one, and no third", async () => {
    const { task, busy, idle, later } = await twoTicks("queue", "queue_one");
    expect(later).toEqual({ [busy]: "after_previous", [idle]: "queued" });
    await fire(task.id);
    await finishWalks(fixture);
    const [newest] = (await fixture.executions(task.id)).filter(({ contactId }) => contactId === busy);
    expect(newest).toMatchObject({ status: "skipped", reasonCode: "overlap" });
  });

  it("has its earlier one cancelled with the policy cancel_previous", async () => {
    const { busy, idle, later, earlier } = await twoTicks("cancel", "cancel_previous");
    expect(later).toEqual({ [busy]: "queued", [idle]: "queued" });
    expect(earlier).toEqual({ [busy]: "superseded" });
  });
});

describe("a run under way", () => {
  it("stops when the task's executions are cancelled", async () => {
    await makeContacts(fixture, 4, { tags: ["stopped"] });
    const task = await newTask("stopped");
    const walkId = await fire(task.id);
    await walk(walkId, 1);
    await fixture.tenant((tx) => cancelTask(fixture.core, tx, task.id, origin));
    expect(await walk(walkId, 1)).toBe(false);
    expect(await fixture.executions(task.id)).toMatchObject([{ status: "canceled" }]);
  });

  it("goes with its task, and goes on without a contact that was deleted", async () => {
    const [first = ""] = await makeContacts(fixture, 3, { tags: ["gone"] });
    const task = await newTask("gone");
    const walkId = await fire(task.id);
    await walk(walkId, 1);
    await fixture.tenant((tx) => deleteContact(fixture.core, tx, first, origin));
    await walk(walkId, 1);
    expect(await fixture.executions(task.id)).toHaveLength(2);
    await fixture.tenant((tx) => deleteTask(fixture.core, tx, task.id, origin));
    expect(await walk(walkId, 1)).toBe(false);
  });
});

it("loses what a contact that was deleted has queued or waiting, and goes on for the others", async () => {
  const [queued = "", waiting = "", running = "", other = ""] = await makeContacts(fixture, 4, {
    tags: ["left"],
  });
  const task = await newTask("left");
  await fire(task.id);
  await finishWalks(fixture);
  for (const [contactId, status] of [
    [waiting, "waiting"],
    [running, "running"],
  ])
    await fixture.core.db.autocommit.query({
      text: "update executions set status = $2, waiting_for = case when $2 = 'waiting' then 'time' end where contact_id = $1",
      values: [contactId, status],
    });
  for (const id of [queued, waiting, running])
    await fixture.tenant((tx) => deleteContact(fixture.core, tx, id, origin));
  const found = await fixture.executions(task.id);
  const is = new Map(found.map(({ contactId, status, reasonCode }) => [contactId, [status, reasonCode]]));
  expect(is.get(queued)).toEqual(["canceled", "contact_deleted"]);
  expect(is.get(waiting)).toEqual(["canceled", "contact_deleted"]);
  // It finds out by itself, and may have work to finish.
  expect(is.get(running)).toEqual(["running", null]);
  expect(is.get(other)).toEqual(["queued", null]);
  expect((await fixture.read(task.id)).state).toBe("active");
});

describe("a trigger", () => {
  it("answers the first contact's execution and leaves the others to the job", async () => {
    const ids = await makeContacts(fixture, 60, { tags: ["now"] });
    const task = await newTask("now", { maxContactsPerRun: 55 });
    const { status, body } = await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: "queued", trigger: "api", scheduledFor: null });
    expect(await fixture.executions(task.id)).toHaveLength(50);
    await finishWalks(fixture, 4);
    const executions = await fixture.executions(task.id);
    const queued = executions.filter((execution) => execution.status === "queued");
    expect(new Set(queued.map(({ contactId }) => contactId))).toEqual(new Set(ids.slice(0, 55)));
    expect(executions.find((execution) => execution.status === "skipped")).toMatchObject({
      ...{ reasonCode: "audience_limit", missedCount: 5 },
    });
    await endAll(task.id);
  });

  it("answers a skipped execution that says why there is none", async () => {
    const task = await newTask("nobody-either");
    const { status, body } = await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: "skipped", reason: { code: "audience_empty" } });
  });
});

describe("the preview", () => {
  it("counts and shows some, without those who opted out", async () => {
    const [first = ""] = await makeContacts(fixture, 12, { tags: ["shown"] });
    await fixture.tenant((tx) => optOut(fixture.core, tx, first, "api", origin));
    const { status, body } = await fixture.api.send("POST", "/v1/tasks/audience/preview", {
      body: { filter: { tag: "shown" } },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: 11, optedOut: 1 });
    expect((body as { sample: unknown[] }).sample).toHaveLength(10);
  });

  it("refuses what is no filter", async () => {
    const received = await fixture.api.send("POST", "/v1/tasks/audience/preview", {
      body: { filter: { color: "red" } },
    });
    expect(received.status).toBe(422);
    expect(faultsOf(received)).toMatchObject({ "filter.color": "unknown_field" });
  });

  it("has a task refused whose pace would take weeks", async () => {
    const received = await fixture.api.send("POST", "/v1/tasks", {
      body: {
        name: "Slow",
        description: "Say hello.",
        audience: { filter: { tag: "x" }, maxContactsPerRun: 100_000, pacePerMinute: 1 },
      },
    });
    expect(faultsOf(received)).toEqual({ "audience.pacePerMinute": "pace_too_slow" });
  });
});

/** A core whose transactions fail right after the named statement, as if the process had died there. */
function failAfter(core: Core, statement: string): Core {
  const failing = <T extends Tx>(tx: T): T => ({
    ...tx,
    query: async (sent: Parameters<Tx["query"]>[0]) => {
      const result = await tx.query(sent);
      if (sent.name === statement) throw new Error("the process died");
      return result;
    },
  });
  return {
    ...core,
    db: { ...core.db, tenant: (id, work) => core.db.tenant(id, (tx) => work(failing(tx))) },
  };
}
