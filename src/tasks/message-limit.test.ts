import { afterAll, beforeAll, expect, it } from "vitest";
import { listMessages } from "../conversations/index.ts";
import { type Execution, listSteps } from "../engine/index.ts";
import { createRunFixture, finish, type RunFixture, say } from "./run.test-support.ts";

let fixture: RunFixture;
beforeAll(async () => {
  fixture = await createRunFixture();
});
afterAll(() => fixture.close());

async function newTask(): Promise<string> {
  const { id } = await fixture.newContact();
  return (await fixture.newTask({ contactId: id, channelId: fixture.channelId })).id;
}

const says = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => say(`again ${from + index}`));

async function textsOf({ conversationId }: Execution): Promise<readonly string[]> {
  if (conversationId === null) return [];
  const { items } = await fixture.tenant((tx) => listMessages(tx, conversationId, { limit: 100, after: 0 }));
  return items.map(({ text }) => text);
}

it("sends ten messages without an answer, tells the agent that no more go out, and lets it go on", async () => {
  const task = await newTask();
  fixture.model.play(...says(1, 11), finish("Wrote a lot."));
  const execution = await fixture.trigger(task);
  expect(execution).toMatchObject({ status: "completed", outcome: "message_sent", summary: "Wrote a lot." });
  expect(await textsOf(execution)).toEqual(Array.from({ length: 10 }, (_, index) => `again ${index + 1}`));
  const told = JSON.stringify(fixture.model.calls.at(-1)?.messages.at(-1));
  expect(told).toContain('"status":"refused"');
  expect(told).toContain(
    "10 messages without an answer: no more may be sent. Go on without writing, or finish.",
  );
  const steps = await fixture.tenant((tx) => listSteps(tx, execution.id, { after: 0, limit: 100 }));
  const refused = steps.filter(({ payload }) => payload.error !== undefined);
  expect(refused.map(({ payload }) => payload.error?.code)).toEqual(["too_many_messages"]);
});

it("ends an agent that goes on trying", async () => {
  const task = await newTask();
  fixture.model.play(...says(1, 15));
  const { length: before } = fixture.model.calls;
  const execution = await fixture.trigger(task);
  expect(execution).toMatchObject({
    ...{ status: "failed", outcome: "message_sent", reasonCode: "too_many_messages", iterations: 15 },
    summary: "Messages: 10 accepted, 5 refused.",
  });
  expect(fixture.model.calls).toHaveLength(before + 15);
});

it("counts anew when the contact answers, up to twenty in all", async () => {
  const task = await newTask();
  const answered = Promise.withResolvers<void>();
  const { length: before } = fixture.model.calls;
  const [eleventh = say("again 11"), ...others] = says(11, 25);
  fixture.model.play(...says(1, 10), { ...eleventh, until: answered.promise }, ...others);
  const ended = fixture.trigger(task);
  await fixture.model.waitForCalls(before + 11);
  await fixture.core.db.autocommit.query({
    text: `update conversations set last_inbound_at = now() where workspace_id = $1 and id in
      (select conversation_id from messages where text = 'again 10')`,
    values: [fixture.workspaceId],
  });
  answered.resolve();
  const execution = await ended;
  expect(execution).toMatchObject({ status: "failed", reasonCode: "too_many_messages" });
  expect(await textsOf(execution)).toHaveLength(20);
  expect(JSON.stringify(fixture.model.calls.at(-1)?.messages.at(-1))).toContain(
    "the contact 20 messages: no more",
  );
});
