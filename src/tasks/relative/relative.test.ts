import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startServices } from "../../../test/engine.ts";
import { createTaskFixture, type TaskFixture, taskPath } from "../../../test/tasks.ts";
import { until } from "../../../test/until.ts";
import { deleteContact, optOut, rememberFact, updateContact } from "../../contacts/index.ts";
import { cancelExecutions } from "../../engine/index.ts";
import { pauseTask, resumeTask } from "../control.ts";
import { reconcileSchedules } from "../reconcile.ts";
import type { Schedule } from "../schedule/index.ts";
import type { Task, TaskFields } from "../task.ts";
import { updateTask } from "../tasks.ts";
import { finishWalks, makeContacts } from "../walk/walks.test-support.ts";
import { reconcileRelative } from "./reconcile.ts";
import { createRelativeSweep, fireDue, sweepRelative } from "./sweep.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());
beforeEach(() => run("delete from task_contact_runs"));

const origin = { caller: null, requestId: null };
const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const day = 86_400;
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

const weekAfter: Schedule = {
  kind: "relative",
  timezone: "Europe/Berlin",
  attribute: "purchasedAt",
  offsetSeconds: 7 * day,
};

/** A contact who bought so many seconds ago. */
async function newBuyer(secondsAgo: number, tags: string[] = []): Promise<string> {
  const attributes = { purchasedAt: inSeconds(-secondsAgo) };
  const [id = ""] = await makeContacts(fixture, 1, { tags, attributes });
  return id;
}

const change = (contactId: string, fields: Parameters<typeof updateContact>[3]) =>
  fixture.tenant((tx) => updateContact(fixture.core, tx, contactId, fields, origin));

const ofContact = (contactId: string, fields: Partial<TaskFields> = {}) =>
  fixture.newTask({ schedule: weekAfter, contactId, ...fields });

async function ofAudience(tag: string, fields: Partial<TaskFields> = {}): Promise<Task> {
  const audience = { filter: { tag }, maxContactsPerRun: 1_000, pacePerMinute: null };
  const task = await fixture.newTask({ schedule: weekAfter, audience, ...fields });
  await finishWalks(fixture, 2);
  return task;
}

const sweep = () => sweepRelative(fixture.core, () => false);
const nextRunOf = async (taskId: string) =>
  ((await fixture.api.send("GET", taskPath(taskId))).body as { nextRunAt: string | null }).nextRunAt;

/** Lets what waits be due by now, by the database's clock. */
const makeDue = (taskId: string, secondsAgo = 1) =>
  run(
    "update task_contact_runs set due_at = now() - $2 * interval '1 second' where task_id = $1 and settled_at is null",
    [taskId, secondsAgo],
  );

const summary = async (taskId: string) =>
  (await fixture.executions(taskId)).map(({ contactId, status, reasonCode }) => ({
    contactId,
    is: reasonCode ?? status,
  }));

describe("a contact's date", () => {
  it("makes the run at its time, once", async () => {
    const contactId = await newBuyer(7 * day - 3_600);
    const task = await ofContact(contactId);
    const nextRunAt = await nextRunOf(task.id);
    expect(Math.abs(Date.parse(nextRunAt ?? "") - Date.now() - 3_600_000)).toBeLessThan(60_000);
    await sweep();
    expect(await fixture.executions(task.id)).toEqual([]);
    await makeDue(task.id);
    await sweep();
    expect(await fixture.executions(task.id)).toMatchObject([
      { contactId, status: "queued", trigger: "schedule", lane: "scheduled", agentId: task.agentId },
    ]);
    await sweep();
    expect(await fixture.executions(task.id)).toHaveLength(1);
    expect(await nextRunOf(task.id)).toBe(null);
  });

  it("is followed when it changes, and runs once per value", async () => {
    const contactId = await newBuyer(6 * day);
    const task = await ofContact(contactId, { policies: { overlap: "allow" } });
    const before = await nextRunOf(task.id);
    const later = inSeconds(-3 * day);
    await change(contactId, { attributes: { purchasedAt: later } });
    expect(Date.parse((await nextRunOf(task.id)) ?? "")).toBe(Date.parse(later) + 7 * day * 1_000);
    expect(await nextRunOf(task.id)).not.toBe(before);
    await makeDue(task.id);
    await sweep();
    await change(contactId, { attributes: { purchasedAt: inSeconds(-2 * day) } });
    await change(contactId, { attributes: { purchasedAt: later } });
    expect(await nextRunOf(task.id)).toBe(null);
    expect(await fixture.executions(task.id)).toHaveLength(1);
    await change(contactId, { attributes: { purchasedAt: inSeconds(-1 * day) } });
    await makeDue(task.id);
    await sweep();
    expect(await fixture.executions(task.id)).toHaveLength(2);
  });

  it.each(["constructor", "toString", "__proto__"])(
    "is none where the attribute is called %s and the contact has no such attribute",
    async (attribute) => {
      const contactId = await newBuyer(6 * day);
      const task = await ofContact(contactId, { schedule: { ...weekAfter, attribute } });
      await change(contactId, { attributes: { other: 1 } });
      expect(await nextRunOf(task.id)).toBe(null);
      expect(await fixture.executions(task.id)).toEqual([]);
    },
  );

  it("is no run any more when it is taken away", async () => {
    const contactId = await newBuyer(6 * day);
    const task = await ofContact(contactId);
    await change(contactId, { attributes: { purchasedAt: null } });
    expect(await nextRunOf(task.id)).toBe(null);
  });

  it("is recorded when it is no date", async () => {
    const contactId = await newBuyer(6 * day);
    const task = await ofContact(contactId);
    await change(contactId, { attributes: { purchasedAt: "soon" } });
    expect(await fixture.executions(task.id)).toMatchObject([
      {
        ...{ contactId, status: "skipped", reasonCode: "attribute_invalid" },
        reasonMessage: expect.stringContaining('"soon"'),
      },
    ]);
    await change(contactId, { name: "Anna", attributes: { purchasedAt: "soon" } });
    expect(await fixture.executions(task.id)).toHaveLength(1);
  });

  it("that is past does not fire in retrospect beyond the catch-up window, and within it does", async () => {
    const late = await ofContact(await newBuyer(7 * day + 7_200));
    expect(await summary(late.id)).toMatchObject([{ is: "missed" }]);
    await sweep();
    expect(await fixture.executions(late.id)).toHaveLength(1);

    const inTime = await ofContact(await newBuyer(7 * day + 600));
    await sweep();
    expect(await fixture.executions(inTime.id)).toMatchObject([{ status: "queued", trigger: "catch_up" }]);

    const strict = await ofContact(await newBuyer(7 * day + 600), { policies: { misfire: "skip" } });
    expect(await summary(strict.id)).toMatchObject([{ is: "missed" }]);
  });
});

describe("the audience of a relative schedule", () => {
  it("gets a run each, also those who come to match later", async () => {
    const first = await newBuyer(7 * day, ["a1"]);
    const second = await newBuyer(7 * day, ["a1"]);
    await newBuyer(7 * day, ["not-a1"]);
    const task = await ofAudience("a1");
    const third = await newBuyer(7 * day, ["a1"]);
    const fourth = await newBuyer(7 * day, []);
    await change(fourth, { tags: ["a1"] });
    await change(second, { tags: [] });
    await sweep();
    const executions = await summary(task.id);
    expect(executions.map(({ contactId }) => contactId).sort()).toEqual([first, third, fourth].sort());
    expect(new Set(executions.map(({ is }) => is))).toEqual(new Set(["queued"]));
  });

  it("says once how many values of the audience give no time or are past", async () => {
    await newBuyer(30 * day, ["a2"]);
    await newBuyer(20 * day, ["a2"]);
    await makeContacts(fixture, 1, { tags: ["a2"], attributes: { purchasedAt: "never" } });
    await makeContacts(fixture, 1, { tags: ["a2"] });
    const task = await ofAudience("a2");
    const executions = await fixture.executions(task.id);
    expect(executions.map(({ reasonCode, missedCount }) => [reasonCode, missedCount]).sort()).toEqual([
      ["attribute_invalid", 1],
      ["missed", 2],
    ]);
    await reconcileRelative(fixture.core);
    await finishWalks(fixture);
    expect(await fixture.executions(task.id)).toHaveLength(2);
  });

  it("is looked through again for what no change of a contact tells", async () => {
    const contactId = await newBuyer(7 * day);
    const audience = {
      filter: { memory: { key: "plan", equals: "pro" } },
      ...{ maxContactsPerRun: 10, pacePerMinute: null },
    };
    const task = await fixture.newTask({ schedule: weekAfter, audience });
    await finishWalks(fixture);
    await fixture.tenant((tx) =>
      rememberFact(tx, { contactId, text: "Is on pro.", key: "plan", value: "pro", source: "api" }),
    );
    await sweep();
    expect(await fixture.executions(task.id)).toEqual([]);
    expect(await reconcileRelative(fixture.core)).toBeGreaterThan(0);
    await finishWalks(fixture);
    await sweep();
    expect(await summary(task.id)).toEqual([{ contactId, is: "queued" }]);
  });

  it("skips who has left it, opted out or is busy when the time comes", async () => {
    const left = await newBuyer(6 * day, ["a3"]);
    const out = await newBuyer(6 * day, ["a3"]);
    const busy = await newBuyer(6 * day, ["a3"]);
    const task = await ofAudience("a3");
    await makeDue(task.id);
    await fixture.tenant((tx) => optOut(fixture.core, tx, out, "api", origin));
    // As time passing would do it, without a change of the contact.
    await run("update contacts set tags = '{}' where id = $1", [left]);
    await fireDue(fixture.core, { workspaceId: fixture.workspaceId, taskId: task.id });
    const reasons = Object.fromEntries((await summary(task.id)).map(({ contactId, is }) => [contactId, is]));
    expect(reasons).toEqual({ [left]: "not_in_audience", [out]: "contact_opted_out", [busy]: "queued" });
    await change(busy, { attributes: { purchasedAt: inSeconds(-7 * day) } });
    await sweep();
    expect((await summary(task.id))[0]).toEqual({ contactId: busy, is: "overlap" });
  });

  it("forgets a contact that is deleted", async () => {
    const contactId = await newBuyer(7 * day, ["a4"]);
    const task = await ofAudience("a4");
    await fixture.tenant((tx) => deleteContact(fixture.core, tx, contactId, origin));
    await sweep();
    expect(await fixture.executions(task.id)).toEqual([]);
  });
});

describe("the task of a relative schedule", () => {
  it("skips what is due while it is paused, and is not ended for having no next run", async () => {
    const contactId = await newBuyer(6 * day);
    const task = await ofContact(contactId);
    await fixture.tenant((tx) => pauseTask(fixture.core, tx, task.id, undefined, origin));
    await makeDue(task.id);
    await sweep();
    expect(await summary(task.id)).toEqual([{ contactId, is: "paused" }]);
    await fixture.tenant((tx) => resumeTask(fixture.core, tx, task.id, origin));
    await reconcileSchedules(fixture.core);
    expect((await fixture.read(task.id)).state).toBe("active");
    await change(contactId, { attributes: { purchasedAt: inSeconds(-7 * day) } });
    await sweep();
    expect((await summary(task.id))[0]).toEqual({ contactId, is: "queued" });
  });

  it("does not fire at once when it is resumed before any sweep came to what was due", async () => {
    const contactId = await newBuyer(6 * day);
    const task = await ofContact(contactId);
    await fixture.tenant((tx) => pauseTask(fixture.core, tx, task.id, undefined, origin));
    await makeDue(task.id);
    await fixture.tenant((tx) => resumeTask(fixture.core, tx, task.id, origin));
    await sweep();
    expect(await summary(task.id)).toEqual([{ contactId, is: "paused" }]);
  });

  it("has the times of its new schedule for a contact that changes at the same moment", async () => {
    const contactId = await newBuyer(3 * day);
    const task = await ofContact(contactId);
    const [changed, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const purchasedAt = inSeconds(-2 * day);
    const contactChange = fixture.tenant(async (tx) => {
      await updateContact(fixture.core, tx, contactId, { attributes: { purchasedAt } }, origin);
      changed.resolve();
      await goOn.promise;
    });
    await changed.promise;
    const schedule: Schedule = { ...weekAfter, offsetSeconds: 30 * day };
    const taskChange = fixture.tenant((tx) => updateTask(fixture.core, tx, task.id, { schedule }, origin));
    await until("the change of the task to wait", async () => {
      const { rowCount } = await run(
        `select from pg_locks where not granted
          and pid in (select pid from pg_stat_activity where datname = current_database())`,
      );
      return (rowCount ?? 0) > 0;
    });
    goOn.resolve();
    await Promise.all([contactChange, taskChange]);
    const expected = new Date(Date.parse(purchasedAt) + 30 * day * 1_000).toISOString();
    expect(await nextRunOf(task.id)).toBe(expected);
  });

  it("gives its contacts other times when the schedule is changed, and none with another kind", async () => {
    const contactId = await newBuyer(6 * day);
    const task = await ofContact(contactId);
    const update = (fields: Partial<TaskFields>) =>
      fixture.tenant((tx) => updateTask(fixture.core, tx, task.id, fields, origin));
    const before = Date.parse((await nextRunOf(task.id)) ?? "");
    await update({ schedule: { ...weekAfter, offsetSeconds: 8 * day } });
    expect(Date.parse((await nextRunOf(task.id)) ?? "")).toBe(before + day * 1_000);
    await update({ name: "Another name" });
    expect(Date.parse((await nextRunOf(task.id)) ?? "")).toBe(before + day * 1_000);
    await update({ schedule: null });
    expect(await nextRunOf(task.id)).toBe(null);
    await makeDue(task.id);
    await sweep();
    expect(await fixture.executions(task.id)).toEqual([]);
  });

  it("ends after as many runs as maxRuns allows", async () => {
    const first = await newBuyer(7 * day, ["a5"]);
    const second = await newBuyer(7 * day, ["a5"]);
    const task = await ofAudience("a5", { schedule: { ...weekAfter, maxRuns: 1 } });
    await sweep();
    const all = await summary(task.id);
    expect(all.map(({ is }) => is).sort()).toEqual(["queued", "schedule_finished"]);
    expect(all.map(({ contactId }) => contactId).sort()).toEqual([first, second].sort());
    expect(await fixture.read(task.id)).toMatchObject({
      ...{ state: "ended", stateReason: { code: "schedule_finished" } },
    });
  });

  it("cancels the run before with the policy cancel_previous", async () => {
    const contactId = await newBuyer(7 * day);
    const task = await ofContact(contactId, { policies: { overlap: "cancel_previous" } });
    await sweep();
    await change(contactId, { attributes: { purchasedAt: inSeconds(-7 * day + 1) } });
    await makeDue(task.id);
    await sweep();
    expect((await summary(task.id)).map(({ is }) => is)).toEqual(["queued", "superseded"]);
  });
});

describe("firing", () => {
  it("is done once by several sweeps at the same time", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => newBuyer(7 * day, ["many"])));
    const task = await ofAudience("many");
    await Promise.all([sweep(), sweep(), sweep()]);
    const executions = await summary(task.id);
    expect(executions.map(({ contactId }) => contactId).sort()).toEqual([...ids].sort());
  });

  it("goes on by itself when a time comes", async () => {
    const stop = await startServices(createRelativeSweep(fixture.core));
    try {
      const task = await ofContact(await newBuyer(7 * day - 1));
      await until("the run", async () => (await fixture.executions(task.id)).length === 1);
      await fixture.tenant((tx) =>
        cancelExecutions(fixture.core, tx, { taskId: task.id }, { code: "test", message: "Ended." }),
      );
    } finally {
      await stop();
    }
  });
});
