import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { type ConversationFixture, createConversationFixture, origin } from "../../test/conversations.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { fromId, newId, toId } from "../base/ids.ts";
import { closeConversation, listMessages, openConversation, sendMessage } from "./index.ts";
import { createVisitorLimit } from "./visitors.ts";
import { webRoutes } from "./web-http.ts";

let it: ConversationFixture;
let api: TestApi;

beforeAll(async () => {
  it = await createConversationFixture();
  api = await createModuleApi(it.core, it.modules);
});
afterAll(() => api.close());

async function newChannel() {
  const body = {
    platform: "web",
    kind: "widget",
    name: "Website",
    defaultAgentId: toId("agent", it.agentId),
  };
  const channel = (await api.send("POST", "/v1/channels", { body })).body as { id: string };
  const answer = await api.send("GET", `/v1/channels/${channel.id}/secret`, { scope: "admin" });
  return { id: channel.id, ...(answer.body as { secret: string }) };
}

const visit = (channelId: string, body?: unknown) =>
  api.send("POST", `/web/v1/channels/${channelId}/visitors`, { scope: null, body });

async function newVisitor(channelId?: string, body?: unknown) {
  const place = channelId ?? (await newChannel()).id;
  const answer = await visit(place, body);
  expect(answer.status).toBe(201);
  const { token, contactId } = answer.body as { token: string; contactId: string };
  const headers = { authorization: `Bearer ${token}` };
  return {
    contactId,
    place: { contactId: fromId("contact", contactId) ?? "", channelId: fromId("channel", place) ?? "" },
    write: (text: string, clientMessageId: string = newId()) =>
      api.send("POST", "/web/v1/messages", { headers, body: { clientMessageId, text } }),
    async fetch(query = "") {
      const { status, body: page } = await api.send("GET", `/web/v1/messages${query}`, { headers });
      expect(status).toBe(200);
      return page as {
        items: { id: string; text: string; status: string; author: { kind: string } }[];
        nextCursor: string | null;
      };
    },
  };
}

/** Writes as the agent. */
const answer = (place: { contactId: string; channelId: string }, text: string) =>
  it.core.db.tenant(api.workspaceId, async (tx) => {
    const { id } = await openConversation(it.core, tx, place);
    const author = { kind: "agent", id: it.agentId } as const;
    await sendMessage(it.core, tx, { class: "opening", conversationId: id, author, text });
    return id;
  });

const hash = (secret: string, externalId: string) =>
  createHmac("sha256", secret).update(externalId).digest("hex");

test("an anonymous visitor is a new contact each time", async () => {
  const { id } = await newChannel();
  const [first, second] = [await newVisitor(id), await newVisitor(id, {})];
  expect(first.contactId).not.toBe(second.contactId);
  const contact = await api.send("GET", `/v1/contacts/${first.contactId}`);
  expect(contact.body).toMatchObject({ name: null, identities: [{ platform: "web" }] });
});

test("a proved identity is always the same contact, whose name nobody overwrites", async () => {
  const { id, secret } = await newChannel();
  const proof = { externalId: "user-42", hash: hash(secret, "user-42") };
  const first = await newVisitor(id, { identity: { ...proof, name: "Anna" } });
  const second = await newVisitor(id, { identity: { ...proof, name: "Eve", email: "anna@example.com" } });
  expect(second.contactId).toBe(first.contactId);
  const contact = await api.send("GET", `/v1/contacts/${first.contactId}`);
  expect(contact.body).toMatchObject({
    name: "Anna",
    email: "anna@example.com",
    externalId: "user-42",
    identities: [{ platform: "web", address: "user-42" }],
  });
  // Both tokens speak as the one contact.
  await first.write("from the phone");
  expect((await second.fetch()).items).toMatchObject([{ text: "from the phone" }]);
});

test("the hash is the one that other systems make", () => {
  expect(hash("widget_secret", "user-42")).toBe(
    "a588b070a8d984b862720f2d1aec3213434c190704cec23eeb32afcbe36a9d4b",
  );
});

test("without a valid hash an identity is refused, also after the secret was replaced", async () => {
  const { id, secret } = await newChannel();
  const refused = { status: 422, body: { errors: [{ path: "identity.hash" }] } };
  const good = hash(secret, "user-7");
  const identities = [
    { externalId: "user-7" },
    { externalId: "user-7", hash: "" },
    { externalId: "user-7", hash: hash("other", "user-7") },
    { externalId: "user-8", hash: good },
  ];
  for (const identity of identities) expect(await visit(id, { identity })).toMatchObject(refused);
  await api.send("POST", `/v1/channels/${id}/secret/rotate`, { scope: "admin" });
  expect(await visit(id, { identity: { externalId: "user-7", hash: good } })).toMatchObject(refused);
  const contacts = await api.send("GET", "/v1/contacts?externalId=user-7");
  expect(contacts.body).toMatchObject({ items: [] });
});

test("unknown and disabled channels take no visitors", async () => {
  expect((await visit(toId("channel", newId()))).status).toBe(404);
  expect((await visit("chan_nonsense")).status).toBe(404);
  const { id } = await newChannel();
  const visitor = await newVisitor(id);
  await api.send("PATCH", `/v1/channels/${id}`, { body: { status: "disabled" } });
  expect(await visit(id)).toMatchObject({ status: 409, body: { code: "channel_disabled" } });
  expect(await visitor.write("hello")).toMatchObject({ status: 409, body: { code: "channel_disabled" } });
  expect((await visitor.fetch()).items).toEqual([]);
});

test("only a visitor's token opens the contact's side, and it opens nothing else", async () => {
  const visitor = await newVisitor();
  for (const authorization of ["Bearer scope-admin", "Bearer vis_wrong", "", undefined]) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const got = await api.send("GET", "/web/v1/messages", { scope: null, headers });
    expect([got.status, got.body]).toMatchObject([401, { code: "visitor_token_invalid" }]);
  }
  const { token } = (await visit((await newChannel()).id)).body as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  expect((await api.send("GET", `/v1/contacts/${visitor.contactId}`, { headers })).status).toBe(401);
});

test("the same clientMessageId answers the same, twice at once and in a later conversation", async () => {
  const visitor = await newVisitor();
  const [one, two] = await Promise.all([visitor.write("hello", "c1"), visitor.write("hello", "c1")]);
  expect(one.status).toBe(201);
  expect(two).toMatchObject({ status: one.status, body: one.body });
  await it.core.db.tenant(api.workspaceId, async (tx) => {
    const { id } = await openConversation(it.core, tx, visitor.place);
    await closeConversation(it.core, tx, { conversationId: id, reason: "member" }, origin);
  });
  expect((await visitor.write("hello", "c1")).body).toEqual(one.body);
  expect((await visitor.fetch()).items).toHaveLength(1);
});

test("messages come in the order of the one scroll, over all conversations, once with a cursor", async () => {
  const visitor = await newVisitor();
  const expected: string[] = [];
  for (let conversation = 1; conversation <= 3; conversation += 1) {
    await visitor.write(`${conversation} in`);
    const id = await answer(visitor.place, `${conversation} out`);
    expected.push(`${conversation} in`, `${conversation} out`);
    await it.core.db.tenant(api.workspaceId, (tx) =>
      closeConversation(it.core, tx, { conversationId: id, reason: "member" }, origin),
    );
  }
  expect((await visitor.fetch()).items.map(({ text }) => text)).toEqual(expected);

  const paged: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page = await visitor.fetch(`?limit=2${cursor === null ? "" : `&after=${cursor}`}`);
    if (page.items.length === 0) break;
    paged.push(...page.items.map(({ text }) => text));
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(expected);
  // The end is a place to wait at: what is written later follows.
  await answer(visitor.place, "later");
  expect((await visitor.fetch(`?after=${cursor}`)).items).toMatchObject([{ text: "later" }]);
  const bad = await visitor.fetch("?after=MS4x").then(() => undefined, String);
  expect(bad).toBeUndefined();
});

test("a cursor that was not given out is refused", async () => {
  const { token } = (await visit((await newChannel()).id)).body as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const got = await api.send("GET", "/web/v1/messages?after=nonsense", { headers });
  expect([got.status, got.body]).toMatchObject([422, { errors: [{ path: "after" }] }]);
});

test("fetching marks what the company wrote as delivered, once and only then", async () => {
  const visitor = await newVisitor();
  const conversationId = await answer(visitor.place, "hello");
  const stored = async () => {
    const list = await it.core.db.tenant(api.workspaceId, (tx) =>
      listMessages(tx, conversationId, { limit: 10 }),
    );
    return list.items[0];
  };
  expect(await stored()).toMatchObject({ status: "sent", deliveredAt: null });
  expect((await visitor.fetch()).items).toMatchObject([{ status: "delivered", author: { kind: "agent" } }]);
  const delivered = await stored();
  expect(delivered).toMatchObject({ status: "delivered", deliveredAt: expect.any(Date) });
  await visitor.fetch();
  expect(await stored()).toEqual(delivered);
});

test("refused messages and other contacts' messages are not seen", async () => {
  const { id } = await newChannel();
  const [anna, ben] = [await newVisitor(id), await newVisitor(id)];
  await ben.write("from Ben");
  await api.send("POST", `/v1/contacts/${anna.contactId}/opt-out`);
  await answer(anna.place, "refused");
  expect(await anna.fetch()).toEqual({ items: [], nextCursor: null });
});

test("a source that makes too many visitors has to wait, whichever process it asks", async () => {
  const processes = [0, 1].map(() =>
    webRoutes(it.core, createVisitorLimit(it.core, { anonymous: 3, verified: 5 })).find(
      ({ operationId }) => operationId === "createVisitor",
    ),
  );
  let asked = 0;
  const { id, secret } = await newChannel();
  const request = (body: unknown, ip: string) => {
    asked += 1;
    return processes[asked % 2]?.handler?.({
      params: { channelId: fromId("channel", id) },
      query: undefined,
      body,
      caller: undefined,
      requestId: "test",
      ip,
      headers: {},
      signal: new AbortController().signal,
    });
  };
  for (let made = 0; made < 3; made += 1) await request({}, "10.0.0.1");
  const limited = { code: "too_many_visitors", status: 429, retryAfterSeconds: expect.any(Number) };
  await expect(request({}, "10.0.0.1")).rejects.toMatchObject(limited);
  await request({}, "10.0.0.2");
  // One IPv6 user has a whole /64.
  for (let made = 0; made < 3; made += 1) await request({}, `2001:db8:1:2::${made}`);
  await expect(request({}, "2001:db8:1:2:ffff::1")).rejects.toMatchObject(limited);
  await request({}, "2001:db8:1:3::1");
  // Who proves its visitors may make more; who tries hashes out may not.
  const proved = { identity: { externalId: "u", hash: hash(secret, "u") } };
  await request(proved, "10.0.0.1");
  await expect(request({ identity: { externalId: "u", hash: "0" } }, "10.0.0.1")).rejects.toMatchObject(
    limited,
  );
  for (let made = 0; made < 3; made += 1) await request(proved, "10.0.0.1");
  await expect(request(proved, "10.0.0.1")).rejects.toMatchObject(limited);
});
