import { startServices } from "../../test/engine.ts";
import { createTaskFixture, type TaskFixture, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { type Contact, createContact } from "../contacts/index.ts";
import { createWorker, type Execution } from "../engine/index.ts";
import { sweepOnce } from "./sweep.ts";

export const origin = { caller: null, requestId: null };
export const say = (text: string) => ({ toolCalls: [{ name: "send_message", input: { text } }] });
export const finish = (summary: string, outcome = "message_sent") => ({
  toolCalls: [{ name: "finish", input: { outcome, summary } }],
});

export interface RunFixture extends TaskFixture {
  newContact(): Promise<Contact>;
  /** Triggers a task and answers its execution once it has ended. */
  trigger(taskId: string): Promise<Execution>;
  /** Lets a task's schedule fire now and answers the execution once it has ended. */
  fire(taskId: string): Promise<Execution>;
  /** The newest execution once it has ended. */
  untilEnded(taskId: string): Promise<Execution>;
}

/** The fixture of tasks with a worker that carries their executions out. */
export async function createRunFixture(): Promise<RunFixture> {
  const fixture = await createTaskFixture();
  const stop = await startServices(createWorker(fixture.core, { concurrency: 4 }));
  const untilEnded = (taskId: string): Promise<Execution> =>
    until("the end of the execution", async () => {
      const [execution] = await fixture.executions(taskId);
      return execution !== undefined && execution.completedAt !== null && execution;
    });
  return {
    ...fixture,
    untilEnded,
    newContact: () => fixture.tenant((tx) => createContact(fixture.core, tx, { name: "Anna" }, origin)),
    async trigger(taskId) {
      const received = await fixture.api.send("POST", `${taskPath(taskId)}/trigger`);
      if (received.status !== 201) throw new Error(JSON.stringify(received.body));
      return untilEnded(taskId);
    },
    async fire(taskId) {
      await fixture.makeDue(taskId);
      await sweepOnce(fixture.core);
      return untilEnded(taskId);
    },
    async close() {
      await stop();
      await fixture.close();
    },
  };
}
