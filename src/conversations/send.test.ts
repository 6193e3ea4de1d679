import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConversationFixture, createConversationFixture, origin } from "../../test/conversations.ts";
import { until } from "../../test/until.ts";
import { newId } from "../base/ids.ts";
import { updateChannel } from "../channels/index.ts";
import { optIn, optOut } from "../contacts/index.ts";
import { freezeWorkspace, unfreezeWorkspace } from "../workspaces/index.ts";
import { ruleNames } from "./gate/rules.ts";
import { closeConversation, getConversation, listMessages, openConversation, sendMessage } from "./index.ts";
import { listDecisions } from "./messages.ts";
import type { OutgoingMessage } from "./send.ts";

let it: ConversationFixture;
beforeAll(async () => {
  it = await createConversationFixture();
});
afterAll(() => it.core.close());

async function opened() {
  const place = await it.newContact();
  const { id } = await it.tenant((tx) => openConversation(it.core, tx, place));
  return { ...place, conversationId: id };
}

const send = (conversationId: string, message: Partial<OutgoingMessage> = {}) =>
  it.tenant((tx) =>
    sendMessage(it.core, tx, {
      class: "opening",
      conversationId,
      author: { kind: "agent", id: it.agentId },
      text: "Hello!",
      ...message,
    }),
  );

const messagesOf = async (conversationId: string) =>
  (await it.tenant((tx) => listMessages(tx, conversationId, { limit: 100, after: 0 }))).items;

test("an allowed message is stored as sent, with a decision that has every rule's answer", async () => {
  const { conversationId } = await opened();
  const executionId = newId();
  const result = await send(conversationId, { executionId, stepSeq: 3 });
  expect(result).toMatchObject({ allowed: true });
  expect(await messagesOf(conversationId)).toMatchObject([
    {
      id: result.messageId,
      seq: 1,
      direction: "out",
      status: "sent",
      reasonCode: null,
      executionId,
      stepSeq: 3,
    },
  ]);
  const decisions = await it.tenant((tx) => listDecisions(tx, conversationId, { limit: 10 }));
  expect(decisions.items).toMatchObject([
    { id: result.decisionId, class: "opening", allowed: true, messageId: result.messageId, executionId },
  ]);
  expect(decisions.items[0]?.rules.map(({ rule }) => rule)).toEqual(ruleNames);
});

test("the same idempotency key is one message, also when both are on their way", async () => {
  const { conversationId } = await opened();
  const idempotencyKey = `${newId()}:4`;
  const results = await Promise.all(
    Array.from({ length: 10 }, () => send(conversationId, { idempotencyKey })),
  );
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
  expect(await messagesOf(conversationId)).toHaveLength(1);

  await it.tenant((tx) => closeConversation(it.core, tx, { conversationId, reason: "member" }, origin));
  const refused = await send(conversationId, { idempotencyKey: `${newId()}:5` });
  expect(refused).toMatchObject({ allowed: false, reason: { code: "conversation_closed" } });
  expect(await send(conversationId, { idempotencyKey })).toEqual(results[0]);
});

test("many senders at once get consecutive places", async () => {
  const { conversationId } = await opened();
  await Promise.all(Array.from({ length: 30 }, (_, index) => send(conversationId, { text: `${index}` })));
  const messages = await messagesOf(conversationId);
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
});

test("a frozen workspace, an opt-out, a disabled channel and a disabled agent refuse, and the message is kept", async () => {
  const { conversationId, contactId, channelId } = await opened();
  const freeze = (at: string) =>
    it.core.db.autocommit.query({
      text: `update workspaces set frozen_at = ${at} where id = $1`,
      values: [it.workspaceId],
    });
  const codes: (string | undefined)[] = [];
  const attempt = async () => codes.push((await send(conversationId)).reason?.code);

  await freeze("now()");
  await attempt();
  await freeze("null");
  await it.tenant((tx) => optOut(it.core, tx, contactId, "api", origin));
  await attempt();
  await it.tenant((tx) => optIn(it.core, tx, contactId, origin));
  await it.tenant((tx) => updateChannel(it.core, tx, channelId, { status: "disabled" }, origin));
  await attempt();
  await it.tenant((tx) => updateChannel(it.core, tx, channelId, { status: "connected" }, origin));
  it.disabledAgents.add(it.agentId);
  await attempt();
  it.disabledAgents.delete(it.agentId);
  await attempt();

  expect(codes).toEqual([
    "workspace_frozen",
    "contact_opted_out",
    "channel_disabled",
    "agent_disabled",
    undefined,
  ]);
  const statuses = (await messagesOf(conversationId)).map(({ status }) => status);
  expect(statuses).toEqual(["refused", "refused", "refused", "refused", "sent"]);
});

test("an answer that no agent may give lets the conversation wait for a person", async () => {
  const { conversationId } = await opened();
  it.disabledAgents.add(it.agentId);
  const result = await send(conversationId, { class: "answer" });
  it.disabledAgents.delete(it.agentId);
  expect(result.reason?.code).toBe("agent_disabled");
  expect(await it.tenant((tx) => getConversation(tx, conversationId))).toMatchObject({ controller: "none" });
});

test("what a model sends that PostgreSQL refuses is cleaned", async () => {
  const { conversationId } = await opened();
  await send(conversationId, { text: "a\u0000b\ud800c" });
  expect((await messagesOf(conversationId))[0]?.text).toBe("ab\ufffdc");
});

test("whoever watches hears of a message after the commit", async () => {
  const { conversationId } = await opened();
  const heard: string[] = [];
  const stop = it.core.signals.listen("live", (payload) => heard.push(payload));
  await send(conversationId);
  stop();
  expect(heard).toContain(`${it.workspaceId} conversation:${conversationId}`);
});

test("a freeze waits for the sends that have looked already, and no later one gets past it", async () => {
  const { conversationId } = await opened();
  const other = await opened();
  const looked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const early = it.tenant(async (tx) => {
    const result = await sendMessage(it.core, tx, {
      class: "opening",
      conversationId,
      author: { kind: "agent", id: it.agentId },
      text: "Just in time",
    });
    looked.resolve();
    await goOn.promise;
    return result;
  });
  await looked.promise;
  let frozen = false;
  const freeze = it
    .tenant((tx) => freezeWorkspace(it.core, tx, "wrong price list", origin))
    .then(() => {
      frozen = true;
    });
  await until("the freeze to wait for the send", async () => {
    const { rowCount } = await it.core.db.autocommit.query({
      text: "select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
    });
    return (rowCount ?? 0) > 0;
  });
  expect(frozen).toBe(false);
  goOn.resolve();
  expect(await early).toMatchObject({ allowed: true });
  await freeze;
  expect(await send(other.conversationId)).toMatchObject({ reason: { code: "workspace_frozen" } });
  await it.tenant((tx) => unfreezeWorkspace(it.core, tx, origin));
});
