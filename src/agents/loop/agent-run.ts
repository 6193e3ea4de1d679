import type { TenantTx } from "../../db/index.ts";
import type { ExecutionResult } from "../../engine/index.ts";
import type { AgentSnapshot } from "../agent-snapshot.ts";
import type { ModelMessage } from "../models/index.ts";
import type { ToolSnapshot } from "../tools/index.ts";
import type { OutgoingText, SendVerdict } from "./outgoing.ts";
import type { AgentTool } from "./tool.ts";

/**
 * How far a run may go. At 80 % of any of these the agent is told to conclude; at 100 % the execution fails and what
 * was done stays done.
 */
export interface RunLimits {
  /** Model calls. */
  readonly maxIterations: number;
  readonly maxToolCalls: number;
  /** US dollars as a decimal string; null: no limit. Models without a known price cost nothing. */
  readonly maxCostUsd: string | null;
}

/** Everything a run works on, fixed at its start and kept in the journal: plain JSON. */
export interface AgentStart<D> {
  readonly agent: AgentSnapshot;
  /** The system message and what the first model call is asked; see `buildTaskPrompt` and `buildReplyPrompt`. */
  readonly prompt: readonly ModelMessage[];
  readonly limits: RunLimits;
  /** IANA name: the zone in which the agent is told the time. Absent: an earlier release began the run, or it never waits. */
  readonly timezone?: string;
  /** The agent's own tools as they were at the start, without their secrets. Filled by the loop. */
  readonly tools: readonly ToolSnapshot[];
  /** How much the model reads at once. Filled by the loop. */
  readonly contextTokens: number;
  /** Null: there is nobody to write to or to remember anything about. */
  readonly contactId: string | null;
  /** The kind's own data, handed back to `send`. */
  readonly data: D;
}

/** Shows an answer while the model still writes it. Nothing shown is stored; the message that is sent replaces it. */
export interface AnswerPreview {
  /** The next piece of the answer's text. */
  text(delta: string): void;
  /** What was shown so far is void: the call is made again, or its text is no message. */
  discard(): void;
  /** The text is complete and goes to the gate: what is not shown by now is shown as the message that it becomes. */
  complete(): void;
}

/** What the loop fills in by itself when a run starts. */
type FilledByLoop = "tools" | "contextTokens";

/** One execution's agent work, as its kind wants it done. */
export interface AgentRun<D> {
  /**
   * `task`: only `send_message` reaches the contact, other text is a note. `reply`: the text of the turn's last answer
   * is the message, and there is no `send_message`.
   */
  readonly mode: "task" | "reply";
  /**
   * Reads what the run works on, in a transaction that also records it. Once per execution: a later attempt gets what
   * was recorded. `end` ends the execution with nothing more. As soon as the agent is known it is told to `foundAgent`,
   * so that what the loop needs of it is read beside the rest: a contact or a person waits for each round trip.
   */
  start(
    tx: TenantTx,
    foundAgent: (agent: AgentSnapshot) => void,
  ): Promise<Omit<AgentStart<D>, FilledByLoop> | { readonly end: ExecutionResult }>;
  /**
   * Puts a text through the gate, in the transaction that records the step. A refusal is an answer. May throw an
   * AppError only before it has written anything; it counts as a refusal with that code.
   */
  send(tx: TenantTx, message: OutgoingText, start: AgentStart<D>): Promise<SendVerdict>;
  /** In mode `reply`: shows an answer as it comes. `stepSeq` is the step of the model call. Asked once per call. */
  readonly preview?: (start: AgentStart<D>, at: { readonly stepSeq: number }) => AnswerPreview;
  /** Answers what is called instead of a tool; it is offered to the model as the tool is, and checked by it. */
  readonly standIn?: (tool: AgentTool) => Pick<AgentTool, "run">;
}
