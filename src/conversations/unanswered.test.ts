import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ConversationFixture,
  createConversationFixture,
  origin,
  type Place,
} from "../../test/conversations.ts";
import { newId } from "../base/ids.ts";
import { updateChannel } from "../channels/index.ts";
import { cancelExecutions, type Job, listExecutions } from "../engine/index.ts";
import { unfreezeWorkspace } from "../workspaces/index.ts";
import { closeIdleConversations } from "./idle.ts";
import {
  cancelRepliesOfTask,
  endSessionsOfTask,
  endTurn,
  openConversation,
  sendMessage,
  startSession,
  takeTurn,
} from "./index.ts";

let it: ConversationFixture;
let job: Job;
beforeAll(async () => {
  it = await createConversationFixture();
  const [only] = it.modules.flatMap(({ jobs }) => jobs ?? []);
  if (only === undefined) throw new Error("there is no job");
  job = only;
});
afterAll(() => it.core.close());

const open = (place: Place) => it.tenant((tx) => openConversation(it.core, tx, place));
const taskId = newId();

/** What a task does when it writes: the message, and from then on its agent answers. */
async function openByTask(place: Place, seconds: number, agentId = it.agentId) {
  const { id: conversationId } = await open(place);
  const author = { kind: "agent", id: agentId } as const;
  await it.tenant(async (tx) => {
    await sendMessage(it.core, tx, { class: "opening", conversationId, author, text: "Hello!" });
    const session = { conversationId, kind: "task", agentId, taskId, executionId: null, seconds } as const;
    await startSession(it.core, tx, session);
  });
  return open(place);
}

async function turnOf(place: Place) {
  const { id, turnExecutionId } = await open(place);
  if (turnExecutionId === null) throw new Error("no turn is queued");
  return { conversationId: id, executionId: turnExecutionId };
}

const take = (turn: Awaited<ReturnType<typeof turnOf>>) => it.tenant((tx) => takeTurn(it.core, tx, turn));

async function repliesOf(place: Place) {
  const { id: conversationId } = await open(place);
  const { items } = await it.tenant((tx) => listExecutions(tx, { conversationId }, { limit: 10 }));
  return items.map(({ status, reasonCode }) => reasonCode ?? status).reverse();
}

/** Ends a turn's execution as the engine would. */
async function end(turn: Awaited<ReturnType<typeof turnOf>>, status: string, code: string | null = null) {
  const failure = status === "failed" ? { code: "test", message: "The model failed." } : undefined;
  await it.tenant(async (tx) => {
    await tx.query({
      text: "update executions set status = $2, reason_code = $3, completed_at = clock_timestamp() where id = $1",
      values: [turn.executionId, status, code],
    });
    await endTurn(it.core, tx, { ...turn, failure });
  });
}

function answer(turn: Awaited<ReturnType<typeof turnOf>>, agentId: string, takenAfter: number) {
  const author = { kind: "agent", id: agentId } as const;
  const message = { class: "answer", author, text: "Gladly.", takenAfter, ...turn } as const;
  return it.tenant((tx) => sendMessage(it.core, tx, message));
}

const freeze = (at: "now()" | "null") =>
  it.core.db.autocommit.query({
    text: `update workspaces set frozen_at = ${at} where id = $1`,
    values: [it.workspaceId],
  });

/** Carries out the jobs that `work` sends, and those that these send, without their delays. */
async function withJobs(work: () => Promise<unknown>): Promise<number> {
  let done = it.core.sentJobs.length;
  const before = done;
  await work();
  for (; done < it.core.sentJobs.length; done += 1) {
    const payload = job.payload.parse(it.core.sentJobs[done]?.payload);
    const { signal } = new AbortController();
    await job.handle(payload, { workspaceId: it.workspaceId, signal, attempt: 1 });
  }
  return done - before;
}

test("a task that opens where a contact waits answers what waits", async () => {
  const place = await it.newContact({ defaultAgentId: null });
  await it.write(place, "anybody?");
  expect(await open(place)).toMatchObject({ controller: "none", turnExecutionId: null });
  expect(await openByTask(place, 3_600)).toMatchObject({ controller: "agent" });
  const turn = await take(await turnOf(place));
  expect(turn).toMatchObject({ agentId: it.agentId, messages: [{ text: "anybody?" }], takenAfter: 0 });
});

test("a task that does not answer, or that opens after a failed reply, leaves the contact to a person", async () => {
  const place = await it.newContact({ defaultAgentId: null });
  await it.write(place, "anybody?");
  expect(await openByTask(place, 0)).toMatchObject({
    controller: "none",
    takenSeq: 0,
    turnExecutionId: null,
  });

  const failed = await it.newContact();
  await it.write(failed, "breaks every agent");
  await end(await turnOf(failed), "failed");
  expect(await openByTask(failed, 3_600)).toMatchObject({ controller: "none", turnExecutionId: null });
});

test("an answer that comes after another agent took over is given by that one, once", async () => {
  const place = await it.newContact();
  const other = newId();
  await it.write(place, "first");
  await it.write(place, "second");
  const turn = await turnOf(place);
  await take(turn);
  await openByTask(place, 3_600, other);
  const refused = await answer(turn, it.agentId, 0);
  expect(refused.reason?.code).toBe("session_of_another_agent");
  await end(turn, "completed", "session_of_another_agent");

  const next = await turnOf(place);
  expect(next.executionId).not.toBe(turn.executionId);
  expect(await take(next)).toMatchObject({
    agentId: other,
    messages: [{ text: "first" }, { text: "second" }],
  });
  expect((await answer(next, other, 0)).allowed).toBe(true);
  await end(next, "completed");
  expect(await open(place)).toMatchObject({ turnExecutionId: null, takenSeq: 2, controller: "agent" });
});

test("an answer without a session any more goes to the next session; a refused one after a takeover does not", async () => {
  const place = await it.newContact({ defaultAgentId: null });
  await openByTask(place, 3_600);
  await it.write(place, "in time");
  const turn = await turnOf(place);
  await take(turn);
  await it.core.db.autocommit.query({
    text: "update conversation_sessions set expires_at = clock_timestamp() where conversation_id = $1",
    values: [turn.conversationId],
  });
  expect((await answer(turn, it.agentId, 0)).reason?.code).toBe("no_session");
  await end(turn, "completed", "no_session");
  expect(await open(place)).toMatchObject({ controller: "none", takenSeq: 0, turnExecutionId: null });
  await openByTask(place, 3_600);
  const next = await turnOf(place);
  await take(next);

  const person = { class: "human", author: { kind: "member", id: null }, text: "Mine" } as const;
  const { conversationId } = next;
  await it.tenant((tx) => sendMessage(it.core, tx, { ...person, conversationId }));
  expect((await answer(next, it.agentId, 0)).reason?.code).toBe("human_in_control");
  await end(next, "completed", "human_in_control");
  expect(await open(place)).toMatchObject({ controller: "human", takenSeq: 2 });
});

test("what comes during a freeze is on record once, stays open, and is answered afterwards", async () => {
  const [before, during] = [await it.newContact(), await it.newContact()];
  await it.write(before, "queued before");
  const turn = await turnOf(before);
  await freeze("now()");
  const taken = await take(turn);
  expect(taken).toMatchObject({ status: "nothing", reason: { code: "workspace_frozen" } });
  await end(turn, "skipped", "workspace_frozen");
  await it.write(during, "one");
  await it.write(during, "two");
  for (const place of [before, during]) {
    expect(await repliesOf(place)).toEqual(["workspace_frozen"]);
    expect(await open(place)).toMatchObject({ controller: "agent", takenSeq: 0, turnExecutionId: null });
  }
  const { id } = await open(during);
  await it.core.db.autocommit.query({
    text: "update conversations set last_message_at = now() - interval '2 days' where id = $1",
    values: [id],
  });
  await closeIdleConversations(it.core);
  expect((await open(during)).id).toBe(id);

  const nobody = { caller: null, requestId: null };
  // The first look, and the second for what was being stored meanwhile.
  expect(await withJobs(() => it.tenant((tx) => unfreezeWorkspace(it.core, tx, nobody)))).toBe(2);
  expect(await take(await turnOf(before))).toMatchObject({
    messages: [{ text: "queued before" }],
  });
  expect(await take(await turnOf(during))).toMatchObject({
    messages: [{ text: "one" }, { text: "two" }],
  });
});

test("a freeze while the agent thinks keeps the message for later", async () => {
  const place = await it.newContact();
  await it.write(place, "question");
  const turn = await turnOf(place);
  await take(turn);
  await freeze("now()");
  expect((await answer(turn, it.agentId, 0)).reason?.code).toBe("workspace_frozen");
  await end(turn, "completed", "workspace_frozen");
  await freeze("null");
  expect(await open(place)).toMatchObject({ takenSeq: 0, controller: "agent", turnExecutionId: null });
  expect(await repliesOf(place)).toEqual(["workspace_frozen"]);
});

test("a channel that is connected again, or gets a default agent, answers what waits in it", async () => {
  const place = await it.newContact();
  await it.write(place, "question");
  const turn = await turnOf(place);
  const change = (changes: Parameters<typeof updateChannel>[3]) =>
    it.tenant((tx) => updateChannel(it.core, tx, place.channelId, changes, origin));
  await change({ status: "disabled" });
  await take(turn);
  await end(turn, "skipped", "channel_disabled");
  expect(await repliesOf(place)).toEqual(["channel_disabled"]);
  await withJobs(() => change({ status: "connected" }));
  expect((await turnOf(place)).executionId).not.toBe(turn.executionId);
  expect(await withJobs(() => change({ name: "Renamed" }))).toBe(0);

  const silent = await it.newContact({ defaultAgentId: null });
  await it.write(silent, "anybody?");
  await withJobs(() =>
    it.tenant((tx) => updateChannel(it.core, tx, silent.channelId, { defaultAgentId: it.agentId }, origin)),
  );
  await turnOf(silent);
});

test("more conversations than one job takes are all answered", async () => {
  const { channelId } = await it.newContact({ defaultAgentId: null });
  const places = await Promise.all(
    Array.from({ length: 105 }, () => it.newContact({ channelId, defaultAgentId: null })),
  );
  for (const place of places) await it.write(place, "anybody?");
  const defaultAgentId = it.agentId;
  const jobs = await withJobs(() =>
    it.tenant((tx) => updateChannel(it.core, tx, channelId, { defaultAgentId }, origin)),
  );
  // Each look takes two.
  expect(jobs).toBe(4);
  for (const place of places) await turnOf(place);
}, 60_000);

test("every unanswered stretch and every new reason is on record, further messages are not", async () => {
  const place = await it.newContact();
  await it.write(place, "breaks every agent");
  await end(await turnOf(place), "failed", "test");
  expect((await open(place)).controller).toBe("none");
  await it.tenant((tx) => updateChannel(it.core, tx, place.channelId, { defaultAgentId: null }, origin));
  for (const text of ["hello?", "anybody?", "?"]) await it.write(place, text);
  expect(await repliesOf(place)).toEqual(["test", "no_agent"]);
  await freeze("now()");
  for (const text of ["!", "!!"]) await it.write(place, text);
  await freeze("null");
  expect(await repliesOf(place)).toEqual(["test", "no_agent", "workspace_frozen"]);
  expect((await open(place)).controller).toBe("none");
});

test("a task's cancelled replies leave the contact to a person, other conversations go on", async () => {
  const [place, other] = [await it.newContact(), await it.newContact()];
  await openByTask(place, 3_600);
  await it.write(place, "question");
  await it.write(other, "question");
  const turn = await turnOf(place);
  const reason = { code: "canceled", message: "Cancelled." };
  await it.tenant((tx) => cancelRepliesOfTask(it.core, tx, taskId, reason));
  expect(await repliesOf(place)).toEqual(["canceled"]);
  expect(await repliesOf(other)).toEqual(["waiting"]);
  // The fixture has no kinds, so the end is told by hand.
  await it.tenant((tx) => cancelExecutions(it.core, tx, { ids: [turn.executionId] }, reason));
  await it.tenant((tx) => endTurn(it.core, tx, { ...turn, failure: reason }));
  expect(await open(place)).toMatchObject({ controller: "none", turnExecutionId: null });
});

test("sessions of a deleted task end, and the channel's agent answers what its agent was to", async () => {
  const place = await it.newContact();
  const agentId = newId();
  const { id } = await openByTask(place, 3_600, agentId);
  await it.write(place, "question");
  const turn = await turnOf(place);
  expect(await take(turn)).toMatchObject({ agentId });
  await it.tenant((tx) => endSessionsOfTask(tx, taskId));
  const { rows } = await it.core.db.autocommit.query({
    text: "select end_reason from conversation_sessions where conversation_id = $1",
    values: [id],
  });
  expect(rows).toEqual([{ end_reason: "ended" }]);
  await answer(turn, agentId, 0);
  await end(turn, "completed", "session_of_another_agent");
  expect(await take(await turnOf(place))).toMatchObject({
    agentId: it.agentId,
    session: null,
  });
});

test("what is older than a day is left to a person", async () => {
  const place = await it.newContact({ defaultAgentId: null });
  await it.write(place, "yesterday");
  const { id } = await open(place);
  await it.core.db.autocommit.query({
    text: "update conversations set last_inbound_at = last_inbound_at - interval '25 hours' where id = $1",
    values: [id],
  });
  expect(await openByTask(place, 3_600)).toMatchObject({ controller: "none", turnExecutionId: null });
  expect(await repliesOf(place)).toEqual(["no_agent", "answer_window_over"]);
});
