import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTaskFixture, faultsOf, type TaskFixture, taskPath } from "../../../test/tasks.ts";
import { newId, toId } from "../../base/ids.ts";
import type { Schedule } from "../schedule/index.ts";
import { finishWalks, makeContacts } from "../walk/walks.test-support.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const get = (query: Readonly<Record<string, string>>) =>
  fixture.api.send("GET", `/v1/tasks/calendar?${new URLSearchParams(query)}`);

interface Shown {
  readonly days: readonly {
    readonly date: string;
    readonly count: number;
    readonly items: readonly Record<string, unknown>[];
  }[];
  readonly truncated: boolean;
}

const week = { from: "2101-02-27T23:00:00Z", to: "2101-03-06T23:00:00Z", timezone: "Europe/Berlin" };

async function calendar(query: Readonly<Record<string, string>> = {}): Promise<Shown> {
  const { status, body } = await get({ ...week, ...query });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Shown;
}

const newContact = async () => (await makeContacts(fixture, 1, {}))[0] ?? "";
const dates = ({ days }: Shown) => days.map(({ date, count }) => [date, count]);

const daily: Schedule = { kind: "daily", timezone: "Europe/Berlin", time: "00:30" };
const once: Schedule = { kind: "once", timezone: "Europe/Berlin", at: "2101-03-01T09:00" };

describe("the calendar", () => {
  it("shows what active tasks will do, by the days of the zone asked for", async () => {
    const contactId = await newContact();
    const of = toId("contact", contactId);
    const agentId = fixture.agentId;
    const task = await fixture.newTask({ contactId, agentId, schedule: once });
    const minutely = { kind: "every", seconds: 3_600, startsAt: "2101-03-02T22:00Z" } as const;
    const hourly = await fixture.newTask({ contactId, schedule: minutely, name: "Hourly" });
    const paused = await fixture.newTask({ contactId, schedule: daily });
    await fixture.api.send("POST", `${taskPath(paused.id)}/pause`);
    await fixture.newTask({ contactId });
    const shown = await calendar({ contactId: of });
    expect(shown.truncated).toBe(false);
    expect(dates(shown)).toEqual([
      ...[
        ["2101-03-01", 1],
        ["2101-03-02", 1],
        ["2101-03-03", 24],
      ],
      ...[
        ["2101-03-04", 24],
        ["2101-03-05", 24],
        ["2101-03-06", 24],
      ],
    ]);
    expect(shown.days[0]?.items).toEqual([
      {
        ...{
          taskId: toId("task", task.id),
          name: "Check-in",
          agentId: toId("agent", agentId),
          contactId: of,
        },
        ...{ state: "active", at: "2101-03-01T08:00:00.000Z", until: "2101-03-01T08:00:00.000Z", count: 1 },
      },
    ]);
    expect(shown.days[2]?.items).toMatchObject([
      {
        ...{ taskId: toId("task", hourly.id), agentId: null, count: 24 },
        ...{ at: "2101-03-02T23:00:00.000Z", until: "2101-03-03T22:00:00.000Z" },
      },
    ]);
    expect(dates(await calendar({ contactId: of, agentId: toId("agent", agentId) }))).toEqual([
      ["2101-03-01", 1],
    ]);
    expect(dates(await calendar({ contactId: of, timezone: "Pacific/Kiritimati" }))[0]).toEqual([
      "2101-03-01",
      1,
    ]);
  });

  it("has no runs of the past, and none at all where all of it is past", async () => {
    const contactId = await newContact();
    await fixture.newTask({ contactId, schedule: { kind: "every", seconds: 60 } });
    const now = Date.now();
    const days = (count: number) => new Date(now + count * 86_400_000).toISOString();
    const of = { contactId: toId("contact", contactId), timezone: "UTC" };
    const { days: shown } = await calendar({ ...of, from: days(-20), to: days(1) });
    expect(Date.parse(String(shown[0]?.items[0]?.at))).toBeGreaterThan(now - 1_000);
    expect(shown.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(1_400);
    expect(await calendar({ ...of, from: days(-20), to: days(-1) })).toEqual({ days: [], truncated: false });
  });

  it("shows the times that contacts have in tasks with a relative schedule", async () => {
    const [early = "", late = "", other = ""] = await makeContacts(fixture, 3, { tags: ["calendar"] });
    const visits = ["2101-03-01T08:00:00Z", "2101-03-01T20:00:00Z", "2101-03-02T23:30:00Z"];
    for (const [place, contactId] of [early, late, other].entries())
      await fixture.api.send("PATCH", `/v1/contacts/${toId("contact", contactId)}`, {
        body: { attributes: { visit: visits[place] } },
      });
    const schedule: Schedule = { kind: "relative", timezone: "UTC", attribute: "visit", offsetSeconds: 0 };
    const audience = { filter: { tag: "calendar" }, maxContactsPerRun: 100, pacePerMinute: null };
    const task = await fixture.newTask({ audience, schedule, name: "After the visit" });
    await finishWalks(fixture);
    const ofTask = async (query = {}) =>
      (await calendar(query)).days.flatMap(({ date, items }) =>
        items
          .filter(({ taskId }) => taskId === toId("task", task.id))
          .map(({ at, until, count, contactId }) => ({ date, at, until, count, contactId })),
      );
    const first = "2101-03-01T08:00:00.000Z";
    expect(await ofTask()).toEqual([
      { date: "2101-03-01", at: first, until: "2101-03-01T20:00:00.000Z", count: 2, contactId: null },
      {
        ...{ date: "2101-03-03", count: 1, contactId: null },
        ...{ at: "2101-03-02T23:30:00.000Z", until: "2101-03-02T23:30:00.000Z" },
      },
    ]);
    const ofEarly = { contactId: toId("contact", early) };
    expect(await ofTask(ofEarly)).toEqual([
      { date: "2101-03-01", at: first, until: first, count: 1, contactId: null },
    ]);
    expect(await ofTask({ agentId: toId("agent", newId()) })).toEqual([]);
    await fixture.api.send("POST", `${taskPath(task.id)}/pause`);
    expect(await ofTask()).toEqual([]);
  });

  it("considers the 500 tasks that run first, and says that there are more", async () => {
    const agentId = newId();
    const insert = (from: number, to: number) =>
      run(
        `with made as (
            insert into tasks (workspace_id, id, name, description, agent_id, schedule)
              select $1, uuidv7(), 'Task ' || i, 'Say hello.', $2, '{}' from generate_series($3::int, $4::int) i
              returning workspace_id, id)
          insert into task_schedules (workspace_id, task_id, max_time_seconds, rule, anchor_at, next_run_at)
            select workspace_id, id, 900, $5, now(), '2101-03-01T09:00:00Z' from made`,
        [
          fixture.workspaceId,
          agentId,
          from,
          to,
          JSON.stringify({ kind: "daily", timezone: "UTC", time: "09:00" }),
        ],
      );
    const of = { agentId: toId("agent", agentId), from: "2101-03-01T00:00:00Z", to: "2101-03-03T00:00:00Z" };
    await insert(1, 500);
    const shown = await calendar({ ...of, timezone: "UTC" });
    expect(shown.truncated).toBe(false);
    expect(dates(shown)).toEqual([
      ["2101-03-01", 500],
      ["2101-03-02", 500],
    ]);
    expect(shown.days[0]?.items).toHaveLength(200);
    await insert(501, 501);
    const more = await calendar({ ...of, timezone: "UTC" });
    expect(more.truncated).toBe(true);
    expect(dates(more)[0]).toEqual(["2101-03-01", 500]);
  });

  it("looks past tasks that run once before it begins", async () => {
    const agentId = newId();
    await run(
      `with made as (
          insert into tasks (workspace_id, id, name, description, agent_id, schedule)
            select $1, uuidv7(), 'Task ' || i, 'Say hello.', $2, '{}' from generate_series(1, 600) i
            returning workspace_id, id, name)
        insert into task_schedules (workspace_id, task_id, max_time_seconds, rule, anchor_at, next_run_at)
          select workspace_id, id, 900, case name when 'Task 600' then $3::json else $4::json end, now(),
            '2101-02-01T09:00:00Z' from made`,
      [
        ...[fixture.workspaceId, agentId, JSON.stringify(daily)],
        JSON.stringify({ kind: "once", timezone: "UTC", at: "2101-02-01T09:00" }),
      ],
    );
    const shown = await calendar({ agentId: toId("agent", agentId) });
    expect(shown.truncated).toBe(false);
    expect(dates(shown)).toHaveLength(7);
  });

  it("says what is wrong, at its field", async () => {
    const { from, to, timezone } = week;
    const cases: [Record<string, string>, string, string][] = [
      [{ to, timezone }, "from", "required"],
      [{ from, timezone }, "to", "required"],
      [{ from, to }, "timezone", "required"],
      [{ ...week, timezone: "Berlin" }, "timezone", "timezone_unknown"],
      [{ ...week, from: "2101-02-27" }, "from", "invalid_format"],
      [{ ...week, from: "3000-01-01T00:00:00Z", to: "3000-01-02T00:00:00Z" }, "from", "out_of_range"],
      [{ ...week, to: from }, "to", "out_of_range"],
      [{ ...week, to: "2101-04-10T23:00:00Z" }, "to", "out_of_range"],
      [{ ...week, agentId: "agent_1" }, "agentId", "id_invalid"],
      [{ ...week, state: "active" }, "state", "unknown_field"],
    ];
    for (const [query, path, code] of cases)
      expect([query, faultsOf(await get(query))]).toEqual([query, { [path]: code }]);
  });
});
