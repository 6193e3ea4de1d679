import {
  endTurn,
  lockConversation,
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
import { selectAgent } from "./agent-store.ts";
import { snapshotAgent } from "./agents.ts";
import { type SessionContext, sessionContexts } from "./extension-points.ts";
import type { AgentRun, AgentStart, SendVerdict } from "./loop/agent-run.ts";
import { runAgent } from "./loop/run-agent.ts";
import { buildReplyPrompt, type PromptMessage } from "./prompt.ts";

/** A reply is one turn of a conversation: far less than a task needs, so that a confused model is stopped soon. */
const limits = { maxIterations: 30, maxToolCalls: 100, maxCostUsd: null } as const;
/** The engine's default for executions that ask for no other. */
const maxTimeSeconds = 900;

interface ReplyData {
  readonly conversationId: string;
  /** See `Turn`. */
  readonly takenAfter: number;
}

/** The kind of execution that answers what a contact wrote. */
export function createReplyKind(core: Core): ExecutionKind {
  return {
    name: replyKind.kind,
    run: (ctx) => runReply(core, ctx),
    beforeEnd: (tx, execution) => lockTurn(tx, execution),
    ended: (tx, execution) => freeTurn(core, tx, execution),
  };
}

async function runReply(core: Core, ctx: ExecutionContext): Promise<ExecutionResult> {
  const { id: executionId, conversationId } = ctx.execution;
  if (conversationId === null) throw new Error("a reply without a conversation");
  const run: AgentRun<ReplyData> = {
    mode: "reply",
    start: (tx) => startReply(core, tx, ctx.execution, conversationId),
    async send(tx, { text, stepSeq, idempotencyKey }, start): Promise<SendVerdict> {
      const sent = await sendMessage(core, tx, {
        class: "answer",
        conversationId,
        author: { kind: "agent", id: start.agent.id },
        text,
        executionId,
        takenAfter: start.data.takenAfter,
        stepSeq,
        idempotencyKey,
      });
      if (sent.reason === undefined) return { accepted: true, messageId: sent.messageId, conversationId };
      return { accepted: false, messageId: sent.messageId, reason: sent.reason };
    },
  };
  return await runAgent(core, ctx, run);
}

async function startReply(
  core: Core,
  tx: TenantTx,
  execution: Execution,
  conversationId: string,
): Promise<AgentStart<ReplyData> | { readonly end: ExecutionResult }> {
  const turn = await takeTurn(core, tx, { conversationId, executionId: execution.id });
  if (turn.status === "nothing") return { end: { status: "skipped", outcome: "none", reason: turn.reason } };
  const agent = await selectAgent(tx, turn.agentId);
  if (agent === undefined) return { end: { status: "failed", outcome: "blocked", reason: agentGone } };
  if (agent.id !== execution.agentId) await setParticipants(tx, execution, { agentId: agent.id });
  const { timezone } = await getWorkspace(tx);
  return {
    agent: snapshotAgent(agent),
    prompt: buildReplyPrompt({
      agent,
      contact: turn.contact,
      task: await findSessionContext(core, tx, turn),
      recentMessages: arrangeMessages(turn).map(toPromptMessage),
      now: core.clock.now(),
      timezone: turn.contact.timezone ?? timezone,
      limits: { ...limits, maxTimeSeconds },
    }),
    limits,
    contactId: turn.contact.id,
    data: { conversationId, takenAfter: turn.takenAfter },
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
