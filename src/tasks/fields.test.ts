import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createTaskFixture,
  daily,
  faultsOf,
  type TaskFixture,
  taskOf,
  taskPath,
  taskUuid,
} from "../../test/tasks.ts";
import { createAgent, getAgent, updateAgent } from "../agents/index.ts";
import { newId, toId } from "../base/ids.ts";
import { createChannel } from "../channels/index.ts";
import { createContact } from "../contacts/index.ts";
import { openConversation } from "../conversations/index.ts";
import { sweepOnce } from "./sweep.ts";

let fixture: TaskFixture;
/** Of another workspace, with an agent, a contact and a channel like this one's. */
let stranger: TaskFixture;
beforeAll(async () => {
  [fixture, stranger] = await Promise.all([createTaskFixture(), createTaskFixture()]);
});
afterAll(() => Promise.all([fixture.close(), stranger.close()]));

const origin = { caller: null, requestId: null };
const minimal = { name: "Check-in", description: "Say hello." };
const post = (body: unknown) => fixture.api.send("POST", "/v1/tasks", { body });
const patch = (id: string, body: unknown) => fixture.api.send("PATCH", `/v1/tasks/${id}`, { body });
const filter = { tag: "trial" };
const later = "2099-01-01T00:00:00.000Z";

async function openFor(contactId: string, channelId = fixture.channelId): Promise<string> {
  return (await fixture.tenant((tx) => openConversation(fixture.core, tx, { contactId, channelId }))).id;
}

describe("defaults and values", () => {
  it("shows every default", async () => {
    expect(taskOf(await post(minimal), 201)).toMatchObject({
      ...{ audience: null, mayWriteTo: "contact", conversationId: null, expiresAt: null, endWhen: [] },
      ...{ purpose: "service", whenBlocked: "hold" },
      policies: {
        ...{ misfire: "run_once", catchUpWindowSeconds: 3_600, overlap: "skip" },
        autoPauseAfterFailures: 5,
      },
    });
  });

  it("keeps every value", async () => {
    const conversationId = toId("conversation", await openFor(fixture.contactId));
    const body = {
      ...minimal,
      contactId: toId("contact", fixture.contactId),
      conversationId,
      policies: {
        ...{ misfire: "run_all", catchUpWindowSeconds: 2_592_000, overlap: "queue_one" },
        autoPauseAfterFailures: 0,
      },
      purpose: "marketing",
      whenBlocked: "drop",
      endWhen: ["contact_replied", "goal_met"],
      expiresAt: "2099-01-01T02:00:00+02:00",
    };
    const task = taskOf(await post(body), 201);
    expect(task).toMatchObject({ ...body, expiresAt: later });
    expect(taskOf(await fixture.api.send("GET", `/v1/tasks/${task.id}`))).toEqual(task);
  });

  it("keeps an audience, with the defaults of what it leaves out", async () => {
    const made = taskOf(await post({ ...minimal, audience: { filter } }), 201);
    expect(made.audience).toEqual({ filter, maxContactsPerRun: 1_000, pacePerMinute: null });
    const audience = { filter, maxContactsPerRun: 5, pacePerMinute: 60 };
    expect(taskOf(await patch(made.id, { audience })).audience).toEqual(audience);
    expect(taskOf(await patch(made.id, { audience: null })).audience).toBeNull();
  });

  it("changes policies one by one; null takes one or all of them back", async () => {
    const given = { overlap: "allow", misfire: "skip" };
    const task = taskOf(await post({ ...minimal, schedule: daily, policies: given }), 201);
    const changed = taskOf(await patch(task.id, { policies: { overlap: null, autoPauseAfterFailures: 1 } }));
    expect(changed.policies).toMatchObject({ overlap: "skip", misfire: "skip", autoPauseAfterFailures: 1 });
    expect(changed.nextRunAt).toBe(task.nextRunAt);
    const { rows } = await fixture.core.db.autocommit.query({
      text: "select policies from task_schedules where task_id = $1",
      values: [taskUuid(task)],
    });
    expect(rows).toEqual([{ policies: { misfire: "skip", autoPauseAfterFailures: 1 } }]);
    const reset = taskOf(await patch(task.id, { policies: null }));
    expect(reset.policies).toMatchObject({ misfire: "run_once", autoPauseAfterFailures: 5 });
  });

  it("hides a next run that comes after expiresAt", async () => {
    const schedule = { kind: "once", timezone: "UTC", at: "2098-06-01T00:00" };
    const task = taskOf(await post({ ...minimal, schedule, expiresAt: "2098-01-01T00:00:00Z" }), 201);
    expect(task.nextRunAt).toBeNull();
    expect(taskOf(await patch(task.id, { expiresAt: null })).nextRunAt).toBe("2098-06-01T00:00:00.000Z");
  });
});

describe("bad input", () => {
  const nul = String.fromCharCode(0);
  const half = String.fromCharCode(0xd800);

  it.each([
    ["name", { name: `a${nul}` }, "text_invalid"],
    ["description", { description: `a${half}` }, "text_invalid"],
    ["externalId", { externalId: nul }, "text_invalid"],
    ["meta", { meta: { a: half } }, "text_invalid"],
    ["policies.misfire", { policies: { misfire: "never" } }, "not_one_of"],
    ["policies.overlap", { policies: { overlap: "queue" } }, "not_one_of"],
    ["policies.catchUpWindowSeconds", { policies: { catchUpWindowSeconds: 2_592_001 } }, "out_of_range"],
    ["policies.catchUpWindowSeconds", { policies: { catchUpWindowSeconds: -1 } }, "out_of_range"],
    ["policies.autoPauseAfterFailures", { policies: { autoPauseAfterFailures: 1_001 } }, "out_of_range"],
    ["policies.surprise", { policies: { surprise: 1 } }, "unknown_field"],
    ["purpose", { purpose: "spam" }, "not_one_of"],
    ["whenBlocked", { whenBlocked: "wait" }, "not_one_of"],
    ["mayWriteTo", { mayWriteTo: "all" }, "not_one_of"],
    ["endWhen.0", { endWhen: ["bored"] }, "not_one_of"],
    ["endWhen", { endWhen: ["goal_met", "goal_met"] }, "duplicate"],
    ["expiresAt", { expiresAt: "2020-01-01T00:00:00Z" }, "expires_in_past"],
    ["audience.maxContactsPerRun", { audience: { filter, maxContactsPerRun: 0 } }, "out_of_range"],
    ["audience.pacePerMinute", { audience: { filter, pacePerMinute: 10_001 } }, "out_of_range"],
    ["audience.filter", { audience: {} }, "required"],
    ["conversationId", { conversationId: toId("conversation", newId()) }, "not_found"],
  ])("is refused at %s: %j", async (path, fields, code) => {
    const received = await post({ ...minimal, ...fields });
    expect([received.status, faultsOf(received)]).toEqual([422, { [path]: code }]);
  });

  it.each(["tomorrow", "2099-01-01", "2099-01-01T00:00", "2099-02-30T00:00:00Z"])(
    "names an instant where expiresAt is %s",
    async (expiresAt) => {
      const received = await post({ ...minimal, expiresAt });
      expect(received.status).toBe(422);
      expect(Object.keys(faultsOf(received))).toEqual(["expiresAt"]);
      expect(JSON.stringify(received.body)).toContain("2027-03-01T09:00:00Z");
    },
  );

  it("is refused for what is another workspace's", async () => {
    const received = await post({
      ...minimal,
      agentId: toId("agent", stranger.agentId),
      contactId: toId("contact", stranger.contactId),
      channelId: toId("channel", stranger.channelId),
    });
    expect(faultsOf(received)).toEqual({
      ...{ agentId: "not_found", contactId: "not_found", channelId: "not_found" },
    });
  });

  it("is refused for an agent that is disabled, with its own code", async () => {
    const agent = await fixture.tenant(async (tx) => {
      const { modelProviderId = "" } = (await getAgent(tx, fixture.agentId)) ?? {};
      return createAgent(tx, { name: "Off", instructions: "x", modelProviderId, model: "m" }, origin);
    });
    await fixture.tenant((tx) => updateAgent(fixture.core, tx, agent.id, { enabled: false }, origin));
    const agentId = toId("agent", agent.id);
    const refused = await post({ ...minimal, agentId });
    expect([refused.status, refused.body]).toMatchObject([422, { code: "agent_disabled" }]);
    expect(faultsOf(refused)).toEqual({ agentId: "agent_disabled" });
    const task = taskOf(await post(minimal), 201);
    expect(faultsOf(await patch(task.id, { agentId }))).toEqual({ agentId: "agent_disabled" });
    // What a task has already is not looked at with every other change.
    await fixture.core.db.autocommit.query({
      text: "update tasks set agent_id = $2 where id = $1",
      values: [taskUuid(task), agent.id],
    });
    taskOf(await patch(task.id, { name: "Renamed" }));
  });

  it("is refused for a contact and an audience, together or one after the other", async () => {
    const contactId = toId("contact", fixture.contactId);
    const both = await post({ ...minimal, contactId, audience: { filter } });
    expect(faultsOf(both)).toEqual({ audience: "contact_and_audience" });
    const task = taskOf(await post({ ...minimal, contactId }), 201);
    expect(faultsOf(await patch(task.id, { audience: { filter } }))).toEqual({
      audience: "contact_and_audience",
    });
    taskOf(await patch(task.id, { audience: { filter }, contactId: null }));
  });

  it("is refused for a conversation that is not the contact's or not on the channel", async () => {
    const other = await fixture.tenant((tx) => createContact(fixture.core, tx, { name: "Ben" }, origin));
    const conversationId = toId("conversation", await openFor(other.id));
    const contactId = toId("contact", fixture.contactId);
    const faults = async (fields: object) => faultsOf(await post({ ...minimal, ...fields }));
    expect(await faults({ contactId, conversationId })).toEqual({
      conversationId: "conversation_of_another_contact",
    });
    expect(await faults({ conversationId })).toEqual({ conversationId: "contact_required" });
    const second = await fixture.tenant((tx) =>
      createChannel(fixture.core, tx, { platform: "web", kind: "page", name: "Second" }, origin),
    );
    const ofOther = { contactId: toId("contact", other.id), conversationId };
    expect(await faults({ ...ofOther, channelId: toId("channel", second.id) })).toEqual({
      channelId: "conversation_on_another_channel",
    });
    taskOf(await post({ ...minimal, ...ofOther }), 201);
  });

  it("is refused for a relative schedule without anybody", async () => {
    const schedule = { kind: "relative", timezone: "UTC", attribute: "bought", offsetSeconds: 60 };
    expect(faultsOf(await post({ ...minimal, schedule }))).toEqual({ "schedule.kind": "contact_required" });
    const contactId = toId("contact", fixture.contactId);
    const channelId = toId("channel", fixture.channelId);
    const task = taskOf(await post({ ...minimal, schedule, contactId, channelId }), 201);
    expect(faultsOf(await patch(task.id, { contactId: null }))).toEqual({
      "schedule.kind": "contact_required",
    });
  });
});

describe("filters", () => {
  const list = async (query: string) => {
    const { body, status } = await fixture.api.send("GET", `/v1/tasks?limit=100&${query}`);
    expect(status).toBe(200);
    return (body as { items: { id: string }[] }).items.map(({ id }) => id);
  };

  it("tell tasks apart by schedule, next run and failure", async () => {
    const soon = taskOf(
      await post({ ...minimal, schedule: { kind: "once", timezone: "UTC", at: "2090-01-01T00:00" } }),
      201,
    );
    const onDemand = taskOf(await post(minimal), 201);
    await fixture.core.db.autocommit.query({
      text: "update tasks set consecutive_failures = 1 where id = $1",
      values: [taskUuid(soon)],
    });
    expect(await list("scheduled=true")).toContain(soon.id);
    expect(await list("scheduled=true")).not.toContain(onDemand.id);
    expect(await list("scheduled=false")).toContain(onDemand.id);
    expect(await list("hasFailed=true")).toEqual([soon.id]);
    expect(await list("hasFailed=false")).not.toContain(soon.id);
    const between = "nextRunAfter=2090-01-01T00:00:00Z&nextRunBefore=2090-01-01T00:00:01Z";
    expect(await list(between)).toEqual([soon.id]);
    expect(await list("nextRunAfter=2090-01-01T00:00:01Z&nextRunBefore=2091-01-01T00:00:00Z")).toEqual([]);
    const refused = await fixture.api.send("GET", "/v1/tasks?nextRunAfter=soon");
    expect(faultsOf(refused)).toHaveProperty("nextRunAfter");
  });
});

it("keeps what the last execution came to when that was removed with age", async () => {
  const task = await fixture.newTask({ schedule: daily });
  await fixture.makeDue(task.id);
  await sweepOnce(fixture.core);
  const path = taskPath(task.id);
  const { lastExecution } = taskOf(await fixture.api.send("POST", `${path}/cancel`));
  expect(lastExecution).toMatchObject({ status: "canceled" });
  await fixture.core.db.autocommit.query({
    text: "delete from executions where task_id = $1",
    values: [task.id],
  });
  expect(taskOf(await fixture.api.send("GET", path)).lastExecution).toEqual(lastExecution);
});
