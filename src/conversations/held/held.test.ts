import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConversationFixture, createConversationFixture, origin } from "../../../test/conversations.ts";
import { addKinds } from "../../../test/engine.ts";
import { until } from "../../../test/until.ts";
import { newId } from "../../base/ids.ts";
import { updateChannel } from "../../channels/index.ts";
import { getContact, optOut } from "../../contacts/index.ts";
import { cancelExecutions, enqueueExecution, getExecution, type Judgement } from "../../engine/index.ts";
import { freezeWorkspace, unfreezeWorkspace } from "../../workspaces/index.ts";
import { closeIdleConversations } from "../idle.ts";
import {
  answerWaiting,
  closeConversation,
  getConversation,
  handBack,
  listMessages,
  openConversation,
  sendMessage,
  withdrawHeldMessages,
} from "../index.ts";
import { listDecisions, writeAsPerson } from "../messages.ts";
import type { OutgoingMessage } from "../send.ts";
import { selectFates } from "../sent-store.ts";
import { askAboutDue, createHeldService } from "./service.ts";

let it: ConversationFixture;
beforeAll(async () => {
  it = await createConversationFixture();
  addKinds(it.core, {
    name: "test",
    run: async () => ({ status: "completed", outcome: "none" }),
    judge: async (tx, results) => {
      const fates = await selectFates(
        tx,
        results.map(({ id }) => id),
      );
      return new Map(
        [...fates].map(([id, { sent, held, lastGivenUp }]): [string, Judgement] => {
          if (sent > 0) return [id, { outcome: "message_sent" }];
          return [id, { outcome: held > 0 ? "none" : "blocked", reason: lastGivenUp ?? undefined }];
        }),
      );
    },
  });
});
afterAll(() => it.core.close());

async function opened() {
  const place = await it.newContact();
  const { id: conversationId } = await it.tenant((tx) => openConversation(it.core, tx, place));
  return { ...place, conversationId };
}

const send = (conversationId: string, message: Partial<OutgoingMessage> = {}) =>
  it.tenant((tx) =>
    sendMessage(it.core, tx, {
      class: "opening",
      conversationId,
      author: { kind: "agent", id: it.agentId },
      text: "Hello!",
      whenBlocked: "hold",
      ...message,
    }),
  );

const execute = (text: string, values: readonly unknown[]) =>
  it.core.db.autocommit.query({ text, values: [...values] });
const messagesOf = async (conversationId: string) =>
  (await it.tenant((tx) => listMessages(tx, conversationId, { limit: 100, after: 0 }))).items;
const statusesOf = async (conversationId: string) =>
  (await messagesOf(conversationId)).map(({ text, status, reasonCode }) => [text, status, reasonCode]);
const takeOver = (conversationId: string) =>
  execute("update conversations set controller = 'human' where id = $1", [conversationId]);

/** As the service does, but without waiting for its time. */
async function askNow(conversationId: string): Promise<void> {
  await execute("update held_messages set ask_at = now() where conversation_id = $1", [conversationId]);
  await askAboutDue(it.core);
}

const expire = (conversationId: string) =>
  execute("update held_messages set held_until = now() where conversation_id = $1", [conversationId]);

/** As an execution ends that has nothing but held messages to show. */
const end = (id: string) =>
  execute(
    "update executions set status = 'completed', outcome = 'none', completed_at = now() where id = $1",
    [id],
  );

const newExecution = (taskId: string | null = null) =>
  it.tenant((tx) => enqueueExecution(it.core, tx, { kind: "test", lane: "manual", trigger: "api", taskId }));

test("what a freeze stops waits, and goes out in order when it ends, with its session", async () => {
  const { conversationId, contactId } = await opened();
  const taskId = newId();
  await it.tenant((tx) => freezeWorkspace(it.core, tx, "wrong prices", origin));
  const session = { kind: "task", taskId, seconds: 3_600 } as const;
  const held = await send(conversationId, { text: "first", session, purpose: "marketing" });
  expect(held).toMatchObject({ allowed: true, held: true, heldReason: { code: "workspace_frozen" } });
  const day = 86_400_000;
  expect(Math.abs((held.heldUntil?.getTime() ?? 0) - Date.now() - day)).toBeLessThan(60_000);
  await send(conversationId, { text: "second" });
  expect(await statusesOf(conversationId)).toEqual([
    ["first", "held", "workspace_frozen"],
    ["second", "held", "workspace_frozen"],
  ]);
  const before = await it.tenant((tx) => getContact(tx, contactId));
  expect(before?.lastActivityAt).toBeNull();
  await askNow(conversationId);
  expect((await messagesOf(conversationId)).map(({ status }) => status)).toEqual(["held", "held"]);

  await it.tenant((tx) => unfreezeWorkspace(it.core, tx, origin));
  await askAboutDue(it.core);
  const sent = await messagesOf(conversationId);
  expect(sent).toMatchObject([
    { text: "first", seq: 3, status: "sent", reasonCode: null, heldUntil: null, purpose: "marketing" },
    { text: "second", seq: 4, status: "sent", purpose: "service" },
  ]);
  expect(sent.map(({ sentAt, createdAt }) => sentAt !== null && sentAt > createdAt)).toEqual([true, true]);
  expect(await it.tenant((tx) => getConversation(tx, conversationId))).toMatchObject({ lastSeq: 4 });
  expect((await it.tenant((tx) => getContact(tx, contactId)))?.lastActivityAt).toBeInstanceOf(Date);
  const { rows } = await execute("select task_id from conversation_sessions where conversation_id = $1", [
    conversationId,
  ]);
  expect(rows).toEqual([{ task_id: taskId }]);
  const decisions = await it.tenant((tx) => listDecisions(tx, conversationId, { limit: 10 }));
  expect(decisions.items.map(({ allowed, reasonCode }) => reasonCode ?? allowed).toSorted()).toEqual([
    true,
    true,
    "workspace_frozen",
    "workspace_frozen",
  ]);
});

test("each passing reason holds, and the ends of some are heard of at once", async () => {
  const { conversationId, channelId } = await opened();
  const connect = (status: "connected" | "disabled") =>
    it.tenant((tx) => updateChannel(it.core, tx, channelId, { status }, origin));
  await connect("disabled");
  await send(conversationId, { text: "channel" });
  await connect("connected");
  await askAboutDue(it.core);

  it.disabledAgents.add(it.agentId);
  await send(conversationId, { text: "agent" });
  it.disabledAgents.delete(it.agentId);
  await it.tenant((tx) => answerWaiting(it.core, tx));
  await askAboutDue(it.core);

  await it.tenant((tx) =>
    writeAsPerson(it.core, tx, { conversationId, memberId: null, text: "I take over" }),
  );
  await send(conversationId, { text: "human" });
  await it.tenant((tx) => handBack(it.core, tx, conversationId, origin));
  await askAboutDue(it.core);
  expect((await statusesOf(conversationId)).filter(([text]) => text !== "I take over")).toEqual([
    ["channel", "sent", null],
    ["agent", "sent", null],
    ["human", "sent", null],
  ]);
});

test("a message is refused at once if it may not wait, or if what is in the way does not pass", async () => {
  const { conversationId, contactId } = await opened();
  await takeOver(conversationId);
  expect(await send(conversationId, { whenBlocked: "drop" })).toMatchObject({ allowed: false });
  await it.tenant((tx) => optOut(it.core, tx, contactId, "api", origin));
  const refused = await send(conversationId);
  expect(refused).toMatchObject({ allowed: false, reason: { code: "contact_opted_out" } });
  expect(refused.held).toBeUndefined();
});

test("one that waits for something else by now says so, with the decision", async () => {
  const { conversationId } = await opened();
  await takeOver(conversationId);
  await send(conversationId);
  await askNow(conversationId);
  await execute("update conversations set controller = 'agent' where id = $1", [conversationId]);
  it.disabledAgents.add(it.agentId);
  await askNow(conversationId);
  await askNow(conversationId);
  it.disabledAgents.delete(it.agentId);
  expect(await statusesOf(conversationId)).toEqual([["Hello!", "held", "agent_disabled"]]);
  const { items } = await it.tenant((tx) => listDecisions(tx, conversationId, { limit: 10 }));
  expect(items.map(({ reasonCode }) => reasonCode)).toEqual(["agent_disabled", "human_in_control"]);
});

test("what becomes of it changes what its execution came to, with the reason and at once", async () => {
  const [sent, gone, late] = [await opened(), await opened(), await opened()];
  const executions = [await newExecution(), await newExecution(), await newExecution()] as const;
  for (const [index, { conversationId }] of [sent, gone, late].entries()) {
    await takeOver(conversationId);
    await send(conversationId, { executionId: executions[index] });
    await end(executions[index] ?? "");
  }
  const cameTo = async () =>
    Promise.all(
      executions.map(async (id) => {
        const execution = await it.tenant((tx) => getExecution(tx, id));
        return [execution?.outcome, execution?.reasonCode];
      }),
    );
  await it.tenant((tx) => optOut(it.core, tx, gone.contactId, "api", origin));
  await askNow(gone.conversationId);
  await expire(late.conversationId);
  await askNow(late.conversationId);
  expect(await statusesOf(gone.conversationId)).toEqual([["Hello!", "refused", "contact_opted_out"]]);
  expect(await statusesOf(late.conversationId)).toEqual([["Hello!", "refused", "hold_expired"]]);
  expect(await cameTo()).toEqual([
    ["none", null],
    ["blocked", "contact_opted_out"],
    ["blocked", "hold_expired"],
  ]);
  const { items } = await it.tenant((tx) => listDecisions(tx, late.conversationId, { limit: 1 }));
  expect(items).toMatchObject([{ allowed: false, reasonCode: "hold_expired" }]);

  const closing = { conversationId: sent.conversationId, reason: "member" } as const;
  const undone = it.tenant(async (tx) => {
    await closeConversation(it.core, tx, closing, origin);
    expect(await getExecution(tx, executions[0])).toMatchObject({ outcome: "blocked" });
    throw new Error("taken back");
  });
  await expect(undone).rejects.toThrow("taken back");
  expect((await cameTo())[0]).toEqual(["none", null]);
  await it.tenant((tx) => handBack(it.core, tx, sent.conversationId, origin));
  await askAboutDue(it.core);
  expect((await cameTo())[0]).toEqual(["message_sent", null]);
});

test("an execution that still runs is not judged yet, one that was cancelled is", async () => {
  const { conversationId } = await opened();
  const [running, canceled] = [await newExecution(), await newExecution()];
  await takeOver(conversationId);
  await send(conversationId, { text: "running", executionId: running });
  await send(conversationId, { text: "canceled", executionId: canceled });
  const cancel = { code: "canceled", message: "Cancelled." };
  await it.tenant((tx) => cancelExecutions(it.core, tx, { ids: [canceled] }, cancel));
  await it.tenant((tx) => handBack(it.core, tx, conversationId, origin));
  await askAboutDue(it.core);
  expect((await statusesOf(conversationId)).map(([, status]) => status)).toEqual(["sent", "sent"]);
  const read = (id: string) => it.tenant((tx) => getExecution(tx, id));
  expect(await read(running)).toMatchObject({ status: "queued", outcome: null });
  expect(await read(canceled)).toMatchObject({ status: "canceled", outcome: "message_sent" });
});

test("what an execution wrote is counted by what became of it, with the last reasons", async () => {
  const { conversationId } = await opened();
  const executionId = await newExecution();
  await send(conversationId, { executionId, stepSeq: 1 });
  await takeOver(conversationId);
  await send(conversationId, { executionId, stepSeq: 2, whenBlocked: "drop" });
  await send(conversationId, { executionId, stepSeq: 3 });
  await send(conversationId, { executionId, stepSeq: 4 });
  const read = async () => (await it.tenant((tx) => selectFates(tx, [executionId]))).get(executionId);
  const inControl = expect.objectContaining({ code: "human_in_control" });
  expect(await read()).toEqual({
    ...{ sent: 1, held: 2, refused: 1, lastRefusal: inControl, lastGivenUp: null },
    lastHeld: { reason: inControl, until: expect.any(Date) },
  });
  await it.tenant((tx) => withdrawHeldMessages(it.core, tx, { executionId }));
  expect(await read()).toMatchObject({
    ...{ sent: 1, held: 0, refused: 1, lastHeld: null, lastRefusal: inControl },
    lastGivenUp: { code: "canceled" },
  });
});

test("the same key again answers that it is held, and what became of it", async () => {
  const { conversationId } = await opened();
  await takeOver(conversationId);
  const message = { idempotencyKey: `${newId()}:1`, messageId: newId() };
  const held = await send(conversationId, message);
  expect(held).toMatchObject({ messageId: message.messageId, held: true });
  expect(await send(conversationId, message)).toEqual(held);
  await it.tenant((tx) => handBack(it.core, tx, conversationId, origin));
  await askAboutDue(it.core);
  const again = await send(conversationId, message);
  expect(again).toMatchObject({ messageId: message.messageId, allowed: true });
  expect(again.held).toBeUndefined();
  expect(await messagesOf(conversationId)).toHaveLength(1);
});

test("no message overtakes an earlier one of the same agent", async () => {
  const { conversationId } = await opened();
  it.disabledAgents.add(it.agentId);
  await send(conversationId, { text: "first" });
  const other = { author: { kind: "agent", id: newId() } } as const;
  await send(conversationId, { ...other, text: "another agent's" });
  it.disabledAgents.delete(it.agentId);
  await send(conversationId, { text: "second" });
  expect((await messagesOf(conversationId)).map(({ text }) => text)).toEqual([
    "another agent's",
    "first",
    "second",
  ]);

  // What stays held holds up what comes after it, which the gate would let out: an answer needs a session.
  const place = await opened();
  await takeOver(place.conversationId);
  await send(place.conversationId, { text: "opening" });
  await send(place.conversationId, {
    text: "from a person",
    class: "human",
    author: { kind: "member", id: null },
  });
  expect(await statusesOf(place.conversationId)).toEqual([
    ["opening", "held", "human_in_control"],
    ["from a person", "sent", null],
  ]);
});

test("closing refuses what is held; neither idleness nor a fresh opening closes over it", async () => {
  const { conversationId, ...place } = await opened();
  it.disabledAgents.add(it.agentId);
  await send(conversationId);
  it.disabledAgents.delete(it.agentId);
  await execute("update conversations set last_message_at = now() - interval '2 days' where id = $1", [
    conversationId,
  ]);
  await closeIdleConversations(it.core);
  const fresh = { ...place, fresh: { taskId: newId(), overOthers: true } };
  expect((await it.tenant((tx) => openConversation(it.core, tx, fresh))).id).toBe(conversationId);

  const closing = { conversationId, reason: "member" } as const;
  await it.tenant((tx) => closeConversation(it.core, tx, closing, origin));
  expect(await statusesOf(conversationId)).toEqual([["Hello!", "refused", "conversation_closed"]]);
  expect(await it.tenant((tx) => withdrawHeldMessages(it.core, tx, { taskId: newId() }))).toBe(0);
});

test("a task's or an execution's held messages are withdrawn, others stay", async () => {
  const { conversationId } = await opened();
  const taskId = newId();
  const [ofTask, alone] = [await newExecution(taskId), await newExecution()];
  await end(ofTask);
  await takeOver(conversationId);
  await send(conversationId, { text: "task", executionId: ofTask });
  await send(conversationId, { text: "alone", executionId: alone });
  await send(conversationId, { text: "stays" });
  expect(await it.tenant((tx) => withdrawHeldMessages(it.core, tx, { taskId }))).toBe(1);
  expect(await it.tenant((tx) => withdrawHeldMessages(it.core, tx, { executionId: alone }))).toBe(1);
  expect(await it.tenant((tx) => withdrawHeldMessages(it.core, tx, { taskId }))).toBe(0);
  expect(await it.tenant((tx) => getExecution(tx, ofTask))).toMatchObject({
    ...{ outcome: "blocked", reasonCode: "canceled" },
  });
  expect(await statusesOf(conversationId)).toEqual([
    ["task", "withdrawn", "canceled"],
    ["alone", "withdrawn", "canceled"],
    ["stays", "held", "human_in_control"],
  ]);
});

test("release, withdrawal and expiry at once: each message meets one fate and nothing is left", async () => {
  const taskId = newId();
  const places = await Promise.all(Array.from({ length: 12 }, () => opened()));
  for (const { conversationId } of places) {
    await takeOver(conversationId);
    await send(conversationId, { executionId: await newExecution(taskId) });
    await execute("update conversations set controller = 'agent' where id = $1", [conversationId]);
  }
  const ids = places.map(({ conversationId }) => conversationId);
  const held = () => execute("select from held_messages where conversation_id = any($1)", [ids]);
  expect((await held()).rowCount).toBe(ids.length);
  await execute("update held_messages set ask_at = now() where conversation_id = any($1)", [ids]);
  await execute("update held_messages set held_until = now() where conversation_id = any($1)", [
    ids.slice(6),
  ]);
  await Promise.all([
    askAboutDue(it.core),
    it.tenant((tx) => withdrawHeldMessages(it.core, tx, { taskId })),
    askAboutDue(it.core),
  ]);
  expect((await held()).rowCount).toBe(0);
  const fates = await Promise.all(ids.map(async (id) => (await statusesOf(id)).map(([, status]) => status)));
  for (const fate of fates) expect([["sent"], ["withdrawn"], ["refused"]]).toContainEqual(fate);
});

test("a withdrawal that comes while a release has the conversation leaves what was sent", async () => {
  const { conversationId } = await opened();
  const executionId = await newExecution();
  await takeOver(conversationId);
  await send(conversationId, { executionId });
  const [looked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const release = it.tenant(async (tx) => {
    await handBack(it.core, tx, conversationId, origin);
    await sendMessage(it.core, tx, {
      class: "opening",
      conversationId,
      author: { kind: "agent", id: it.agentId },
      text: "Next",
    });
    looked.resolve();
    await goOn.promise;
  });
  await looked.promise;
  const withdrawal = it.tenant((tx) => withdrawHeldMessages(it.core, tx, { executionId }));
  await until("the withdrawal to wait for the conversation", async () => {
    const { rowCount } = await execute(
      `select from pg_locks where not granted
        and pid in (select pid from pg_stat_activity where datname = current_database())`,
      [],
    );
    return (rowCount ?? 0) > 0;
  });
  goOn.resolve();
  await release;
  expect(await withdrawal).toBe(0);
  expect(await statusesOf(conversationId)).toEqual([
    ["Hello!", "sent", null],
    ["Next", "sent", null],
  ]);
});

test("the service sends what may go out, without being told", async () => {
  const { conversationId } = await opened();
  await takeOver(conversationId);
  await send(conversationId);
  const stop = await createHeldService(it.core).start();
  try {
    await it.tenant((tx) => handBack(it.core, tx, conversationId, origin));
    await until(
      "the message to go out",
      async () => (await messagesOf(conversationId))[0]?.status === "sent",
    );
  } finally {
    await stop();
  }
});
