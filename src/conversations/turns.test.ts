import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  type ConversationFixture,
  createConversationFixture,
  origin,
  type Place,
} from "../../test/conversations.ts";
import { getExecution, listExecutions } from "../engine/index.ts";
import {
  endTurn,
  getConversation,
  handBack,
  listMessages,
  openConversation,
  sendMessage,
  startSession,
  takeTurn,
} from "./index.ts";
import { writeAsPerson } from "./messages.ts";

let it: ConversationFixture;
beforeAll(async () => {
  it = await createConversationFixture();
});
afterAll(() => it.core.close());

const open = (place: Place) => it.tenant((tx) => openConversation(it.core, tx, place));

async function turnOf(place: Place): Promise<{ conversationId: string; executionId: string }> {
  const { id, turnExecutionId } = await open(place);
  if (turnExecutionId === null) throw new Error("no turn is queued");
  return { conversationId: id, executionId: turnExecutionId };
}

/** Claims some reply without waiting for its time, as a worker on any machine would. */
async function claimReply() {
  const { rows } = await it.core.db.autocommit.query<{ id: string; conversation_id: string }>({
    text: `update executions set status = 'running', attempt = attempt + 1, started_at = now()
      where (workspace_id, id) = (select workspace_id, id from executions
        where kind = 'reply' and status in ('queued', 'waiting') and conversation_id is not null
        order by random() limit 1 for update skip locked)
      returning id, conversation_id`,
  });
  return rows[0];
}

async function finish(executionId: string, status: "completed" | "failed", conversationId: string) {
  const failure = status === "failed" ? { code: "test", message: "The model failed." } : undefined;
  await it.tenant(async (tx) => {
    await tx.query({
      text: "update executions set status = $2, completed_at = now() where id = $1",
      values: [executionId, status],
    });
    await endTurn(it.core, tx, { conversationId, executionId, failure });
  });
}

test("hundreds of messages while turns run: none lost, none answered twice, never two turns, in order", async () => {
  const contacts = 6;
  const bursts = 15;
  const burst = 4;
  const places = await Promise.all(Array.from({ length: contacts }, () => it.newContact()));
  const answered = new Map<string, number[]>();
  const running = new Set<string>();
  let overlaps = 0;
  let failures = 0;
  let writing = true;

  async function work(worker: number): Promise<void> {
    for (let round = 0; ; round += 1) {
      const claimed = await claimReply();
      if (claimed === undefined) {
        if (!writing) return;
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      const { id: executionId, conversation_id: conversationId } = claimed;
      const turn = await it.tenant((tx) => takeTurn(it.core, tx, { conversationId, executionId }));
      if (turn.status === "nothing") throw new Error(`a turn had nothing to do: ${turn.reason.code}`);
      if (running.has(conversationId)) overlaps += 1;
      running.add(conversationId);
      const seqs = turn.messages.map(({ seq }) => seq);
      answered.set(conversationId, [...(answered.get(conversationId) ?? []), ...seqs]);
      const fails = (round + worker) % 7 === 0;
      if (fails) failures += 1;
      else
        await it.tenant((tx) =>
          sendMessage(it.core, tx, {
            class: "answer",
            conversationId,
            author: { kind: "agent", id: turn.agentId },
            text: `to ${seqs.join()}`,
            executionId,
            idempotencyKey: `${executionId}:1`,
          }),
        );
      running.delete(conversationId);
      await finish(executionId, fails ? "failed" : "completed", conversationId);
    }
  }

  const workers = Promise.all([0, 1, 2, 3].map(work));
  const writers = places.map(async (place) => {
    for (let number = 0; number < bursts; number += 1)
      await Promise.all(Array.from({ length: burst }, (_, index) => it.write(place, `${number}.${index}`)));
  });
  const stop = () => {
    writing = false;
  };
  await Promise.all([workers, Promise.all(writers).finally(stop)]);

  expect(overlaps).toBe(0);
  expect(failures).toBeGreaterThan(0);
  for (const place of places) {
    const conversation = await open(place);
    const written = await it.tenant((tx) => listMessages(tx, conversation.id, { limit: 1_000, after: 0 }));
    const inbound = written.items.filter(({ direction }) => direction === "in");
    expect(inbound).toHaveLength(bursts * burst);
    // Each once, and in the order in which they came.
    expect(answered.get(conversation.id)).toEqual(inbound.map(({ seq }) => seq));
    expect(written.items.map(({ seq }) => seq)).toEqual(written.items.map((_, index) => index + 1));
    // Bursts were written one after the other, so their messages never change places.
    const order = inbound.map(({ text }) => Number(text.split(".")[0]));
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(conversation).toMatchObject({ turnExecutionId: null, turnStartedAt: null });
  }
}, 60_000);

test("a burst is one turn that waits for two seconds from its first message", async () => {
  const place = await it.newContact();
  await it.write(place, "one");
  const first = await turnOf(place);
  await it.write(place, "two");
  expect(await turnOf(place)).toEqual(first);
  const execution = await it.tenant((tx) => getExecution(tx, first.executionId));
  expect(execution).toMatchObject({ kind: "reply", lane: "reply", trigger: "api", agentId: it.agentId });
  const waited = Number(execution?.availableAt) - Number(execution?.queuedAt);
  expect(waited).toBeGreaterThan(1_800);
  expect(waited).toBeLessThan(2_300);
  const turn = await it.tenant((tx) => takeTurn(it.core, tx, first));
  expect(turn).toMatchObject({
    status: "taken",
    agentId: it.agentId,
    session: null,
    contact: { name: "Anna" },
    messages: [{ text: "one" }, { text: "two" }],
    leftOut: 0,
    transcript: [{ text: "one" }, { text: "two" }],
  });
  // What a step records is what a later attempt gets.
  expect(JSON.parse(JSON.stringify(turn))).toEqual(turn);
});

/** The contact has written this so many times, the number of the message before each text. */
async function writeMany(place: Place, count: number, text: string): Promise<void> {
  await it.write(place, `1 ${text}`);
  const { id } = await open(place);
  await it.core.db.autocommit.query({
    text: `insert into messages (workspace_id, id, conversation_id, seq, direction, author_kind, text, status)
      select workspace_id, gen_random_uuid(), id, n, 'in', 'contact', n || ' ' || $3, 'sent'
      from conversations, generate_series(2, $2::int) n where id = $1`,
    values: [id, count, text],
  });
  await it.core.db.autocommit.query({
    text: "update conversations set last_seq = $2, last_inbound_seq = $2 where id = $1",
    values: [id, count],
  });
}

test.each([
  ["as many as an agent can read", 700, "word", 500],
  ["as long as an agent can read", 30, "x".repeat(9_997), 8],
])("of more than that a turn reads the newest, %s, and answers all", async (_name, written, text, read) => {
  const place = await it.newContact();
  await writeMany(place, written, text);
  const first = await turnOf(place);
  const turn = await it.tenant((tx) => takeTurn(it.core, tx, first));
  if (turn.status === "nothing") throw new Error(turn.reason.message);
  const { messages, transcript, leftOut } = turn;
  const newest = Array.from({ length: read }, (_, index) => written - read + index + 1);
  expect(messages.map(({ seq }) => seq)).toEqual(newest);
  expect(transcript.map(({ seq }) => seq)).toEqual(newest);
  expect(leftOut).toBe(written - read);
  await finish(first.executionId, "completed", first.conversationId);
  expect(await open(place)).toMatchObject({ takenSeq: written, turnExecutionId: null });
});

test("a message that comes while a turn runs gets the next turn, also when it waits for the end of that turn", async () => {
  const place = await it.newContact();
  await it.write(place, "first");
  const turn = await turnOf(place);
  await it.tenant((tx) => takeTurn(it.core, tx, turn));
  const holder = new pg.Client({ connectionString: it.core.url });
  await holder.connect();
  await holder.query("begin");
  await holder.query("select from conversations where id = $1 for update", [turn.conversationId]);
  const ending = finish(turn.executionId, "completed", turn.conversationId);
  const writing = it.write(place, "second");
  await vi.waitFor(async () => {
    const { rows } = await it.core.db.autocommit.query<{ waiting: number }>({
      text: "select count(*)::int as waiting from pg_locks where not granted and locktype in ('transactionid', 'tuple')",
    });
    expect(rows[0]?.waiting).toBeGreaterThanOrEqual(2);
  });
  await holder.query("commit");
  await holder.end();
  await Promise.all([ending, writing]);
  const next = await turnOf(place);
  expect(next.executionId).not.toBe(turn.executionId);
  expect(await it.tenant((tx) => takeTurn(it.core, tx, next))).toMatchObject({
    messages: [{ text: "second" }],
  });
});

test("a turn that is not the conversation's takes nothing and ends nothing", async () => {
  const place = await it.newContact();
  await it.write(place, "hello");
  const turn = await turnOf(place);
  await it.tenant((tx) => takeTurn(it.core, tx, turn));
  await finish(turn.executionId, "completed", turn.conversationId);
  expect(await it.tenant((tx) => takeTurn(it.core, tx, turn))).toMatchObject({
    reason: { code: "turn_taken_over" },
  });
  await it.write(place, "again");
  const next = await turnOf(place);
  await it.tenant((tx) => endTurn(it.core, tx, turn));
  expect(await turnOf(place)).toEqual(next);
});

test("a failed turn is not tried again and leaves its messages to a person", async () => {
  const place = await it.newContact();
  await it.write(place, "breaks every agent");
  const turn = await turnOf(place);
  // It failed before it took anything.
  await finish(turn.executionId, "failed", turn.conversationId);
  const conversation = await open(place);
  expect(conversation).toMatchObject({ turnExecutionId: null, controller: "none", takenSeq: 1 });
  const { rows } = await it.core.db.autocommit.query<{ body: string }>({
    text: "select body from notifications where target_id = $1",
    values: [conversation.id],
  });
  expect(rows).toHaveLength(1);
  expect(rows[0]?.body).toContain("The model failed.");
  await it.write(place, "harmless");
  const next = await it.tenant(async (tx) => takeTurn(it.core, tx, await turnOfLocked(tx, place)));
  expect(next).toMatchObject({ messages: [{ text: "harmless" }], transcript: [{}, {}] });
});

const turnOfLocked = async (tx: Parameters<typeof openConversation>[1], place: Place) => {
  const { id, turnExecutionId } = await openConversation(it.core, tx, place);
  return { conversationId: id, executionId: turnExecutionId ?? "" };
};

test("a turn whose execution vanished does not silence the conversation", async () => {
  const place = await it.newContact();
  await it.write(place, "one");
  const turn = await turnOf(place);
  await it.core.db.autocommit.query({
    text: "delete from executions where id = $1",
    values: [turn.executionId],
  });
  await it.write(place, "two");
  const next = await turnOf(place);
  expect(next.executionId).not.toBe(turn.executionId);
  expect(await it.tenant((tx) => takeTurn(it.core, tx, next))).toMatchObject({
    messages: [{ text: "one" }, { text: "two" }],
  });
});

test("where no agent may answer the conversation waits for a person, which is on record once", async () => {
  const place = await it.newContact({ defaultAgentId: null });
  await it.write(place, "anybody there?");
  await it.write(place, "hello?");
  const conversation = await open(place);
  expect(conversation).toMatchObject({ controller: "none", turnExecutionId: null });
  const replies = await it.tenant((tx) =>
    listExecutions(tx, { conversationId: conversation.id }, { limit: 10 }),
  );
  expect(replies.items).toMatchObject([{ kind: "reply", status: "skipped", reasonCode: "no_agent" }]);
});

test("a live session's agent answers before the channel's default, and not beyond its time", async () => {
  const place = await it.newContact({ defaultAgentId: null });
  const { id: conversationId } = await open(place);
  const session = {
    ...({ conversationId, kind: "task", agentId: it.agentId, taskId: null, executionId: null } as const),
  };
  await it.tenant((tx) => startSession(it.core, tx, { ...session, seconds: 3_600 }));
  await it.write(place, "in time");
  const turn = await turnOf(place);
  expect(await it.tenant((tx) => takeTurn(it.core, tx, turn))).toMatchObject({
    agentId: it.agentId,
    session: { kind: "task" },
  });
  await it.core.db.autocommit.query({
    text: "update conversation_sessions set expires_at = clock_timestamp() where conversation_id = $1",
    values: [conversationId],
  });
  const late = await it.tenant((tx) =>
    sendMessage(it.core, tx, {
      class: "answer",
      conversationId,
      author: { kind: "agent", id: it.agentId },
      text: "too late",
    }),
  );
  expect(late).toMatchObject({ allowed: false, reason: { code: "no_session" } });
  await finish(turn.executionId, "completed", conversationId);
  await it.write(place, "too late");
  expect(await open(place)).toMatchObject({ turnExecutionId: null, controller: "none" });
});

test("a person who writes takes over; handed back, the agent answers what came since", async () => {
  const place = await it.newContact();
  await it.write(place, "question");
  const turn = await turnOf(place);
  const person = { conversationId: turn.conversationId, memberId: null, text: "I am on it" };
  const written = await it.tenant((tx) => writeAsPerson(it.core, tx, person));
  expect(written).toMatchObject({
    result: { allowed: true },
    message: { status: "sent", authorKind: "member" },
  });
  expect(await it.tenant((tx) => takeTurn(it.core, tx, turn))).toMatchObject({
    reason: { code: "human_in_control" },
  });
  await finish(turn.executionId, "completed", turn.conversationId);
  await it.write(place, "thanks, and one more thing");
  expect(await open(place)).toMatchObject({ controller: "human", turnExecutionId: null });
  await it.tenant((tx) => handBack(it.core, tx, turn.conversationId, origin));
  const next = await turnOf(place);
  expect(await it.tenant((tx) => takeTurn(it.core, tx, next))).toMatchObject({
    messages: [{ text: "thanks, and one more thing" }],
  });
});

test("a person who takes over while a turn runs: the agent's answer is refused", async () => {
  const place = await it.newContact();
  await it.write(place, "question");
  const turn = await turnOf(place);
  await it.tenant((tx) => takeTurn(it.core, tx, turn));
  const { conversationId } = turn;
  await it.tenant((tx) => writeAsPerson(it.core, tx, { conversationId, memberId: null, text: "mine" }));
  const author = { kind: "agent", id: it.agentId } as const;
  const answer = await it.tenant((tx) =>
    sendMessage(it.core, tx, { class: "answer", conversationId, author, text: "too late" }),
  );
  expect(answer).toMatchObject({ allowed: false, reason: { code: "human_in_control" } });
  expect(await it.tenant((tx) => getConversation(tx, conversationId))).toMatchObject({ controller: "human" });
});
