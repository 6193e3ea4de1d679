import { afterAll, beforeAll, expect, it } from "vitest";
import { daily, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { decodeChange } from "../base/change.ts";
import { toId } from "../base/ids.ts";
import { deleteContact } from "../contacts/index.ts";
import { askAgain } from "../conversations/held/release.ts";
import { askAboutDue } from "../conversations/held/service.ts";
import { listMessages } from "../conversations/index.ts";
import type { Execution } from "../engine/index.ts";
import { freezeWorkspace, unfreezeWorkspace } from "../workspaces/index.ts";
import { createRunFixture, finish, origin, type RunFixture, say } from "./run.test-support.ts";
import type { TaskFields } from "./task.ts";

let fixture: RunFixture;
beforeAll(async () => {
  fixture = await createRunFixture();
});
afterAll(() => fixture.close());

const execute = (text: string, values: readonly unknown[]) =>
  fixture.core.db.autocommit.query({ text, values: [...values] });
const unfreeze = () => fixture.tenant((tx) => unfreezeWorkspace(fixture.core, tx, origin));

/** While `work` runs every message is held. */
async function frozen<T>(work: () => Promise<T>): Promise<T> {
  await fixture.tenant((tx) => freezeWorkspace(fixture.core, tx, "wrong prices", origin));
  return work().finally(unfreeze);
}

const newTask = async (fields: Partial<TaskFields> = {}) =>
  fixture.newTask({ contactId: (await fixture.newContact()).id, schedule: daily, ...fields });

/** A run that ends with the message that it wrote still held. */
async function runHeld(fields: Partial<TaskFields> = {}, outcome = "message_sent") {
  const task = await newTask(fields);
  fixture.model.play(say("Hello"), finish("Wrote.", outcome));
  return { taskId: task.id, execution: await fixture.trigger(task.id) };
}

async function read({ id }: Pick<Execution, "id">) {
  const { body } = await fixture.api.send("GET", `/v1/executions/${toId("execution", id)}`);
  const { outcome, reason } = body as {
    readonly outcome: string;
    readonly reason: { readonly code: string; readonly message: string } | null;
  };
  return { outcome, code: reason?.code ?? null, message: reason?.message ?? null };
}

const lastOutcome = async (taskId: string) => (await fixture.read(taskId)).lastExecution?.outcome;

const messagesOf = async ({ conversationId }: Execution) => {
  const { items } = await fixture.tenant((tx) => listMessages(tx, conversationId ?? "", { limit: 10 }));
  return items.map(({ status }) => status);
};

it("is none while the message waits, and message_sent when it goes out; whoever watches hears of it", async () => {
  const { taskId, execution } = await frozen(async () => {
    const run = await runHeld();
    const { message, ...rest } = await read(run.execution);
    expect(rest).toEqual({ outcome: "none", code: "message_held" });
    expect(message).toMatch(/^The message is held until 2\d{3}-.*Z at most: The workspace is frozen/);
    expect(message).not.toContain("claimed");
    expect(await lastOutcome(run.taskId)).toBe("none");
    return run;
  });
  const heard = new Set<string | null>();
  const unlisten = fixture.core.signals.listen("live", (signal) => {
    heard.add(decodeChange(signal)?.id ?? null);
  });
  try {
    await askAboutDue(fixture.core);
    expect(await read(execution)).toEqual({ outcome: "message_sent", code: null, message: null });
    expect(await lastOutcome(taskId)).toBe("message_sent");
    await until("the news", () => heard.has(execution.id) && heard.has(taskId));
  } finally {
    unlisten();
  }
});

it("is blocked with the reason when the message lapses", async () => {
  const { taskId, execution } = await frozen(async () => {
    const run = await runHeld();
    await execute("update held_messages set held_until = now(), ask_at = now() where execution_id = $1", [
      run.execution.id,
    ]);
    await askAboutDue(fixture.core);
    return run;
  });
  expect(await read(execution)).toMatchObject({ outcome: "blocked", code: "hold_expired" });
  expect(await lastOutcome(taskId)).toBe("blocked");
  expect(await messagesOf(execution)).toEqual(["refused"]);
});

it("stays none when the message is withdrawn, for no gate refused it, and says why", async () => {
  const { taskId, execution } = await frozen(async () => {
    const run = await runHeld();
    expect((await fixture.api.send("POST", `${taskPath(run.taskId)}/cancel`)).status).toBe(200);
    return run;
  });
  const { message, ...rest } = await read(execution);
  expect(rest).toEqual({ outcome: "none", code: "canceled" });
  expect(message).toContain('The agent claimed "message_sent".');
  expect(await lastOutcome(taskId)).toBe("none");
  expect(await messagesOf(execution)).toEqual(["withdrawn"]);
});

it("does not wait for a message that went with its contact", async () => {
  const contact = await fixture.newContact();
  const { execution } = await frozen(async () => {
    const run = await runHeld({ contactId: contact.id });
    await fixture.tenant((tx) => deleteContact(fixture.core, tx, contact.id, origin));
    return run;
  });
  expect(await read(execution)).toMatchObject({ outcome: "none", code: "contact_deleted" });
});

it("meets a goal, and ends the task by it, only when the message goes out", async () => {
  const { taskId, execution } = await frozen(async () => {
    const run = await runHeld({ endWhen: ["goal_met"] }, "goal_met");
    const { message, ...rest } = await read(run.execution);
    expect(rest).toEqual({ outcome: "none", code: "message_held" });
    expect(message).toContain('The agent claimed "goal_met".');
    expect((await fixture.read(run.taskId)).state).toBe("active");
    return run;
  });
  await askAboutDue(fixture.core);
  expect(await read(execution)).toMatchObject({ outcome: "goal_met", code: null });
  expect(await fixture.read(taskId)).toMatchObject({
    ...{ state: "ended", stateReason: { code: "goal_met" }, nextRunAt: null },
    lastExecution: { outcome: "goal_met" },
  });
});

it("overrules a claim that the message contradicts once it is out", async () => {
  const { execution } = await frozen(() => runHeld({}, "no_action_needed"));
  await askAboutDue(fixture.core);
  const { message, ...rest } = await read(execution);
  expect(rest).toEqual({ outcome: "message_sent", code: "outcome_overruled" });
  expect(message).toContain('"no_action_needed"');
});

it("says of a run that failed why it failed, whatever becomes of its message", async () => {
  const task = await newTask();
  const execution = await frozen(async () => {
    fixture.model.play(say("Hello"), { fail: new Error("The model broke.") });
    return fixture.trigger(task.id);
  });
  const before = await read(execution);
  expect(before.outcome).toBe("none");
  expect(execution.status).toBe("failed");
  await askAboutDue(fixture.core);
  expect(await read(execution)).toEqual({ ...before, outcome: "message_sent" });
});

it("says of a run that was cancelled that its message went out, and so does its task", async () => {
  const task = await newTask();
  const calls = fixture.model.calls.length;
  const thinking = Promise.withResolvers<void>();
  fixture.model.play(say("Hello"), { ...finish("Wrote."), until: thinking.promise });
  await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
  await fixture.model.waitForCalls(calls + 2);
  const [running] = await fixture.executions(task.id);
  const path = `/v1/executions/${toId("execution", running?.id ?? "")}/cancel`;
  expect((await fixture.api.send("POST", path)).body).toMatchObject({
    ...{ status: "canceled", outcome: "message_sent" },
  });
  thinking.resolve();
  expect(await lastOutcome(task.id)).toBe("message_sent");
});

it("judges a run that was cancelled while its message waits by what becomes of that", async () => {
  const { execution } = await frozen(() => runHeld());
  // As a run that another replaces: its message is withdrawn by a job, and may go out before.
  await execute("update executions set status = 'canceled', reason_code = 'replaced' where id = $1", [
    execution.id,
  ]);
  await askAboutDue(fixture.core);
  expect(await read(execution)).toMatchObject({ outcome: "message_sent", code: "replaced" });
});

it("tells of a message that was given up although another went out", async () => {
  const task = await newTask();
  const execution = await frozen(async () => {
    fixture.model.play(say("First"), say("Second"), finish("Wrote."));
    return fixture.trigger(task.id);
  });
  expect((await read(execution)).message).toContain("All 2 messages are held");
  await execute(
    `update held_messages h set held_until = now(), ask_at = now() from messages m
      where m.id = h.message_id and m.execution_id = $1 and m.text = 'Second'`,
    [execution.id],
  );
  await askAboutDue(fixture.core);
  expect(await messagesOf(execution)).toEqual(["sent", "refused"]);
  expect(await read(execution)).toMatchObject({
    ...{ outcome: "message_sent", code: "hold_expired" },
    message: expect.stringContaining("Another message was held and did not go out"),
  });
});

it("goes by what has become of the message when the run ends after it", async () => {
  const task = await newTask();
  const thinking = Promise.withResolvers<void>();
  fixture.model.play(say("Hello"), { ...finish("Wrote."), until: thinking.promise });
  const calls = fixture.model.calls.length;
  await frozen(async () => {
    await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    await fixture.model.waitForCalls(calls + 2);
  });
  await askAboutDue(fixture.core);
  const [running] = await fixture.executions(task.id);
  expect(running).toMatchObject({ status: "running", outcome: null });
  thinking.resolve();
  const ended = await fixture.untilEnded(task.id);
  expect(ended).toMatchObject({ outcome: "message_sent", reasonCode: null, summary: "Wrote." });
});

it("is right also where the run ends while its message is just being released", async () => {
  const task = await newTask();
  const thinking = Promise.withResolvers<void>();
  fixture.model.play(say("Hello"), { ...finish("Wrote."), until: thinking.promise });
  const calls = fixture.model.calls.length;
  await frozen(async () => {
    await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    await fixture.model.waitForCalls(calls + 2);
  });
  const [running] = await fixture.executions(task.id);
  const [released, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const release = fixture.tenant(async (tx) => {
    await askAgain(fixture.core, tx, running?.conversationId ?? "");
    released.resolve();
    await goOn.promise;
  });
  await released.promise;
  thinking.resolve();
  try {
    await until("the end of the run to wait for the release", async () => {
      const { rowCount } = await execute(
        `select from pg_locks where not granted
          and pid in (select pid from pg_stat_activity where datname = current_database())`,
        [],
      );
      return (rowCount ?? 0) > 0;
    });
    expect((await fixture.executions(task.id))[0]?.status).toBe("running");
  } finally {
    goOn.resolve();
    await release;
  }
  expect(await fixture.untilEnded(task.id)).toMatchObject({ outcome: "message_sent", reasonCode: null });
});
