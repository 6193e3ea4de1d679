import {
  type Agent,
  type AgentRun,
  type AgentSnapshot,
  buildTaskPrompt,
  findDefaultAgent,
  getAgent,
  judgeByMessages,
  runAgent,
  type SendVerdict,
  snapshotAgent,
} from "../agents/index.ts";
import { getChannel } from "../channels/index.ts";
import { type ContactForAgent, loadContactForAgent } from "../contacts/index.ts";
import { getConversation, listConversations, resolveChannel } from "../conversations/index.ts";
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
import { findBudgetObstacle } from "../usage/index.ts";
import { getWorkspace } from "../workspaces/index.ts";
import { afterCancellation, afterExecution, afterJudgement } from "./after-execution.ts";
import { type AnyContactWriting, writingToAny } from "./any-contact/writing.ts";
import { readRecentMessages, sendForTask, type TaskWriting } from "./conversation.ts";
import { limitsOfRun, summariseEnd } from "./rules.ts";
import { holdTask, selectTask } from "./store.ts";
import { type Task, taskKindName } from "./task.ts";

/** The kind of execution that carries out a task. */
export function createTaskKind(core: Core): ExecutionKind {
  return {
    name: taskKindName,
    run: (ctx) => runTask(core, ctx),
    beforeEnd: (tx, execution) => lockTaskOf(tx, execution),
    ended: (tx, execution) => afterExecution(core, tx, execution),
    judge: (tx, results) => judgeByMessages(tx, results),
    judged: (tx, executions) => afterJudgement(core, tx, executions),
    canceledTogether: (tx, executions) => afterCancellation(core, tx, executions),
  };
}

async function lockTaskOf(tx: TenantTx, { taskId }: Execution): Promise<void> {
  if (taskId !== null) await holdTask(tx, taskId);
}

/** What the run keeps of the task for its messages; null: there is nobody to write to. */
type RunData = TaskWriting | AnyContactWriting | null;

async function runTask(core: Core, ctx: ExecutionContext): Promise<ExecutionResult> {
  const { execution } = ctx;
  const run: AgentRun<RunData> = {
    mode: "task",
    start: (tx, foundAgent) => startTask(core, tx, execution, foundAgent),
    async send(tx, message, start): Promise<SendVerdict> {
      if (start.data === null || "anyContact" in start.data)
        throw new Error("a message of a task without a contact");
      return sendForTask(core, tx, execution, {
        writing: start.data,
        message,
        agentId: start.agent.id,
        alreadyPaid: ctx.usage.iterations > 0,
      });
    },
  };
  return runAgent(core, ctx, run);
}

/** Reads the task, its agent and its contact as they are now; the execution works on them to its end. */
async function startTask(
  core: Core,
  tx: TenantTx,
  execution: Execution,
  foundAgent: (agent: AgentSnapshot) => void,
): ReturnType<AgentRun<RunData>["start"]> {
  // Side by side, here and below: each costs a round trip, and a trigger waits for all of them. The agent is nearly
  // always the one that the task had when the execution was queued.
  const [task, expected, workspace] = await Promise.all([
    execution.taskId === null ? undefined : selectTask(tx, execution.taskId),
    findAgent(core, tx, execution.agentId),
    getWorkspace(tx),
  ]);
  if (task === undefined) return skip("task_deleted", "The task no longer exists.");
  const agent = task.agentId === execution.agentId ? expected : await findAgent(core, tx, task.agentId);
  if ("code" in agent) return skip(agent.code, agent.message);
  foundAgent(snapshotAgent(agent));
  // Over an audience each execution has a contact of its own.
  const wantedId = task.audience === null ? task.contactId : execution.contactId;
  const [addressee, previousSummary, recentMessages] = await Promise.all([
    findAddressee(tx, task, wantedId),
    readPreviousSummary(tx, task, wantedId),
    wantedId === null ? [] : readRecentMessages(tx, wantedId),
  ]);
  // Before a model is paid for messages that the gate would refuse and nobody would hold.
  if (wantedId !== null && workspace.frozenAt !== null && task.whenBlocked === "drop")
    return skip("workspace_frozen", "The workspace is frozen: nothing is sent.");
  if ("code" in addressee) return skip(addressee.code, addressee.message);
  const { contact, channelId } = addressee;
  const contactId = contact?.id ?? null;
  if (task.whenBlocked === "drop" && (await isLedByPerson(tx, addressee)))
    return skip("human_in_control", "A person has taken over the conversation.");
  if (agent.id !== execution.agentId || contactId !== execution.contactId) {
    await setParticipants(tx, execution, {
      agentId: agent.id,
      ...(contactId === null ? {} : { contactId }),
    });
  }
  const { maxTimeSeconds, ...limits } = limitsOfRun(task.limits, agent.limits);
  const timezone = task.schedule?.timezone ?? contact?.timezone ?? workspace.timezone;
  return {
    agent: snapshotAgent(agent),
    prompt: buildTaskPrompt({
      agent,
      contact,
      task,
      previousSummary,
      recentMessages,
      now: core.clock.now(),
      timezone,
      limits: { ...limits, maxTimeSeconds },
    }),
    limits,
    timezone,
    contactId,
    data: runDataOf(task, contactId, channelId),
  };
}

function runDataOf(task: Task, contactId: string | null, channelId: string | null): RunData {
  if (contactId === null || channelId === null) return writingToAny(task);
  const { id: taskId, sessionDurationSeconds, conversationId, purpose, whenBlocked } = task;
  return { taskId, contactId, channelId, sessionDurationSeconds, conversationId, purpose, whenBlocked };
}

function skip(code: string, message: string): { readonly end: ExecutionResult } {
  return { end: { status: "skipped", outcome: "none", reason: { code, message } } };
}

/** The agent that is to work, or why there is none that may. */
async function findAgent(core: Core, tx: TenantTx, agentId: string | null): Promise<Agent | Reason> {
  const agent = agentId === null ? await findDefaultAgent(tx) : await getAgent(tx, agentId);
  if (agent === undefined) {
    return agentId === null
      ? { code: "agent_required", message: "The task names no agent and the workspace has no default agent." }
      : { code: "agent_deleted", message: "The task's agent was deleted." };
  }
  if (!agent.enabled)
    return { code: "agent_disabled", message: `The task's agent "${agent.name}" is disabled.` };
  return (await findBudgetObstacle(core, tx, agent.id)) ?? agent;
}

interface Addressee {
  readonly contact: ContactForAgent | null;
  readonly channelId: string | null;
}

/** Whom the execution is about and where to write to them. */
async function findAddressee(
  tx: TenantTx,
  task: Task,
  contactId: string | null,
): Promise<Addressee | Reason> {
  if (contactId === null) return { contact: null, channelId: null };
  const [contact, named] = await Promise.all([
    loadContactForAgent(tx, contactId),
    task.conversationId === null ? undefined : getConversation(tx, task.conversationId),
  ]);
  if (contact === undefined) return { code: "contact_deleted", message: "The task's contact was deleted." };
  // The gate would refuse whatever a model is paid for here.
  if (contact.optedOut) return { code: "contact_opted_out", message: "The contact does not want messages." };
  const channelId = task.channelId ?? named?.channelId ?? null;
  if (channelId !== null) return checkChannel(tx, task, { contact, channelId });
  const resolved = await resolveChannel(tx, contactId);
  if (resolved !== undefined) return { contact, channelId: resolved };
  return {
    code: "channel_required",
    message: "The task names no channel and its contact cannot be reached on any.",
  };
}

/** A message on a channel that is disabled for now is held, if the task says so. */
async function checkChannel(
  tx: TenantTx,
  task: Task,
  { contact, channelId }: { readonly contact: ContactForAgent; readonly channelId: string },
): Promise<Addressee | Reason> {
  const channel = await getChannel(tx, channelId);
  if (channel === undefined) return { code: "channel_deleted", message: "The task's channel was deleted." };
  if (channel.status === "connected" || task.whenBlocked === "hold") return { contact, channelId };
  return { code: "channel_disabled", message: `The task's channel "${channel.name}" is disabled.` };
}

/** True if the execution would write in a conversation that a person leads: nobody opens another beside it. */
async function isLedByPerson(tx: TenantTx, { contact, channelId }: Addressee): Promise<boolean> {
  if (contact === null || channelId === null) return false;
  const here = { contactId: contact.id, channelId, status: "open" } as const;
  const { items } = await listConversations(tx, here, { limit: 1 });
  return items.some(({ controller }) => controller === "human");
}

/** How many earlier executions are looked through for one that has something to say. */
const previousExecutions = 10;

/**
 * What the latest earlier execution that has something to say came to, over an audience the latest with the same
 * contact; a failed one says why.
 */
async function readPreviousSummary(
  tx: TenantTx,
  task: Task,
  contactId: string | null,
): Promise<string | null> {
  const { items } = await listExecutions(
    tx,
    {
      taskId: task.id,
      status: ["completed", "failed"],
      ...(task.audience === null || contactId === null ? {} : { contactId }),
    },
    { limit: previousExecutions },
  );
  return items.map(summariseEnd).find((summary) => summary !== null) ?? null;
}
