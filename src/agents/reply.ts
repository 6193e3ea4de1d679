import {
  createPreviews,
  endTurn,
  lockConversation,
  type OpenPreview,
  type ReplyPreview,
  replyKind,
  sendMessage,
  type Turn,
  type TurnMessage,
  takeTurn,
} from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import {
  type Core,
  type Execution,
  type ExecutionContext,
  type ExecutionKind,
  type ExecutionResult,
  type Reason,
  setParticipants,
} from "../engine/index.ts";
import { getWorkspace } from "../workspaces/index.ts";
import { type AgentSnapshot, snapshotAgent } from "./agent-snapshot.ts";
import { selectAgent } from "./agent-store.ts";
import { type SessionContext, sessionContexts } from "./extension-points.ts";
import type { AgentRun, AnswerPreview, RunLimits } from "./loop/agent-run.ts";
import { judgeByMessages } from "./loop/judge.ts";
import type { SendVerdict } from "./loop/outgoing.ts";
import { runAgent } from "./loop/run-agent.ts";
import { buildReplyPrompt, type PromptMessage } from "./prompt.ts";

/**
 * Where the agent has no limits of its own. A reply is one turn of a conversation: far less than a task needs, so that a
 * confused model is stopped soon.
 */
const defaultLimits = { maxIterations: 30, maxToolCalls: 100, maxCostUsd: null } as const;
/** The engine's default for executions that ask for no other. */
const defaultMaxTimeSeconds = 900;

interface ReplyData {
  readonly conversationId: string;
  /** See `Turn`. */
  readonly takenAfter: number;
  /** The channel on which the contact can watch the answer being written; absent where nobody can. */
  readonly previewChannelId?: string;
}

/** The kind of execution that answers what a contact wrote. */
export function createReplyKind(core: Core): ExecutionKind {
  const openPreview = createPreviews(core);
  return {
    name: replyKind.kind,
    run: (ctx) => runReply(core, ctx, openPreview),
    beforeEnd: (tx, execution) => lockTurn(tx, execution),
    ended: (tx, execution) => freeTurn(core, tx, execution),
    judge: (tx, results) => judgeByMessages(tx, results),
  };
}

async function runReply(
  core: Core,
  ctx: ExecutionContext,
  openPreview: OpenPreview,
): Promise<ExecutionResult> {
  const { id: executionId, conversationId } = ctx.execution;
  if (conversationId === null) throw new Error("a reply without a conversation");
  // The latest answer that the contact may be watching.
  let preview: ReplyPreview | undefined;
  const run: AgentRun<ReplyData> = {
    mode: "reply",
    preview({ agent, contactId, data: { previewChannelId: channelId } }) {
      preview?.close();
      preview = undefined;
      if (channelId === undefined || contactId === null) return noPreview;
      const { workspaceId } = ctx.execution;
      const shown = openPreview({
        workspaceId,
        channelId,
        contactId,
        conversationId,
        executionId,
        agentId: agent.id,
      });
      preview = shown;
      return shown;
    },
    start: (tx, foundAgent) => startReply(core, tx, ctx.execution, { conversationId, foundAgent }),
    async send(tx, { text, stepSeq, idempotencyKey }, start): Promise<SendVerdict> {
      const sent = await sendMessage(core, tx, {
        class: "answer",
        conversationId,
        author: { kind: "agent", id: start.agent.id },
        text,
        executionId,
        alreadyPaid: ctx.usage.iterations > 0,
        takenAfter: start.data.takenAfter,
        stepSeq,
        idempotencyKey,
        messageId: preview?.messageId,
      });
      if (sent.reason === undefined) tx.afterCommit(() => preview?.sent());
      if (sent.reason === undefined) return { accepted: true, messageId: sent.messageId, conversationId };
      return { accepted: false, messageId: sent.messageId, reason: sent.reason };
    },
  };
  try {
    return await runAgent(core, ctx, run);
  } finally {
    preview?.close();
  }
}

/** On platforms that show a message when it is complete. */
const noPreview: AnswerPreview = {
  text: () => undefined,
  discard: () => undefined,
  complete: () => undefined,
};

async function startReply(
  core: Core,
  tx: TenantTx,
  execution: Execution,
  reply: { readonly conversationId: string; readonly foundAgent: (agent: AgentSnapshot) => void },
): ReturnType<AgentRun<ReplyData>["start"]> {
  const { conversationId, foundAgent } = reply;
  // Side by side, here and below: each costs a round trip, and the contact waits for all of them. The agent is nearly
  // always the one that was to answer when the turn was queued.
  const [turn, expected] = await Promise.all([
    takeTurn(core, tx, { conversationId, executionId: execution.id }),
    execution.agentId === null ? undefined : selectAgent(tx, execution.agentId),
  ]);
  if (turn.status === "nothing") return { end: { status: "skipped", outcome: "none", reason: turn.reason } };
  const agent = turn.agentId === expected?.id ? expected : await selectAgent(tx, turn.agentId);
  if (agent === undefined) return { end: { status: "failed", outcome: "blocked", reason: agentGone } };
  foundAgent(snapshotAgent(agent));
  const [{ timezone }, task] = await Promise.all([getWorkspace(tx), findSessionContext(core, tx, turn)]);
  if (agent.id !== execution.agentId) await setParticipants(tx, execution, { agentId: agent.id });
  const limits: RunLimits = {
    maxIterations: agent.limits.maxIterations ?? defaultLimits.maxIterations,
    maxToolCalls: agent.limits.maxToolCalls ?? defaultLimits.maxToolCalls,
    maxCostUsd: agent.limits.maxCostUsd ?? defaultLimits.maxCostUsd,
  };
  return {
    agent: snapshotAgent(agent),
    prompt: buildReplyPrompt({
      agent,
      contact: turn.contact,
      task,
      recentMessages: arrangeMessages(turn).map(toPromptMessage),
      leftOut: turn.leftOut,
      now: core.clock.now(),
      timezone: turn.contact.timezone ?? timezone,
      limits: { ...limits, maxTimeSeconds: agent.limits.maxTimeSeconds ?? defaultMaxTimeSeconds },
    }),
    limits,
    contactId: turn.contact.id,
    data: {
      conversationId,
      takenAfter: turn.takenAfter,
      ...(turn.channel.platform === "web" ? { previewChannelId: turn.channel.id } : {}),
    },
  };
}

/** Deleted in the moment in which the turn was taken: a failure, so that the conversation waits for a person. */
const agentGone: Reason = {
  code: "agent_deleted",
  message: "The agent that was to answer no longer exists.",
};

async function findSessionContext(
  core: Core,
  tx: TenantTx,
  { session }: Turn,
): Promise<SessionContext | null> {
  if (session === null) return null;
  for (const find of core.extensions.of(sessionContexts)) {
    const context = await find(tx, session);
    if (context !== null) return context;
  }
  return null;
}

/**
 * The conversation with what is to be answered at its end. A message that came while the agent wrote an answer stands
 * before that answer in the transcript, where the model would take it for answered.
 */
function arrangeMessages({ messages, transcript }: Turn): readonly TurnMessage[] {
  const asked = new Set(messages.map(({ id }) => id));
  return [...transcript.filter(({ id }) => !asked.has(id)), ...messages];
}

function toPromptMessage({ author, text, createdAt }: TurnMessage): PromptMessage {
  return { author, text, at: new Date(createdAt) };
}

async function lockTurn(tx: TenantTx, { conversationId }: Execution): Promise<void> {
  if (conversationId !== null) await lockConversation(tx, conversationId);
}

/** However a reply ended, its turn is over; one that failed leaves the conversation to a person. */
async function freeTurn(core: Core, tx: TenantTx, execution: Execution): Promise<void> {
  const { id: executionId, conversationId } = execution;
  if (conversationId === null) return;
  const isFailure = execution.status === "failed" || execution.status === "canceled";
  const failure: Reason = {
    code: execution.reasonCode ?? execution.status,
    message: execution.reasonMessage ?? `The execution is ${execution.status}.`,
  };
  await endTurn(core, tx, { conversationId, executionId, failure: isFailure ? failure : undefined });
}
