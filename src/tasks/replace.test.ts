import { afterAll, beforeAll, expect, it } from "vitest";
import { daily, taskPath } from "../../test/tasks.ts";
import { toId } from "../base/ids.ts";
import { createContact } from "../contacts/index.ts";
import { conversationsModule, listMessages } from "../conversations/index.ts";
import { freezeWorkspace } from "../workspaces/index.ts";
import { createRunFixture, finish, origin, type RunFixture, say } from "./run.test-support.ts";
import { sweepOnce } from "./sweep.ts";
import type { TaskFields } from "./task.ts";
import { finishWalks } from "./walk/walks.test-support.ts";

let fixture: RunFixture;
beforeAll(async () => {
  fixture = await createRunFixture();
  await fixture.tenant((tx) => freezeWorkspace(fixture.core, tx, "wrong prices", origin));
});
afterAll(() => fixture.close());

async function sweep(taskId: string): Promise<void> {
  await fixture.makeDue(taskId);
  await sweepOnce(fixture.core);
  await finishWalks(fixture);
}

async function triggerNow(taskId: string): Promise<void> {
  expect((await fixture.api.send("POST", `${taskPath(taskId)}/trigger`)).status).toBe(201);
}

async function withdrawLater(): Promise<void> {
  const job = conversationsModule(fixture.core).jobs?.find(({ id }) => id === "conversations.withdraw_held");
  const { signal } = new AbortController();
  for (const { id, payload } of fixture.core.sentJobs)
    if (id === job?.id) await job.handle(payload, { workspaceId: fixture.workspaceId, signal, attempt: 1 });
}

const forOne = (contactId: string): Partial<TaskFields> => ({ contactId });
const forMany = (tag: string): Partial<TaskFields> => ({
  audience: { filter: { tag }, maxContactsPerRun: 10, pacePerMinute: null },
});

it.each([
  ["a trigger of a task for a contact", "one", triggerNow],
  ["a tick of a task for a contact", "one", sweep],
  ["a tick of a task for an audience", "many", sweep],
] as const)("%s withdraws what the execution that it replaces had held", async (what, whom, again) => {
  const contact = await fixture.tenant((tx) =>
    createContact(fixture.core, tx, { name: "Anna", tags: [what] }, origin),
  );
  const task = await fixture.newTask({
    ...(whom === "one" ? forOne(contact.id) : forMany(what)),
    ...{ channelId: fixture.channelId, schedule: daily, policies: { overlap: "cancel_previous" } },
  });
  const calls = fixture.model.calls.length;
  fixture.model.play(say("Old"), { hang: true });
  await sweep(task.id);
  await fixture.model.waitForCalls(calls + 2);
  fixture.model.play(say("New"), finish("Wrote."));
  await again(task.id);
  const { conversationId } = await fixture.untilEnded(task.id);
  await withdrawLater();
  const { items } = await fixture.tenant((tx) => listMessages(tx, conversationId ?? "", { limit: 10 }));
  expect(items.map(({ text, status, reasonCode }) => [text, status, reasonCode])).toEqual([
    ["New", "held", "workspace_frozen"],
    ["Old", "withdrawn", whom === "one" ? "overlap" : "superseded"],
  ]);
  const old = await fixture.api.send(
    "GET",
    `/v1/executions/${toId("execution", items[1]?.executionId ?? "")}`,
  );
  expect(old.body).toMatchObject({ status: "canceled" });
});
