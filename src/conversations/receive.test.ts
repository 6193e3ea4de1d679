import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ConversationFixture,
  createConversationFixture,
  origin,
  type Place,
} from "../../test/conversations.ts";
import { updateChannel } from "../channels/index.ts";
import { getContact } from "../contacts/index.ts";
import { closeConversation, listMessages, openConversation, sendMessage, takeTurn } from "./index.ts";

let it: ConversationFixture;
beforeAll(async () => {
  it = await createConversationFixture();
});
afterAll(() => it.core.close());

const open = (place: Place) => it.tenant((tx) => openConversation(it.core, tx, place));
const messagesOf = async (place: Place) => {
  const { id } = await open(place);
  return (await it.tenant((tx) => listMessages(tx, id, { limit: 100, after: 0 }))).items;
};
const contactOf = (place: Place) => it.tenant((tx) => getContact(tx, place.contactId));

test("the same clientMessageId at once is one message, and one conversation is opened for it", async () => {
  const place = await it.newContact();
  const stored = await Promise.all(Array.from({ length: 12 }, () => it.write(place, "hello", "one")));
  expect(new Set(stored.map(({ id }) => id)).size).toBe(1);
  expect(await messagesOf(place)).toMatchObject([{ seq: 1, text: "hello", status: "delivered" }]);
});

test("the same clientMessageId in a later conversation, with another text, is still the first message", async () => {
  const place = await it.newContact();
  const first = await it.write(place, "hello", "one");
  const { conversationId } = first;
  await it.tenant((tx) => closeConversation(it.core, tx, { conversationId, reason: "member" }, origin));
  expect(await it.write(place, "something else", "one")).toEqual(first);
  const other = await it.newContact({ channelId: place.channelId });
  expect((await it.write(other, "hello", "one")).id).not.toBe(first.id);
});

test("a disabled channel takes nothing", async () => {
  const place = await it.newContact();
  await it.tenant((tx) => updateChannel(it.core, tx, place.channelId, { status: "disabled" }, origin));
  await expect(it.write(place, "hello")).rejects.toMatchObject({ code: "channel_disabled" });
});

test("STOP opts out at once, is confirmed once, and nothing before it is answered", async () => {
  const place = await it.newContact();
  await it.write(place, "question");
  await it.write(place, " Stop! ");
  await it.write(place, "STOP");
  expect(await contactOf(place)).toMatchObject({ optedOutReason: "keyword", optedOutAt: expect.any(Date) });
  const messages = await messagesOf(place);
  expect(messages.map(({ direction, authorKind }) => `${direction} ${authorKind}`)).toEqual([
    "in contact",
    "in contact",
    "out system",
    "in contact",
  ]);
  const { id: conversationId, turnExecutionId } = await open(place);
  const turn = await it.tenant((tx) =>
    takeTurn(it.core, tx, { conversationId, executionId: turnExecutionId ?? "" }),
  );
  expect(turn).toMatchObject({ status: "nothing", reason: { code: "contact_opted_out" } });
  const author = { kind: "agent", id: it.agentId } as const;
  const answer = await it.tenant((tx) =>
    sendMessage(it.core, tx, { class: "answer", conversationId, author, text: "But wait!" }),
  );
  expect(answer).toMatchObject({ allowed: false, reason: { code: "contact_opted_out" } });
});

test("START restores and goes on to the agent", async () => {
  const place = await it.newContact();
  await it.write(place, "СТОП");
  expect(await open(place)).toMatchObject({ turnExecutionId: null });
  await it.write(place, "start");
  expect(await contactOf(place)).toMatchObject({ optedOutAt: null, optedOutReason: null });
  const { id: conversationId, turnExecutionId } = await open(place);
  expect(
    await it.tenant((tx) => takeTurn(it.core, tx, { conversationId, executionId: turnExecutionId ?? "" })),
  ).toMatchObject({ messages: [{ text: "start" }] });
});

test("what an opted-out contact asks waits for a person", async () => {
  const place = await it.newContact();
  await it.write(place, "stop");
  await it.write(place, "where is my refund?");
  expect(await open(place)).toMatchObject({ controller: "none", turnExecutionId: null });
});
