import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { type ConversationFixture, createConversationFixture, origin } from "../../test/conversations.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { newId, toId } from "../base/ids.ts";
import { createChannel } from "../channels/index.ts";
import { createContact, updateContact } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import { openConversation, receiveMessage, sendMessage, startSession } from "./index.ts";
import { writeAsPerson } from "./messages.ts";

let it: ConversationFixture;
let api: TestApi;

beforeAll(async () => {
  it = await createConversationFixture();
  api = await createModuleApi(it.core, it.modules);
});
afterAll(() => api.close());

const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => it.core.db.tenant(api.workspaceId, work);

/** An open conversation in which the agent has written `count` messages. */
async function opened(count = 1) {
  return tenant(async (tx) => {
    const { id: contactId } = await createContact(it.core, tx, {}, origin);
    const web = { platform: "web", kind: "widget", name: "Website", defaultAgentId: it.agentId };
    const { id: channelId } = await createChannel(it.core, tx, web, origin);
    const { id: conversationId } = await openConversation(it.core, tx, { contactId, channelId });
    const author = { kind: "agent", id: it.agentId } as const;
    for (let number = 1; number <= count; number += 1)
      await sendMessage(it.core, tx, { class: "opening", conversationId, author, text: `${number}` });
    return {
      contactId,
      channelId,
      conversationId,
      path: `/v1/conversations/${toId("conversation", conversationId)}`,
    };
  });
}

const write = (place: { contactId: string; channelId: string }, text: string) =>
  tenant((tx) => receiveMessage(it.core, tx, { ...place, text, clientMessageId: newId() }));

interface List {
  readonly items: readonly { readonly id: string; readonly seq: number }[];
  readonly nextCursor: string | null;
}

test("a conversation shows its session with the time left", async () => {
  const { conversationId, path } = await opened();
  expect((await api.send("GET", path)).body).toMatchObject({ status: "open", session: null, turn: null });
  const taskId = newId();
  const session = { kind: "task", agentId: it.agentId, taskId, executionId: null, seconds: 3_600 } as const;
  await tenant((tx) => startSession(it.core, tx, { ...session, conversationId }));
  const { body } = await api.send("GET", path);
  expect(body).toMatchObject({ session: { kind: "task", taskId: toId("task", taskId) } });
  const left = (body as { session: { expiresInSeconds: number } }).session.expiresInSeconds;
  expect(left).toBeGreaterThan(3_590);
  expect(left).toBeLessThanOrEqual(3_600);
});

test("lists are filtered by contact, channel, status and controller", async () => {
  const one = await opened();
  const two = await opened();
  await api.send("POST", `${two.path}/messages`, { body: { text: "mine" } });
  const ids = async (query: string) => {
    const { body } = await api.send("GET", `/v1/conversations?${query}`);
    return (body as List).items.map(({ id }) => id);
  };
  const [first, second] = [one, two].map((it) => toId("conversation", it.conversationId));
  expect(await ids(`contactId=${toId("contact", one.contactId)}`)).toEqual([first]);
  expect(await ids(`channelId=${toId("channel", two.channelId)}`)).toEqual([second]);
  expect(await ids("controller=human")).toEqual([second]);
  expect(await ids(`contactId=${toId("contact", newId())}`)).toEqual([]);
  await api.send("POST", `${one.path}/close`);
  expect(await ids("status=closed")).toEqual([first]);
});

test("lists are filtered by session and task, and searched by what is known of the contact", async () => {
  const [live, other] = [await opened(), await opened()];
  const taskId = newId();
  const session = { kind: "task", agentId: it.agentId, executionId: null, seconds: 3_600 } as const;
  await tenant((tx) =>
    startSession(it.core, tx, { ...session, taskId, conversationId: live.conversationId }),
  );
  const fields = { name: "Zo\u00eb Q_x", email: "zoe@example.com", externalId: "crm-zoe" };
  await tenant((tx) => updateContact(it.core, tx, other.contactId, fields, origin));
  const ids = async (query: string) => {
    const { status, body } = await api.send("GET", `/v1/conversations?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return (body as List).items.map(({ id }) => id);
  };
  const [first, second] = [live, other].map((it) => toId("conversation", it.conversationId));
  expect(await ids("sessionLive=true&status=open")).toContain(first);
  expect(await ids("sessionLive=true")).not.toContain(second);
  expect(await ids("sessionLive=false")).toContain(second);
  expect(await ids("sessionLive=false")).not.toContain(first);
  expect(await ids(`taskId=${toId("task", taskId)}`)).toEqual([first]);
  expect(await ids(`taskId=${toId("task", newId())}`)).toEqual([]);
  for (const q of ["zo%C3%AB", "Q_X", "zoe@", "CRM-z", "zo%C3%AB&status=open&controller=agent"])
    expect(await ids(`q=${q}`), q).toEqual([second]);
  for (const q of ["q%25x", "zo%C3%AB&status=closed", `zo%C3%AB&channelId=${toId("channel", newId())}`])
    expect(await ids(`q=${q}`), q).toEqual([]);
  expect((await api.send("GET", "/v1/conversations?q=%00")).status).toBe(422);
});

test("a list shows the beginning of each newest message where that is asked for", async () => {
  const agents = await opened();
  const contacts = await opened();
  const { id: messageId } = await write(contacts, "x".repeat(300));
  const { body: plain } = await api.send("GET", "/v1/conversations?limit=2");
  expect((plain as List).items.map((item) => "lastMessage" in item)).toEqual([false, false]);
  const { body } = await api.send("GET", "/v1/conversations?limit=2&include=lastMessage");
  expect((body as List).items).toMatchObject([
    {
      lastMessage: {
        id: toId("message", messageId),
        direction: "in",
        author: { kind: "contact", id: toId("contact", contacts.contactId) },
        text: "x".repeat(200),
      },
    },
    {
      id: toId("conversation", agents.conversationId),
      lastMessage: { direction: "out", author: { kind: "agent", id: toId("agent", it.agentId) }, text: "1" },
    },
  ]);
});

test("messages are listed newest first, and after a seq oldest first, both page by page", async () => {
  const { path } = await opened(7);
  const list = async (query: string) => {
    const { status, body } = await api.send("GET", `${path}/messages?${query}`);
    expect(status).toBe(200);
    const { items, nextCursor } = body as List;
    return { seqs: items.map(({ seq }) => seq), nextCursor };
  };
  const newest = await list("limit=3");
  expect(newest.seqs).toEqual([7, 6, 5]);
  expect((await list(`limit=10&cursor=${newest.nextCursor}`)).seqs).toEqual([4, 3, 2, 1]);
  const oldest = await list("limit=3&after=2");
  expect(oldest.seqs).toEqual([3, 4, 5]);
  expect(await list(`limit=3&cursor=${oldest.nextCursor}`)).toEqual({ seqs: [6, 7], nextCursor: null });
  expect(await list("after=7")).toEqual({ seqs: [], nextCursor: null });
  expect(await list(`executionId=${toId("execution", newId())}`)).toEqual({ seqs: [], nextCursor: null });
  const bad = await api.send("GET", `${path}/messages?cursor=bad`);
  expect([bad.status, bad.body]).toMatchObject([422, { errors: [{ path: "cursor" }] }]);
});

test("who took over is the member who wrote last, and nobody once the agent has it again", async () => {
  const place = await opened();
  const { conversationId, path } = place;
  const shown = async () => (await api.send("GET", path)).body;
  const take = (memberId: string | null) =>
    tenant((tx) => writeAsPerson(it.core, tx, { conversationId, memberId, text: "I look into it." }));
  const [first, second] = [newId(), newId()];
  expect(await shown()).toMatchObject({ controllerId: null });
  await take(first);
  await take(second);
  await write(place, "thank you");
  const expected = { controller: "human", controllerId: toId("member", second) };
  expect(await shown()).toMatchObject(expected);
  const list = await api.send("GET", `/v1/conversations?contactId=${toId("contact", place.contactId)}`);
  expect((list.body as { readonly items: readonly unknown[] }).items).toMatchObject([expected]);
  await take(null);
  expect(await shown()).toMatchObject({ controller: "human", controllerId: null });
  await take(first);
  await api.send("POST", `${path}/hand-back`);
  expect(await shown()).toMatchObject({ controller: "agent", controllerId: null });
});

test("a person takes over by writing, hands back, and closes", async () => {
  const place = await opened();
  const { path } = place;
  const written = await api.send("POST", `${path}/messages`, { body: { text: "Hello from a person" } });
  expect([written.status, written.body]).toMatchObject([
    201,
    { direction: "out", author: { kind: "member", id: null }, status: "sent", seq: 2 },
  ]);
  expect((await api.send("GET", path)).body).toMatchObject({ controller: "human" });
  await write(place, "a question");
  expect((await api.send("GET", path)).body).toMatchObject({ turn: null, unanswered: true });
  const back = await api.send("POST", `${path}/hand-back`);
  expect(back.body).toMatchObject({ controller: "agent", turn: { status: "queued" } });
  expect((await api.send("GET", path)).body).toMatchObject({ closedBy: null, closedNote: null });
  const closed = await api.send("POST", `${path}/close`, { body: { note: "Solved by phone" } });
  expect(closed.body).toMatchObject({
    ...{ status: "closed", closedReason: "member", session: null, closedNote: "Solved by phone" },
    closedBy: { kind: "api_key", id: expect.stringMatching(/^key_/) },
  });
  expect(await api.send("POST", `${path}/close`)).toMatchObject({ status: 200, body: closed.body });
  for (const verb of ["hand-back", "messages"])
    expect(
      await api.send("POST", `${path}/${verb}`, { body: verb === "messages" ? { text: "x" } : {} }),
    ).toMatchObject({
      status: 409,
      body: { code: "conversation_closed" },
    });
  const { rows } = await it.core.db.autocommit.query<{ action: string }>({
    text: "select action from audit_log where target_id = $1 order by id",
    values: [place.conversationId],
  });
  expect(rows.map(({ action }) => action)).toEqual(["conversation.hand_back", "conversation.close"]);
});

test("a held message shows what it waits for and until when", async () => {
  const { conversationId, path } = await opened();
  await api.send("POST", `${path}/messages`, { body: { text: "mine" } });
  const author = { kind: "agent", id: it.agentId } as const;
  const message = { class: "opening", conversationId, author, text: "later", whenBlocked: "hold" } as const;
  await tenant((tx) => sendMessage(it.core, tx, { ...message, purpose: "marketing" }));
  expect((await api.send("GET", `${path}/messages?limit=1`)).body).toMatchObject({
    items: [
      {
        ...{ text: "later", status: "held", purpose: "marketing", sentAt: null },
        reason: { code: "human_in_control" },
        heldUntil: expect.any(String),
      },
    ],
  });
  await api.send("POST", `${path}/close`);
  expect((await api.send("GET", `${path}/messages?limit=1`)).body).toMatchObject({
    items: [{ status: "refused", reason: { code: "conversation_closed" }, heldUntil: null }],
  });
});

test("a person's message that the gate refuses answers 409 and is kept with its decision", async () => {
  const { contactId, path } = await opened();
  await api.send("POST", `/v1/contacts/${toId("contact", contactId)}/opt-out`);
  const refused = await api.send("POST", `${path}/messages`, { body: { text: "Hello?" } });
  expect([refused.status, refused.body]).toMatchObject([
    409,
    { code: "message_refused", reason: { code: "contact_opted_out" } },
  ]);
  const { messageId, decisionId } = refused.body as { messageId: string; decisionId: string };
  expect((await api.send("GET", `${path}/messages?limit=1`)).body).toMatchObject({
    items: [{ id: messageId, status: "refused", reason: { code: "contact_opted_out" } }],
  });
  expect((await api.send("GET", `${path}/decisions?limit=1`)).body).toMatchObject({
    items: [{ id: decisionId, class: "human", allowed: false, reason: { code: "contact_opted_out" } }],
  });
  expect((await api.send("GET", path)).body).toMatchObject({ controller: "agent" });
});

test.each(["", "/messages", "/decisions"])(
  "another workspace's conversation is not there (GET %s)",
  async (rest) => {
    const { contactId, channelId } = await it.newContact();
    const { id } = await it.tenant((tx) => openConversation(it.core, tx, { contactId, channelId }));
    expect((await api.send("GET", `/v1/conversations/${toId("conversation", id)}${rest}`)).status).toBe(404);
  },
);
