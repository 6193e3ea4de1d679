import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTaskFixture, faultsOf, type TaskFixture, taskPath } from "../../../test/tasks.ts";
import { newId, toId } from "../../base/ids.ts";
import { optOut } from "../../contacts/index.ts";
import { openConversation, sendMessage } from "../../conversations/index.ts";
import type { Schedule } from "../schedule/index.ts";
import type { TaskFields } from "../task.ts";
import { finishWalks, makeContacts } from "../walk/walks.test-support.ts";
import { planTouches, type Touch } from "./rules.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const origin = { caller: null, requestId: null };
const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const onceAt = (at: string): Schedule => ({ kind: "once", timezone: "UTC", at });
const newContact = async (fields: Parameters<typeof makeContacts>[2] = {}) =>
  (await makeContacts(fixture, 1, fields))[0] ?? "";

interface Shown {
  readonly items: readonly Record<string, unknown>[];
  readonly truncated: boolean;
}

describe("what will reach a contact", () => {
  async function upcoming(contactId: string): Promise<Shown> {
    const path = `/v1/contacts/${toId("contact", contactId)}/upcoming`;
    const { status, body } = await fixture.api.send("GET", path);
    expect(status).toBe(200);
    return body as Shown;
  }

  const ofAudience = (tag: string, schedule: Schedule, fields: Partial<TaskFields> = {}) =>
    fixture.newTask({
      ...{ audience: { filter: { tag }, maxContactsPerRun: 10, pacePerMinute: null }, schedule },
      ...fields,
    });

  /** A message that waits because a person is in control. */
  async function hold(contactId: string, taskId: string): Promise<{ conversationId: string }> {
    const place = { contactId, channelId: fixture.channelId };
    const { id: conversationId } = await fixture.tenant((tx) => openConversation(fixture.core, tx, place));
    await run("update conversations set controller = 'human' where id = $1", [conversationId]);
    const author = { kind: "agent", id: fixture.agentId } as const;
    const sent = await fixture.tenant((tx) =>
      sendMessage(fixture.core, tx, {
        ...{ class: "opening", conversationId, author, text: "Hello!", whenBlocked: "hold" },
        session: { kind: "task", taskId, seconds: 60 },
      }),
    );
    expect(sent.held).toBe(true);
    return { conversationId };
  }

  it("is listed soonest first, of every kind", async () => {
    const contactId = await newContact({ tags: ["listed"], attributes: { visit: "2101-03-03T09:00:00Z" } });
    const own = await fixture.newTask({ contactId, schedule: onceAt("2101-03-02T09:00"), name: "Own" });
    const everybody = await ofAudience("listed", onceAt("2101-03-01T09:00"), { name: "Everybody" });
    const schedule: Schedule = { kind: "relative", timezone: "UTC", attribute: "visit", offsetSeconds: 60 };
    const visit = await fixture.newTask({ contactId, schedule, name: "Visit" });
    const visits = await ofAudience("listed", { ...schedule, offsetSeconds: 120 }, { name: "Visits" });
    await finishWalks(fixture);
    await ofAudience("others", onceAt("2101-03-01T09:00"));
    const { conversationId } = await hold(contactId, own.id);
    const { items, truncated } = await upcoming(contactId);
    expect(truncated).toBe(false);
    const nowhere = { messageId: null, conversationId: null };
    expect(items).toEqual([
      {
        ...{ at: expect.any(String), kind: "held_message", taskId: toId("task", own.id), taskName: "Own" },
        messageId: expect.stringMatching(/^msg_/),
        conversationId: toId("conversation", conversationId),
      },
      {
        ...{ at: "2101-03-01T09:00:00.000Z", kind: "audience_task", ...nowhere },
        ...{ taskId: toId("task", everybody.id), taskName: "Everybody" },
      },
      {
        ...{ at: "2101-03-02T09:00:00.000Z", kind: "task", ...nowhere },
        ...{ taskId: toId("task", own.id), taskName: "Own" },
      },
      {
        ...{ at: "2101-03-03T09:01:00.000Z", kind: "relative", ...nowhere },
        ...{ taskId: toId("task", visit.id), taskName: "Visit" },
      },
      {
        ...{ at: "2101-03-03T09:02:00.000Z", kind: "relative", ...nowhere },
        ...{ taskId: toId("task", visits.id), taskName: "Visits" },
      },
    ]);
  });

  it("leaves out what is paused, expired before it runs, or over for the contact", async () => {
    const contactId = await newContact({ tags: ["left-out"] });
    const schedule = onceAt("2101-03-01T09:00");
    const paused = await fixture.newTask({ contactId, schedule });
    await fixture.api.send("POST", `${taskPath(paused.id)}/pause`);
    await fixture.newTask({ contactId, schedule, expiresAt: new Date("2101-01-01T00:00:00Z") });
    const reached = await ofAudience("left-out", schedule, { endWhen: ["goal_met"] });
    await run(
      "insert into task_goals_reached (workspace_id, task_id, contact_id, goal) values ($1, $2, $3, 'goal_met')",
      [fixture.workspaceId, reached.id, contactId],
    );
    expect(await upcoming(contactId)).toEqual({ items: [], truncated: false });
  });

  it("is only what is held for a contact that opted out", async () => {
    const contactId = await newContact({ tags: ["opted-out"] });
    const task = await fixture.newTask({ contactId, schedule: onceAt("2101-03-01T09:00") });
    await ofAudience("opted-out", onceAt("2101-03-01T09:00"));
    await hold(contactId, task.id);
    expect((await upcoming(contactId)).items.map(({ kind }) => kind)).toEqual([
      ...["held_message", "task", "audience_task"],
    ]);
    await fixture.tenant((tx) => optOut(fixture.core, tx, contactId, "api", origin));
    expect((await upcoming(contactId)).items.map(({ kind }) => kind)).toEqual(["held_message"]);
  });

  it("says that there are more audiences than were looked at", async () => {
    const contactId = await newContact({ tags: ["many"] });
    const agentId = newId();
    await run(
      `with made as (
          insert into tasks (workspace_id, id, name, description, agent_id, schedule, audience)
            select $1, uuidv7(), 'Task ' || i, 'Say hello.', $2, '{}',
              json_build_object('filter', json_build_object('tag', case when i % 2 = 0 then 'many' else 'none' end))
            from generate_series(1, 201) i
            returning workspace_id, id)
        insert into task_schedules (workspace_id, task_id, max_time_seconds, rule, anchor_at, next_run_at, has_audience)
          select workspace_id, id, 900, '{}', now(), '2100-03-01T09:00:00Z', true from made`,
      [fixture.workspaceId, agentId],
    );
    const { items, truncated } = await upcoming(contactId);
    expect(truncated).toBe(true);
    expect(items).toHaveLength(50);
    expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(["audience_task"]));
    await run("delete from tasks where agent_id = $1", [agentId]);
  });

  it("answers 404 for a contact that is not there", async () => {
    const path = `/v1/contacts/${toId("contact", newId())}/upcoming`;
    expect((await fixture.api.send("GET", path)).status).toBe(404);
  });
});

describe("planTouches", () => {
  const touch = (ms: number): Touch => ({
    ...{ at: new Date(ms), kind: "task", taskId: "t", taskName: "T", messageId: null, conversationId: null },
  });

  it("takes the first fifty by time", () => {
    const found = Array.from({ length: 51 }, (_, i) => touch(51 - i));
    const { items, truncated } = planTouches(found);
    expect(items.map(({ at }) => at.getTime())).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(truncated).toBe(true);
    expect(planTouches(found.slice(1)).truncated).toBe(false);
  });
});

describe("a task's next runs", () => {
  async function next(taskId: string, query = ""): Promise<{ next: string[]; warnings: { code: string }[] }> {
    const { status, body } = await fixture.api.send("GET", `${taskPath(taskId)}/upcoming${query}`);
    expect(status).toBe(200);
    return body as { next: string[]; warnings: { code: string }[] };
  }

  it("are as the preview shows them, with warnings", async () => {
    const schedule: Schedule = {
      ...{ kind: "daily", timezone: "Europe/Berlin", time: "02:30", startsAt: "2027-03-27T00:00" },
    };
    const { id } = await fixture.newTask({ schedule });
    const shown = await next(id, "?count=3");
    expect(shown.next).toEqual([
      ...["2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z"],
    ]);
    expect(shown.warnings.map(({ code }) => code)).toEqual(["skipped_time_moved"]);
    expect((await next(id)).next).toHaveLength(5);
  });

  it("end with the runs that are left, and when the task expires", async () => {
    const daily = { kind: "daily", timezone: "UTC", time: "09:00", startsAt: "2101-03-01T00:00" } as const;
    const limited = await fixture.newTask({ schedule: { ...daily, maxRuns: 4 } });
    await run("update task_schedules set runs_count = 2 where task_id = $1", [limited.id]);
    expect((await next(limited.id)).next).toEqual(["2101-03-01T09:00:00.000Z", "2101-03-02T09:00:00.000Z"]);
    const expiresAt = new Date("2101-03-02T09:00:00Z");
    const expiring = await fixture.newTask({ schedule: daily, expiresAt });
    expect((await next(expiring.id)).next).toEqual(["2101-03-01T09:00:00.000Z"]);
  });

  it("are none without a schedule and while it is paused", async () => {
    const onDemand = await fixture.newTask();
    expect(await next(onDemand.id)).toEqual({ next: [], warnings: [] });
    const paused = await fixture.newTask({ schedule: onceAt("2101-03-01T09:00") });
    await fixture.api.send("POST", `${taskPath(paused.id)}/pause`);
    expect(await next(paused.id)).toEqual({ next: [], warnings: [] });
  });

  it("are the times of its contacts where the schedule is relative", async () => {
    const visits = ["2101-03-02T09:00:00Z", "2101-03-01T09:00:00Z", "2101-03-01T09:00:00Z"];
    for (const visit of visits) await newContact({ tags: ["relative"], attributes: { visit } });
    const schedule: Schedule = { kind: "relative", timezone: "UTC", attribute: "visit", offsetSeconds: 0 };
    const audience = { filter: { tag: "relative" }, maxContactsPerRun: 10, pacePerMinute: null };
    const { id } = await fixture.newTask({ audience, schedule });
    await finishWalks(fixture);
    expect(await next(id)).toEqual({
      next: ["2101-03-01T09:00:00.000Z", "2101-03-02T09:00:00.000Z"],
      warnings: [],
    });
    expect((await next(id, "?count=1")).next).toHaveLength(1);
  });

  it("are refused a count that is none, and asked of no task 404", async () => {
    const { id } = await fixture.newTask();
    for (const count of ["0", "101", "1.5", "many"])
      expect(faultsOf(await fixture.api.send("GET", `${taskPath(id)}/upcoming?count=${count}`))).toEqual({
        count: expect.any(String),
      });
    expect((await fixture.api.send("GET", `${taskPath(newId())}/upcoming`)).status).toBe(404);
  });
});
