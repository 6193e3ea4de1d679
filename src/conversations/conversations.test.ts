import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ConversationFixture,
  createConversationFixture,
  origin,
  type Place,
} from "../../test/conversations.ts";
import { contribute } from "../base/extensions.ts";
import { newId } from "../base/ids.ts";
import { createChannel, deleteChannel, updateChannel } from "../channels/index.ts";
import { createContact, deleteContact } from "../contacts/index.ts";
import { enqueueExecution } from "../engine/index.ts";
import { closeIdleConversations } from "./idle.ts";
import {
  closeConversation,
  conversationClosed,
  getConversation,
  handBack,
  messageReceived,
  openConversation,
  resolveChannel,
  startSession,
} from "./index.ts";
import { writeAsPerson } from "./messages.ts";

let it: ConversationFixture;
beforeAll(async () => {
  it = await createConversationFixture();
});
afterAll(() => it.core.close());

const open = (place: Place, isFresh = false, taskId = newId(), overOthers = false) =>
  it.tenant((tx) =>
    openConversation(it.core, tx, { ...place, fresh: isFresh ? { taskId, overOthers } : undefined }),
  );

function sessionsOf(conversationId: string) {
  return it.core.db.autocommit
    .query<{ end_reason: string | null; task_id: string | null }>({
      text: `select end_reason, task_id from conversation_sessions where conversation_id = $1 order by started_at`,
      values: [conversationId],
    })
    .then(({ rows }) => rows);
}

const taskSession = (conversationId: string, seconds: number, taskId = newId()) => ({
  ...({ conversationId, seconds, taskId, kind: "task", agentId: it.agentId, executionId: null } as const),
});

test("twenty openings at once make one conversation", async () => {
  const place = await it.newContact();
  const opened = await Promise.all(Array.from({ length: 20 }, () => open(place)));
  expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  expect(opened[0]).toMatchObject({ ordinal: 1, status: "open" });
});

test("fresh openings at once leave one open, with ordinals in order", async () => {
  const place = await it.newContact();
  const count = 8;
  await Promise.all(Array.from({ length: count }, () => open(place, true)));
  const { rows } = await it.core.db.autocommit.query<{ ordinal: number; status: string }>({
    text: "select ordinal, status from conversations where contact_id = $1 order by ordinal",
    values: [place.contactId],
  });
  expect(rows.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(rows.map(({ status }) => status)).toEqual([...Array(count - 1).fill("closed"), "open"]);
});

test("a fresh opening does not close what a person has or what waits for an answer", async () => {
  const waiting = await it.newContact();
  await it.write(waiting, "question");
  const asked = await open(waiting);
  expect((await open(waiting, true)).id).toBe(asked.id);

  const taken = await it.newContact();
  const { id: conversationId } = await open(taken);
  await it.tenant((tx) => writeAsPerson(it.core, tx, { conversationId, memberId: null, text: "hello" }));
  expect((await open(taken, true)).id).toBe(conversationId);
});

test("a fresh opening closes what waits for nobody, but not where another task's session is live", async () => {
  const place = await it.newContact();
  const [taskId, other] = [newId(), newId()];
  const { id: first } = await open(place);
  await it.tenant((tx) => startSession(it.core, tx, taskSession(first, 3_600, taskId)));
  expect((await open(place, true, other)).id).toBe(first);
  expect((await sessionsOf(first)).map((session) => session.end_reason)).toEqual([null]);
  expect((await open(place, true, taskId)).id).not.toBe(first);
  expect((await sessionsOf(first)).map((session) => session.end_reason)).toEqual(["superseded"]);

  // After a reply failed nothing is unanswered, yet a person has to look.
  const left = await it.newContact();
  const { id } = await open(left);
  await it.core.db.autocommit.query({
    text: "update conversations set controller = 'none' where id = $1",
    values: [id],
  });
  expect((await open(left, true)).id).toBe(id);
});

test("a fresh opening over others ends another task's live session, but takes nothing from a person or a contact", async () => {
  const place = await it.newContact();
  const { id: first } = await open(place);
  await it.tenant((tx) => startSession(it.core, tx, taskSession(first, 3_600)));
  const second = await open(place, true, newId(), true);
  expect(second).toMatchObject({ status: "open", ordinal: 2 });
  expect((await sessionsOf(first)).map((session) => session.end_reason)).toEqual(["superseded"]);
  expect(await it.tenant((tx) => getConversation(tx, first))).toMatchObject({
    status: "closed",
    closedReason: "fresh",
  });

  await it.tenant((tx) => startSession(it.core, tx, taskSession(second.id, 3_600)));
  const written = { conversationId: second.id, memberId: null, text: "hello" };
  await it.tenant((tx) => writeAsPerson(it.core, tx, written));
  expect((await open(place, true, newId(), true)).id).toBe(second.id);
  expect((await sessionsOf(second.id)).map((session) => session.end_reason)).toEqual([null]);

  const waiting = await it.newContact();
  const { id: asked } = await open(waiting);
  await it.tenant((tx) => startSession(it.core, tx, taskSession(asked, 3_600)));
  await it.write(waiting, "question");
  expect((await open(waiting, true, newId(), true)).id).toBe(asked);
});

test("a later task's session replaces the earlier one, which is on record", async () => {
  const place = await it.newContact();
  const { id } = await open(place);
  const [first, second] = [newId(), newId()];
  await it.tenant((tx) => startSession(it.core, tx, taskSession(id, 3_600, first)));
  await it.tenant((tx) => startSession(it.core, tx, taskSession(id, 3_600, second)));
  expect(await sessionsOf(id)).toEqual([
    { end_reason: "superseded", task_id: first },
    { end_reason: null, task_id: second },
  ]);
  await it.tenant((tx) => startSession(it.core, tx, taskSession(id, 0)));
  // A task that does not answer silences no other, but its own earlier session is over.
  expect((await sessionsOf(id)).map((session) => session.end_reason)).toEqual(["superseded", null]);
  await it.tenant((tx) => startSession(it.core, tx, taskSession(id, 0, second)));
  expect((await sessionsOf(id)).map((session) => session.end_reason)).toEqual(["superseded", "superseded"]);
});

test("closing ends the session, happens once, and the next message opens another conversation", async () => {
  const place = await it.newContact();
  const { id } = await open(place);
  await it.tenant((tx) => startSession(it.core, tx, taskSession(id, 3_600)));
  const closing = { conversationId: id, reason: "member" } as const;
  const after = await it.tenant((tx) => closeConversation(it.core, tx, closing, origin));
  expect(after).toMatchObject({ status: "closed", closedReason: "member" });
  const again = await it.tenant((tx) =>
    closeConversation(it.core, tx, { ...closing, reason: "agent" }, origin),
  );
  expect(again).toEqual(after);
  expect((await sessionsOf(id)).map((session) => session.end_reason)).toEqual(["closed"]);
  await expect(it.tenant((tx) => handBack(it.core, tx, id, origin))).rejects.toMatchObject({
    code: "conversation_closed",
  });
  const message = await it.write(place, "hello again");
  expect(message.conversationId).not.toBe(id);
  expect(await open(place)).toMatchObject({ id: message.conversationId, ordinal: 2 });
});

test("handing back needs an agent that may answer", async () => {
  const place = await it.newContact({ defaultAgentId: null });
  const { id } = await open(place);
  await expect(it.tenant((tx) => handBack(it.core, tx, id, origin))).rejects.toMatchObject({
    code: "no_agent",
  });
});

test("idle conversations close, except with a person, a live session or a turn", async () => {
  const places = await Promise.all(Array.from({ length: 5 }, () => it.newContact()));
  const [idle, person, live, busy, expired] = await Promise.all(places.map((place) => open(place)));
  if (!idle || !person || !live || !busy || !expired) throw new Error("five were opened");
  const written = { conversationId: person.id, memberId: null, text: "hello" };
  await it.tenant((tx) => writeAsPerson(it.core, tx, written));
  await it.tenant((tx) => startSession(it.core, tx, taskSession(live.id, 3_600)));
  await it.tenant((tx) => startSession(it.core, tx, taskSession(expired.id, 3_600)));
  await it.write({ contactId: busy.contactId, channelId: busy.channelId }, "question");
  const ids = [idle, person, live, busy, expired].map(({ id }) => id);
  await it.core.db.autocommit.query({
    text: "update conversations set last_message_at = now() - interval '2 days' where id = any($1)",
    values: [ids],
  });
  await it.core.db.autocommit.query({
    text: "update conversation_sessions set expires_at = now() - interval '1 minute' where conversation_id = $1",
    values: [expired.id],
  });
  await closeIdleConversations(it.core);
  const now = await it.tenant(async (tx) => {
    const found = [];
    for (const id of ids) found.push((await getConversation(tx, id))?.closedReason);
    return found;
  });
  expect(now).toEqual(["idle", null, null, null, "idle"]);
  expect((await sessionsOf(expired.id)).map((session) => session.end_reason)).toEqual(["expired"]);
});

test("each workspace says how long its conversations stay open without a message", async () => {
  const place = await it.newContact();
  const { id } = await open(place);
  const closedReason = async () => (await it.tenant((tx) => getConversation(tx, id)))?.closedReason;
  const closeAfter = (seconds: number, workspaceId = it.workspaceId) =>
    it.core.db.autocommit.query({
      text: "update workspaces set conversation_idle_close_seconds = $2 where id = $1",
      values: [workspaceId, seconds],
    });
  await it.core.db.autocommit.query({
    text: "update conversations set last_message_at = now() - interval '10 minutes' where id = $1",
    values: [id],
  });
  await closeAfter(300, await it.core.newWorkspace());
  await closeIdleConversations(it.core);
  expect(await closedReason()).toBe(null);
  await closeAfter(660);
  await closeIdleConversations(it.core);
  expect(await closedReason()).toBe(null);
  await closeAfter(540);
  await closeIdleConversations(it.core);
  expect(await closedReason()).toBe("idle");
  await closeAfter(86_400);
});

test("whoever wants to know hears of each message of a contact once, and of each closing however it came", async () => {
  const heard: (string | null)[] = [];
  it.core.extensions.add([
    contribute(messageReceived, async (_tx, _conversation, message) => {
      heard.push(message.text);
    }),
    contribute(conversationClosed, async (_tx, conversation) => {
      heard.push(conversation.closedReason);
    }),
  ]);
  const place = await it.newContact({ defaultAgentId: null });
  for (let time = 0; time < 2; time += 1) await it.write(place, "hello", "the same");
  const { id } = await open(place);
  await it.core.db.autocommit.query({
    text: "update conversations set last_message_at = now() - interval '2 days' where id = $1",
    values: [id],
  });
  await closeIdleConversations(it.core);
  await open(place);
  await open(place, true);
  const { id: last } = await open(place);
  const closing = { conversationId: last, reason: "member" } as const;
  for (let time = 0; time < 2; time += 1)
    await it.tenant((tx) => closeConversation(it.core, tx, closing, origin));
  expect(heard).toEqual(["hello", "idle", "fresh", "member"]);
  expect(await it.tenant((tx) => getConversation(tx, id))).toMatchObject({
    closedReason: "idle",
    closedByKind: "system",
  });
});

test("a contact is written to where it was last, else where it has visited, else on the only web channel", async () => {
  const other = await it.core.newWorkspace();
  const tenant: ConversationFixture["tenant"] = (work) => it.core.db.tenant(other, work);
  const channel = (name: string) =>
    tenant((tx) => createChannel(it.core, tx, { platform: "web", kind: "page", name }, origin));
  const { id: contactId } = await tenant((tx) => createContact(it.core, tx, {}, origin));
  const resolve = () => tenant((tx) => resolveChannel(tx, contactId));
  expect(await resolve()).toBeUndefined();
  const first = await channel("first");
  expect(await resolve()).toBe(first.id);
  const second = await channel("second");
  expect(await resolve()).toBeUndefined();
  await tenant((tx) => openConversation(it.core, tx, { contactId, channelId: first.id }));
  expect(await resolve()).toBe(first.id);
  await tenant((tx) => openConversation(it.core, tx, { contactId, channelId: second.id }));
  expect(await resolve()).toBe(second.id);
  await tenant((tx) => updateChannel(it.core, tx, second.id, { status: "disabled" }, origin));
  expect(await resolve()).toBe(first.id);
});

test("a contact or a channel that is deleted takes its conversations along and stops their turns", async () => {
  const [left, right] = [await it.newContact(), await it.newContact()];
  const messages = [await it.write(left, "hello"), await it.write(right, "hello")];
  const turns = [(await open(left)).turnExecutionId, (await open(right)).turnExecutionId];
  const runOfTask = await it.tenant((tx) =>
    enqueueExecution(it.core, tx, {
      ...{ kind: "task", lane: "manual", trigger: "api", taskId: newId() },
      conversationId: messages[0]?.conversationId ?? null,
    }),
  );
  await it.tenant((tx) => deleteContact(it.core, tx, left.contactId, origin));
  const keep = it.tenant((tx) =>
    deleteChannel(it.core, tx, right.channelId, { withConversations: false }, origin),
  );
  await expect(keep).rejects.toMatchObject({ code: "channel_in_use" });
  await it.tenant((tx) => deleteChannel(it.core, tx, right.channelId, { withConversations: true }, origin));
  // Their journals hold what the contact wrote.
  const { rows } = await it.core.db.autocommit.query({
    text: "select 1 from executions where id = any($1) or conversation_id = any($2)",
    values: [[...turns, runOfTask], messages.map(({ conversationId }) => conversationId)],
  });
  expect(turns).not.toContain(null);
  expect(rows).toHaveLength(1);
  const gone = await it.tenant(async (tx) => [
    await getConversation(tx, messages[0]?.conversationId ?? ""),
    await getConversation(tx, messages[1]?.conversationId ?? ""),
  ]);
  expect(gone).toEqual([undefined, undefined]);
});
