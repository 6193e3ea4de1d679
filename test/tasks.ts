import { agentsModule, createAgent, createModelProvider } from "../src/agents/index.ts";
import { contribute, Extensions } from "../src/base/extensions.ts";
import { fromId, newId, toId } from "../src/base/ids.ts";
import { channelsModule, createChannel } from "../src/channels/index.ts";
import { contactsModule, createContact } from "../src/contacts/index.ts";
import { conversationsModule } from "../src/conversations/index.ts";
import type { TenantTx } from "../src/db/index.ts";
import { type Core, type Execution, executionKinds, listExecutions } from "../src/engine/index.ts";
import {
  createTask,
  getTask,
  type Schedule,
  type Task,
  type TaskFields,
  type TaskOut,
  tasksModule,
} from "../src/tasks/index.ts";
import { createTestApi, type Received, type TestApi } from "./api.ts";
import { createTestCore, type TestCore } from "./core.ts";
import { createScriptedModel, type ScriptedModel } from "./scripted-model.ts";

export interface TaskFixture {
  readonly core: TestCore;
  readonly api: TestApi;
  readonly workspaceId: string;
  /** Plays the model of every agent. */
  readonly model: ScriptedModel;
  readonly agentId: string;
  readonly contactId: string;
  readonly channelId: string;
  tenant<T>(work: (tx: TenantTx) => Promise<T>): Promise<T>;
  newTask(fields?: Partial<TaskFields>): Promise<Task>;
  read(taskId: string): Promise<Task>;
  /** Newest first. */
  executions(taskId: string): Promise<readonly Execution[]>;
  /** Moves a task's next run into the past, by the database's clock. */
  makeDue(taskId: string, secondsAgo?: number): Promise<void>;
  close(): Promise<void>;
}

const origin = { caller: null, requestId: null };

export const daily: Schedule = { kind: "daily", timezone: "Europe/Berlin", time: "09:00" };
export const everyMinute: Schedule = { kind: "cron", timezone: "UTC", cron: "* * * * *" };

/** All modules up to tasks on a database of their own, an agent on a scripted model, a contact and a web channel. */
export async function createTaskFixture(options: Partial<Core> = {}): Promise<TaskFixture> {
  const extensions = new Extensions();
  const core = await createTestCore({ ...options, extensions });
  const model = createScriptedModel();
  const modules = [
    contactsModule(core),
    channelsModule(core),
    conversationsModule(core),
    agentsModule(core, { createModel: () => model }),
    tasksModule(core),
  ];
  extensions.add(modules.flatMap((module) => module.contributions ?? []));
  extensions.add([contribute(executionKinds, ...modules.flatMap((module) => module.executions ?? []))]);
  // The audit log wants callers with real ids.
  const caller = { kind: "api_key", id: newId(), scope: "admin", role: null } as const;
  let ofWorkspace = "";
  const api = await createTestApi(
    modules.flatMap((module) => module.routes ?? []),
    {
      core,
      errors: modules.flatMap((module) => Object.values(module.errors ?? {})),
      authenticate: async () => ({ ...caller, workspaceId: ofWorkspace }),
    },
  );
  const { workspaceId } = api;
  ofWorkspace = workspaceId;
  const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => core.db.tenant(workspaceId, work);
  const made = await tenant(async (tx) => {
    const provider = await createModelProvider(core, tx, { name: "Scripted", kind: "sandbox" }, origin);
    const agent = await createAgent(
      tx,
      { name: "Mia", instructions: "Be brief.", modelProviderId: provider.id, model: "m", isDefault: true },
      origin,
    );
    const contact = await createContact(core, tx, { name: "Anna" }, origin);
    const web = { platform: "web", kind: "widget", name: "Website" };
    const channel = await createChannel(core, tx, web, origin);
    return { agentId: agent.id, contactId: contact.id, channelId: channel.id };
  });
  return {
    ...made,
    ...{ core, api, workspaceId, model, tenant },
    newTask: (fields = {}) =>
      tenant((tx) =>
        createTask(core, tx, { name: "Check-in", description: "Say hello.", ...fields }, origin),
      ),
    async read(taskId) {
      const task = await tenant((tx) => getTask(tx, taskId));
      if (task === undefined) throw new Error(`there is no task ${taskId}`);
      return task;
    },
    executions: (taskId) =>
      tenant(async (tx) => (await listExecutions(tx, { taskId }, { limit: 100 })).items),
    async makeDue(taskId, secondsAgo = 1) {
      await core.db.autocommit.query({
        text: "update task_schedules set next_run_at = now() - $2 * interval '1 second' where task_id = $1",
        values: [taskId, secondsAgo],
      });
    },
    close: () => api.close(),
  };
}

/** The answer's task; fails with what was answered instead. */
export function taskOf(received: Received, status = 200): TaskOut {
  if (received.status !== status) throw new Error(JSON.stringify(received.body));
  return received.body as TaskOut;
}

/** `{path: code}` of a 422, or of another problem with field errors. */
export function faultsOf(received: Received): Readonly<Record<string, string>> {
  const { errors = [] } = received.body as { errors?: { path: string; code: string }[] };
  return Object.fromEntries(errors.map(({ path, code }) => [path, code]));
}

export function taskUuid(task: TaskOut): string {
  const uuid = fromId("task", task.id);
  if (uuid === undefined) throw new Error(`${task.id} is no task's id`);
  return uuid;
}

export const taskPath = (taskId: string) => `/v1/tasks/${toId("task", taskId)}`;
