import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { newId } from "../base/ids.ts";
import {
  closeConversation,
  getConversation,
  listMessages,
  openConversation,
  receiveMessage,
} from "../conversations/index.ts";
import { listExecutions } from "../engine/index.ts";
import { createRunFixture, finish, origin, type RunFixture, say } from "./run.test-support.ts";

let fixture: RunFixture;
beforeAll(async () => {
  fixture = await createRunFixture();
});
afterAll(() => fixture.close());

const newContact = () => fixture.newContact();
const trigger = (taskId: string) => fixture.trigger(taskId);

async function sessionOf(conversationId: string | null) {
  const { rows } = await fixture.core.db.autocommit.query<{
    seconds: number;
    task_id: string;
    agent_id: string;
  }>({
    text: `select extract(epoch from expires_at - started_at)::int as seconds, task_id, agent_id
      from conversation_sessions where conversation_id = $1 and ended_at is null`,
    values: [conversationId],
  });
  return rows[0];
}

describe("conversations", () => {
  it("are reused while the session lasts", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id });
    fixture.model.play(say("One"), finish("1"), say("Two"), say("Three"), finish("2"));
    const first = await trigger(task.id);
    const second = await trigger(task.id);
    expect(second.conversationId).toBe(first.conversationId);
    // Counted from the messages, which went out long before the runs ended.
    await fixture.core.db.autocommit.query({
      text: `update conversation_sessions set started_at = started_at - interval '25 hours',
        expires_at = expires_at - interval '25 hours' where task_id = $1`,
      values: [task.id],
    });
    fixture.model.play(say("Four"), say("Five"), finish("3"));
    const third = await trigger(task.id);
    expect(third.conversationId).not.toBe(first.conversationId);
  });

  it("are opened afresh by every run of a task that does not answer, once per run", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id, sessionDurationSeconds: 0 });
    fixture.model.play(say("One"), say("Two"), finish("1"), say("Three"), finish("2"));
    const first = await trigger(task.id);
    expect(await sessionOf(first.conversationId)).toBeUndefined();
    const messages = await fixture.tenant((tx) =>
      listMessages(tx, first.conversationId ?? "", { limit: 10 }),
    );
    expect(messages.items.map(({ text }) => text)).toEqual(["Two", "One"]);
    const second = await trigger(task.id);
    expect(second.conversationId).not.toBe(first.conversationId);
  });

  it("are opened afresh by a task that does not answer also where another task's session is live", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id });
    const other = await fixture.newTask({ contactId: contact.id, sessionDurationSeconds: 0 });
    fixture.model.play(say("Shall we meet?"), finish("1"), say("By the way"), finish("2"));
    const { conversationId } = await trigger(task.id);
    expect(await sessionOf(conversationId)).toMatchObject({ task_id: task.id });
    const second = await trigger(other.id);
    expect(second).toMatchObject({ outcome: "message_sent" });
    expect(second.conversationId).not.toBe(conversationId);
    expect(await fixture.tenant((tx) => getConversation(tx, conversationId ?? ""))).toMatchObject({
      status: "closed",
      closedReason: "fresh",
    });
    const { rows } = await fixture.core.db.autocommit.query({
      text: "select end_reason from conversation_sessions where conversation_id = any($1)",
      values: [[conversationId, second.conversationId]],
    });
    expect(rows).toEqual([{ end_reason: "superseded" }]);
  });

  it("lose the task's session when it is deleted, and its replies when it is cancelled", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id });
    fixture.model.play(say("Hello"), finish("1"));
    const { conversationId } = await trigger(task.id);
    const calls = fixture.model.calls.length;
    fixture.model.play({ hang: true });
    const written = { contactId: contact.id, channelId: fixture.channelId, text: "Thanks" };
    await fixture.tenant((tx) => receiveMessage(fixture.core, tx, { ...written, clientMessageId: newId() }));
    const replies = () =>
      fixture.tenant(async (tx) => {
        const filter = { kind: "reply", conversationId: conversationId ?? "" };
        return (await listExecutions(tx, filter, { limit: 10 })).items;
      });
    await fixture.core.db.autocommit.query({
      text: "update executions set available_at = now(), status = 'queued', waiting_for = null where kind = 'reply' and conversation_id = $1",
      values: [conversationId],
    });
    await fixture.model.waitForCalls(calls + 1);
    await fixture.api.send("POST", `${taskPath(task.id)}/cancel`);
    expect(await replies()).toMatchObject([{ status: "canceled", reasonCode: "canceled" }]);
    await until("the call's abort", () => fixture.model.calls[calls]?.signal.aborted);
    expect(await fixture.tenant((tx) => getConversation(tx, conversationId ?? ""))).toMatchObject({
      controller: "none",
      turnExecutionId: null,
    });

    expect(await sessionOf(conversationId)).toMatchObject({ task_id: task.id });
    expect(await fixture.api.send("DELETE", taskPath(task.id))).toMatchObject({ status: 204 });
    expect(await sessionOf(conversationId)).toBeUndefined();
    const { rows } = await fixture.core.db.autocommit.query({
      text: "select end_reason from conversation_sessions where conversation_id = $1",
      values: [conversationId],
    });
    expect(rows).toEqual([{ end_reason: "ended" }]);
  });

  it("are the one that the task names, whatever the session duration, and another once it is closed", async () => {
    const contact = await newContact();
    const { channelId } = fixture;
    const named = await fixture.tenant((tx) =>
      openConversation(fixture.core, tx, { contactId: contact.id, channelId }),
    );
    const task = await fixture.newTask({
      ...{ contactId: contact.id, conversationId: named.id, sessionDurationSeconds: 0 },
    });
    fixture.model.play(say("One"), finish("1"), say("Two"), finish("2"), say("Three"), finish("3"));
    expect((await trigger(task.id)).conversationId).toBe(named.id);
    expect((await trigger(task.id)).conversationId).toBe(named.id);
    const closing = { conversationId: named.id, reason: "member" } as const;
    await fixture.tenant((tx) => closeConversation(fixture.core, tx, closing, origin));
    const third = await trigger(task.id);
    expect(third).toMatchObject({ outcome: "message_sent" });
    expect(third.conversationId).not.toBe(named.id);
    const opened = await fixture.tenant((tx) => getConversation(tx, third.conversationId ?? ""));
    expect(opened).toMatchObject({ contactId: contact.id, channelId });
  });

  it("are opened anew when a person closed the one in use", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id });
    fixture.model.play(say("One"), finish("1"), say("Two"), finish("2"));
    const first = await trigger(task.id);
    await fixture.tenant((tx) =>
      closeConversation(
        fixture.core,
        tx,
        { conversationId: first.conversationId ?? "", reason: "member" },
        origin,
      ),
    );
    const second = await trigger(task.id);
    expect(second).toMatchObject({ outcome: "message_sent" });
    expect(second.conversationId).not.toBe(first.conversationId);
  });
});
