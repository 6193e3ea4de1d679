import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServices } from "../../../test/engine.ts";
import { createTaskFixture, type TaskFixture } from "../../../test/tasks.ts";
import { until } from "../../../test/until.ts";
import { newId, toId } from "../../base/ids.ts";
import { optOut } from "../../contacts/index.ts";
import { listConversations, listMessages } from "../../conversations/index.ts";
import { createWorker, type Execution } from "../../engine/index.ts";
import { triggerTask } from "../control.ts";
import type { TaskFields } from "../task.ts";
import { makeContacts } from "../walk/walks.test-support.ts";

let fixture: TaskFixture;
let stop: () => Promise<void>;
beforeAll(async () => {
  fixture = await createTaskFixture();
  stop = await startServices(createWorker(fixture.core, { concurrency: 4 }));
});
afterAll(async () => {
  await stop();
  await fixture.close();
});

const origin = { caller: null, requestId: null };
const find = (input: object) => ({ toolCalls: [{ name: "find_contacts", input }] });
const send = (contactId: string, text: string) => ({
  toolCalls: [{ name: "send_message", input: { contactId, text } }],
});
const finish = { toolCalls: [{ name: "finish", input: { outcome: "message_sent", summary: "Done." } }] };

async function runTask(fields: Partial<TaskFields>): Promise<Execution> {
  const task = await fixture.newTask(fields);
  const { id } = await fixture.tenant((tx) => triggerTask(fixture.core, tx, task.id, origin));
  return until("the end of the execution", async () => {
    const found = (await fixture.executions(task.id)).find((execution) => execution.id === id);
    return found?.completedAt != null && found;
  });
}

const toolsOfLastCall = () => (fixture.model.calls.at(-1)?.tools ?? []).map(({ name }) => name);

async function messagesOf(contactId: string): Promise<readonly string[]> {
  return fixture.tenant(async (tx) => {
    const { items } = await listConversations(tx, { contactId }, { limit: 1 });
    const [conversation] = items;
    if (conversation === undefined) return [];
    const messages = await listMessages(tx, conversation.id, { limit: 10 });
    return messages.items.map(({ status, text }) => `${status}: ${text}`);
  });
}

describe("an execution without a contact", () => {
  it("gets the tools only if its task may write to any", async () => {
    fixture.model.play(finish);
    await runTask({ mayWriteTo: "any" });
    expect(toolsOfLastCall()).toEqual(expect.arrayContaining(["find_contacts", "send_message"]));
    fixture.model.play(finish);
    await runTask({});
    expect(toolsOfLastCall()).not.toEqual(expect.arrayContaining(["find_contacts"]));
    expect(toolsOfLastCall()).not.toEqual(expect.arrayContaining(["send_message"]));
    fixture.model.play(finish);
    await runTask({ contactId: fixture.contactId, mayWriteTo: "any" });
    expect(toolsOfLastCall()).not.toEqual(expect.arrayContaining(["find_contacts"]));
  });

  it("finds contacts and writes to several through the gate", async () => {
    const [first = "", second = ""] = await makeContacts(fixture, 2, {
      ...{ tags: ["beta"], attributes: { plan: "pro" } },
    });
    const [out = ""] = await makeContacts(fixture, 1, { tags: ["beta"], attributes: { plan: "free" } });
    await fixture.tenant((tx) => optOut(fixture.core, tx, out, "api", origin));
    const [ofFirst, ofSecond, ofOut] = [first, second, out].map((id) => toId("contact", id));
    fixture.model.play(
      find({ tag: "beta", attribute: { name: "plan", equals: "pro" } }),
      send(ofFirst ?? "", "Hello first"),
      send(ofSecond ?? "", "Hello second"),
      send(ofFirst ?? "", "And again"),
      send(ofOut ?? "", "Hello out"),
      send(toId("contact", newId()), "Hello nobody"),
      send("Anna", "Hello Anna"),
      finish,
    );
    const execution = await runTask({ mayWriteTo: "any", sessionDurationSeconds: 0 });
    expect(execution).toMatchObject({ status: "completed", outcome: "message_sent", contactId: null });
    expect(await messagesOf(first)).toEqual(["sent: And again", "sent: Hello first"]);
    expect(await messagesOf(second)).toEqual(["sent: Hello second"]);
    expect(await messagesOf(out)).toEqual(["refused: Hello out"]);
    const asked = JSON.stringify(fixture.model.calls.at(-1)?.messages);
    expect(asked).toContain(ofSecond);
    expect(asked).toContain("opted_out");
    expect(asked).toContain("There is no contact Anna");
    expect(execution.otherConversationIds.length + 1).toBe(3);
  });

  it("finds by text, tag and attribute, 20 at most", async () => {
    await makeContacts(fixture, 22, { tags: ["crowd"], attributes: { plan: "pro" } });
    const answers: unknown[] = [];
    for (const input of [{ tag: "crowd" }, { q: "contact 3", tag: "crowd", limit: 5 }, { q: "zzz" }]) {
      fixture.model.play(find(input), finish);
      await runTask({ mayWriteTo: "any" });
      answers.push(fixture.model.calls.at(-1)?.messages.at(-1));
    }
    const [crowd, third, nobody] = answers.map((answer) => JSON.stringify(answer));
    expect(crowd?.match(/contact_/g)).toHaveLength(20);
    expect(crowd).toMatch(/hasMore[\\"]*:true/);
    expect(third?.match(/contact_/g)).toHaveLength(1);
    expect(nobody).not.toContain("contact_");
  });
});
