import {
  type Agent,
  type AgentRun,
  type AgentStart,
  buildTaskPrompt,
  findDefaultAgent,
  loadAgent,
  runAgent,
  type SendVerdict,
  snapshotAgent,
} from "../agents/index.ts";
import { getChannel } from "../channels/index.ts";
import { type ContactForAgent, loadContactForAgent } from "../contacts/index.ts";
import { resolveChannel } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import {
  type Core,
  type Execution,
  type ExecutionContext,
  type ExecutionKind,
  type ExecutionResult,
  listExecutions,
  type Reason,
  setParticipants,
} from "../engine/index.ts";
import { getWorkspace } from "../workspaces/index.ts";
import { afterExecution } from "./after-execution.ts";
import { openForTask, readRecentMessages, type TaskWriting, writeForTask } from "./conversation.ts";
import { summariseEnd, withDefaults } from "./rules.ts";
import { lockTask, selectTask } from "./store.ts";
import { type Task, taskKindName } from "./task.ts";

/** The kind of execution that carries out a task. */
export function createTaskKind(core: Core): ExecutionKind {
  return {
    name: taskKindName,
    run: (ctx) => runTask(core, ctx),
    beforeEnd: (tx, execution) => lockTaskOf(tx, execution),
    ended: (tx, execution) => afterExecution(core, tx, execution),
  };
}

async function lockTaskOf(tx: TenantTx, { taskId }: Execution): Promise<void> {
  if (taskId !== null) await lockTask(tx, taskId);
}

/** What the run keeps of the task for its messages; null: there is nobody to write to. */
type RunData = TaskWriting | null;

async function runTask(core: Core, ctx: ExecutionContext): Promise<ExecutionResult> {
  const { execution } = ctx;
  const run: AgentRun<RunData> = {
    mode: "task",
    start: (tx) => startTask(core, tx, execution),
    async send(tx, message, start): Promise<SendVerdict> {
      if (start.data === null) throw new Error("a message of a task without a contact");
      const conversation = await openForTask(core, tx, start.data, execution.id);
      const verdict = await writeForTask(core, tx, {
        writing: start.data,
        conversation,
        message,
        agentId: start.agent.id,
        executionId: execution.id,
      });
      await setParticipants(tx, execution, { conversationId: conversation.id });
      return verdict;
    },
  };
  return runAgent(core, ctx, run);
}

/** Reads the task, its agent and its contact as they are now; the execution works on them to its end. */
async function startTask(
  core: Core,
  tx: TenantTx,
  execution: Execution,
): Promise<AgentStart<RunData> | { readonly end: ExecutionResult }> {
  const task = execution.taskId === null ? undefined : await selectTask(tx, execution.taskId);
  if (task === undefined) return skip("task_deleted", "The task no longer exists.");
  // Side by side: each costs a round trip, and a trigger waits for all of them.
  const [agent, workspace, addressee, previousSummary, recentMessages] = await Promise.all([
    findAgent(tx, task),
    getWorkspace(tx),
    findAddressee(tx, task),
    readPreviousSummary(tx, task.id),
    task.contactId === null ? [] : readRecentMessages(tx, task.contactId),
  ]);
  if ("code" in agent) return skip(agent.code, agent.message);
  // Before a model is paid for messages that the gate would refuse. A task without a contact sends none.
  if (task.contactId !== null && workspace.frozenAt !== null)
    return skip("workspace_frozen", "The workspace is frozen: nothing is sent.");
  if ("code" in addressee) return skip(addressee.code, addressee.message);
  const { contact, channelId } = addressee;
  const contactId = contact?.id ?? null;
  if (agent.id !== execution.agentId || contactId !== execution.contactId) {
    await setParticipants(tx, execution, {
      agentId: agent.id,
      ...(contactId === null ? {} : { contactId }),
    });
  }
  const { maxTimeSeconds, ...limits } = withDefaults(task.limits);
  return {
    agent: snapshotAgent(agent),
    prompt: buildTaskPrompt({
      agent,
      contact,
      task,
      previousSummary,
      recentMessages,
      now: core.clock.now(),
      timezone: task.schedule?.timezone ?? contact?.timezone ?? workspace.timezone,
      limits: { ...limits, maxTimeSeconds },
    }),
    limits,
    contactId,
    data:
      contactId === null || channelId === null
        ? null
        : {
            taskId: task.id,
            contactId,
            channelId,
            sessionDurationSeconds: task.sessionDurationSeconds,
          },
  };
}

function skip(code: string, message: string): { readonly end: ExecutionResult } {
  return { end: { status: "skipped", outcome: "none", reason: { code, message } } };
}

async function findAgent(tx: TenantTx, { agentId }: Task): Promise<Agent | Reason> {
  const agent = agentId === null ? await findDefaultAgent(tx) : await loadAgent(tx, agentId);
  if (agent === undefined) {
    return agentId === null
      ? { code: "agent_required", message: "The task names no agent and the workspace has no default agent." }
      : { code: "agent_deleted", message: "The task's agent was deleted." };
  }
  return agent.enabled
    ? agent
    : { code: "agent_disabled", message: `The task's agent "${agent.name}" is disabled.` };
}

interface Addressee {
  readonly contact: ContactForAgent | null;
  readonly channelId: string | null;
}

/** Whom the task is about and where to write to them. */
async function findAddressee(tx: TenantTx, task: Task): Promise<Addressee | Reason> {
  if (task.contactId === null) return { contact: null, channelId: null };
  const contact = await loadContactForAgent(tx, task.contactId);
  if (contact === undefined) return { code: "contact_deleted", message: "The task's contact was deleted." };
  if (task.channelId !== null) {
    const channel = await getChannel(tx, task.channelId);
    if (channel === undefined) return { code: "channel_deleted", message: "The task's channel was deleted." };
    if (channel.status === "connected") return { contact, channelId: channel.id };
    return { code: "channel_disabled", message: `The task's channel "${channel.name}" is disabled.` };
  }
  const channelId = await resolveChannel(tx, task.contactId);
  if (channelId !== undefined) return { contact, channelId };
  return {
    code: "channel_required",
    message: "The task names no channel and its contact cannot be reached on any.",
  };
}

/** How many earlier executions are looked through for one that has something to say. */
const previousExecutions = 10;

/** What the latest earlier execution that has something to say came to; a failed one says why. */
async function readPreviousSummary(tx: TenantTx, taskId: string): Promise<string | null> {
  const ended = { taskId, status: ["completed", "failed"] } as const;
  const { items } = await listExecutions(tx, ended, { limit: previousExecutions });
  return items.map(summariseEnd).find((summary) => summary !== null) ?? null;
}
