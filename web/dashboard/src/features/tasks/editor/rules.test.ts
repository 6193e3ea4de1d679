import { describe, expect, test } from "vitest";
import type { Task } from "../../../api/generated/model";
import { emptyTask, type TaskForm, toChanges, toCopy, toForm, toNewBody } from "./rules.ts";

const zones = { workspace: "Europe/Berlin", reader: "America/New_York" };

/** With every field that can be set. */
const full: Task = {
  id: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "Morning check-in",
  description: "Ask how it goes.",
  agentId: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
  contactId: null,
  audience: {
    filter: { all: [{ any: [{ tag: "a" }, { tag: "b" }] }] },
    maxContactsPerRun: 20,
    pacePerMinute: 5,
  },
  mayWriteTo: "contact",
  conversationId: null,
  channelId: "chan_01k3v8q5x8e7arf4s2m6t9c0wd",
  schedule: { kind: "every", seconds: 3_600, startsAt: "2027-03-01T09:00Z", jitterSeconds: 30 },
  scheduleDescription: "Every hour",
  policies: { misfire: "skip", catchUpWindowSeconds: 61, overlap: "allow", autoPauseAfterFailures: 0 },
  sessionDurationSeconds: 0,
  limits: { maxIterations: 10, maxTimeSeconds: 1_801, maxToolCalls: 7, maxCostUsd: "0.500000" },
  purpose: "marketing",
  whenBlocked: "drop",
  endWhen: ["contact_replied", "goal_met"],
  expiresAt: "2027-12-31T22:59:30.500Z",
  meta: { plan: "pro", nested: { list: [1, null] } },
  externalId: "crm-1",
  state: "active",
  stateReason: null,
  running: 0,
  lastExecution: null,
  lastRunAt: null,
  nextRunAt: null,
  demo: false,
  createdAt: "2027-01-01T00:00:00.000Z",
  updatedAt: "2027-01-01T00:00:00.000Z",
};

const form = toForm(full, zones);

describe("a change of a task", () => {
  test("without one nothing is sent, whatever the fields cannot show", () => {
    expect(toChanges(form, form, zones)).toEqual({});
    const plain: Task = {
      ...full,
      audience: null,
      contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
      schedule: null,
    };
    expect(toChanges(toForm(plain, zones), toForm(plain, zones), zones)).toEqual({});
  });

  test.each<[Partial<TaskForm>, object]>([
    [{ name: "Evening" }, { name: "Evening" }],
    [{ agentId: null }, { agentId: null }],
    [{ externalId: "" }, { externalId: null }],
    [{ endWhen: [] }, { endWhen: [] }],
    [{ meta: {} }, { meta: {} }],
    [{ expiresAt: "2027-01-15T12:00" }, { expiresAt: "2027-01-15T17:00:00.000Z" }],
    [{ expiresAt: "" }, { expiresAt: null }],
    [{ whom: "nobody" }, { audience: null }],
    [
      { whom: "nobody", mayWriteTo: "any" },
      { audience: null, mayWriteTo: "any" },
    ],
    [
      { whom: "contact", contactId: "contact_1" },
      { audience: null, contactId: "contact_1" },
    ],
    [{ limits: { ...form.limits, maxToolCalls: "" } }, { limits: { maxToolCalls: null } }],
    [{ limits: { ...form.limits, maxToolCalls: 8 } }, { limits: { maxToolCalls: 8 } }],
    [{ policies: { ...form.policies, overlap: "skip" } }, { policies: { overlap: "skip" } }],
    [
      { policies: { ...form.policies, autoPauseAfterFailures: "" } },
      { policies: { autoPauseAfterFailures: null } },
    ],
    [{ sessionDurationSeconds: { amount: 2, unit: "hours" } }, { sessionDurationSeconds: 7_200 }],
    [{ schedule: { ...form.schedule, kind: "none" } }, { schedule: null }],
    [
      { audience: { ...form.audience, pacePerMinute: "" } },
      { audience: { filter: full.audience?.filter, maxContactsPerRun: 20, pacePerMinute: null } },
    ],
  ])("%o sends only that", (change, body) => {
    expect(toChanges(form, { ...form, ...change }, zones)).toEqual(body);
  });

  test("another zone of a schedule is a change", () => {
    const schedule = { ...form.schedule, timezone: "UTC" };
    expect(toChanges(form, { ...form, schedule }, zones)).toMatchObject({ schedule: { timezone: "UTC" } });
  });
});

describe("a new task", () => {
  const named = { ...emptyTask(zones), name: "A", description: "B" };

  test("sends name, instruction and what differs from the defaults", () => {
    expect(toNewBody(named, zones)).toEqual({ name: "A", description: "B" });
    expect(toNewBody(emptyTask(zones), zones)).toEqual({ name: "", description: "" });
  });

  test("may begin with an agent and a contact", () => {
    const preset = emptyTask(zones, { agentId: "agent_1", contactId: "contact_1" });
    expect(toNewBody(preset, zones)).toMatchObject({ agentId: "agent_1", contactId: "contact_1" });
  });

  test("has what the copied one has, but for its external id", () => {
    const { name, description, audience, policies, limits, meta, endWhen, purpose } = full;
    expect(toNewBody(toCopy(full, zones), zones)).toMatchObject({
      ...{ description, audience, policies, limits, meta, endWhen, purpose },
      name: `Copy of ${name}`,
      whenBlocked: "drop",
      sessionDurationSeconds: 0,
      schedule: { kind: "every", seconds: 3_600, startsAt: "2027-03-01T09:00", jitterSeconds: 30 },
    });
    expect(toNewBody(toCopy(full, zones), zones)).not.toHaveProperty("externalId");
    expect(toCopy({ ...full, name: "x".repeat(200) }, zones).name).toHaveLength(200);
  });

  test("its schedule is in the workspace's zone", () => {
    const schedule = { ...named.schedule, kind: "daily" } as const;
    expect(toNewBody({ ...named, schedule }, zones).schedule).toEqual({
      kind: "daily",
      timezone: "Europe/Berlin",
      time: "09:00",
    });
  });

  test("what is wrong goes as it was typed", () => {
    const limits = { ...named.limits, maxIterations: "99999999999999999999", maxCostUsd: "a lot" };
    expect(toNewBody({ ...named, limits }, zones).limits).toEqual({
      maxIterations: "99999999999999999999",
      maxCostUsd: "a lot",
    });
    expect(toNewBody({ ...named, expiresAt: "soon" }, zones).expiresAt).toBe("soon");
  });
});
