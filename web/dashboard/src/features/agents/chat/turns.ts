import type {
  AgentTrial,
  CreateAgentBody,
  TestAgentBody,
  TestAgentBodyMessagesItem,
} from "../../../api/generated/model";
import { ApiError, type FieldFault, sentenceOf } from "../../../api/problem.ts";

/** What the draft was given to do: answer a contact's message, or carry out an instruction as a task does. */
export interface Asked {
  readonly kind: "message" | "task";
  readonly text: string;
}

export type TurnState =
  | { readonly status: "running" }
  | { readonly status: "answered"; readonly trial: AgentTrial }
  | { readonly status: "stopped" }
  /** `draft`: the fault is in the form's fields. */
  | { readonly status: "failed"; readonly draft: ApiError | null; readonly reasons: readonly string[] };

/** One thing asked, and what came of it. */
export interface Turn {
  readonly id: string;
  readonly asked: Asked;
  readonly state: TurnState;
}

/** The API takes so many; older ones are left out. */
const mostMessages = 50;

type Message = TestAgentBodyMessagesItem;

/** What was said so far, as the agent is told it. */
export function toMessages(turns: readonly Turn[]): readonly Message[] {
  return turns.flatMap(({ asked, state }): readonly Message[] => {
    const own: readonly Message[] = asked.kind === "message" ? [{ role: "contact", text: asked.text }] : [];
    if (state.status !== "answered") return own;
    const { reply, messages } = state.trial;
    const texts = [...messages.map(({ text }) => text), ...(reply === null ? [] : [reply])];
    return [...own, ...texts.map((text): Message => ({ role: "agent", text }))];
  });
}

/** The call that tries the draft: the last turn is what is asked now. */
export function toTrialBody(
  { name, ...draft }: CreateAgentBody,
  contactId: string | null,
  turns: readonly Turn[],
): TestAgentBody {
  const asked = turns.at(-1)?.asked;
  const task = asked?.kind === "task" ? { name: "Test run", description: asked.text } : null;
  return {
    // A draft may be tried before it has a name.
    agent: name.trim() === "" ? draft : { ...draft, name },
    contactId,
    messages: toMessages(turns).slice(-mostMessages),
    task,
  };
}

const draftPrefix = "agent.";

/** A refusal apart: what the form's fields show, and what the chat says. */
export function readFailure(error: unknown): Extract<TurnState, { status: "failed" }> {
  const faults = error instanceof ApiError ? error.faults : [];
  const ofDraft = faults.filter(({ path }) => path.startsWith(draftPrefix));
  const others = faults.filter(({ path }) => !path.startsWith(draftPrefix));
  if (!(error instanceof ApiError) || ofDraft.length === 0)
    return {
      status: "failed",
      draft: null,
      reasons: others.length > 0 ? others.map(sayFault) : [sentenceOf(error)],
    };
  const errors = ofDraft.map((fault) => ({ ...fault, path: fault.path.slice(draftPrefix.length) }));
  return {
    status: "failed",
    draft: new ApiError(error.status, { ...error.problem, errors }, error.retryAfterSeconds),
    reasons: others.map(sayFault),
  };
}

function sayFault({ path, message }: FieldFault): string {
  return path === "" ? message : `${path}: ${message}`;
}

export interface TrialSums {
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What all turns cost together. */
export function sumUp(turns: readonly Turn[]): TrialSums {
  const trials = turns.flatMap(({ state }) => (state.status === "answered" ? [state.trial] : []));
  const add = (of: (trial: AgentTrial) => number) => trials.reduce((sum, trial) => sum + of(trial), 0);
  return {
    costUsd: add(({ costUsd }) => Number(costUsd)),
    inputTokens: add(({ inputTokens }) => inputTokens),
    outputTokens: add(({ outputTokens }) => outputTokens),
  };
}

/** How long the calls of a turn took. */
export function durationOf({ steps }: Pick<AgentTrial, "steps">): number {
  return steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** What a real run would do where the test only played it: "Keeps this fact about the contact." */
export function playedOf(output: unknown): string | undefined {
  if (typeof output !== "object" || output === null || !("played" in output)) return undefined;
  return typeof output.played === "string" ? output.played : undefined;
}

/** Things that never change their places, each with a key for drawing. */
export function numbered<T>(items: readonly T[]): readonly { readonly key: string; readonly item: T }[] {
  return items.map((item, index) => ({ key: String(index), item }));
}
