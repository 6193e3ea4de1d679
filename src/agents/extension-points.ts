import { extensionPoint } from "../base/extensions.ts";
import type { Turn } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core, ExecutionContext } from "../engine/index.ts";
import type { AgentStart } from "./loop/agent-run.ts";
import type { AgentTool } from "./loop/tool.ts";

/**
 * Runs in the transaction that deletes an agent, before it is gone: pause or change what refers to it. Throwing an
 * AppError refuses the deletion, and the caller sees why.
 */
export type AgentDeletedHandler = (tx: TenantTx, agentId: string) => Promise<void>;
export const agentDeleted = extensionPoint<AgentDeletedHandler>("agents.agentDeleted");

/** What a reply needs to know of the work that opened the conversation. */
export interface SessionContext {
  readonly taskName: string;
  readonly description: string;
  /** What the task's latest execution said of itself, where there is one. */
  readonly summary: string | null;
}

/** The live session that a turn answers in. Ids are UUIDs. */
export type SessionOwner = Pick<NonNullable<Turn["session"]>, "kind" | "taskId">;

/** Tells replies on whose behalf the agent speaks; null where it does not know the session. */
export type SessionContextSource = (tx: TenantTx, session: SessionOwner) => Promise<SessionContext | null>;
export const sessionContexts = extensionPoint<SessionContextSource>("agents.sessionContexts");

/** What a contributed tool works with: one execution's run, fixed at its start. */
export interface AgentToolScope {
  readonly core: Core;
  readonly ctx: ExecutionContext;
  readonly mode: "task" | "reply";
  readonly start: AgentStart<unknown>;
}

/**
 * Tools that higher modules give to agents. Asked once per attempt; the answer must follow from the scope alone, so that
 * a later attempt offers the same tools. A name that exists already is a programming error.
 */
export type AgentToolSource = (scope: AgentToolScope) => readonly AgentTool[];
export const agentTools = extensionPoint<AgentToolSource>("agents.tools");
