import type { ModelAnswer, ModelMessage, ModelToolCall, ModelToolResult } from "../models/index.ts";
import { renderSection } from "../models/index.ts";
import type { AgentStart } from "./agent-run.ts";
import { isCutOff } from "./answer-fault.ts";
import { findCut, roomForTurns, sizeOf, usualContextTokens } from "./context.ts";
import { describeNearLimits, type LimitName } from "./limits.ts";
import { countVainSend } from "./message-limit.ts";
import { emptyTally, type Tally } from "./outcome.ts";
import { countCall, type Repetition } from "./repeats.ts";
import type { ToolOutcome } from "./tool.ts";
import { cutCallForModel, cutTextForModel } from "./tool-output.ts";

/**
 * Where a run stands: a fold over the outputs of its steps and nothing else, so that an execution which runs again
 * arrives at the same state. Plain JSON; checkpoints hold it as it is.
 */
export interface LoopState<D> {
  readonly version: 1;
  readonly start: AgentStart<D>;
  /** What was said and done since the prompt, oldest first. Begins with an answer of the model. */
  readonly turns: readonly ModelMessage[];
  /** Bytes of `turns` as JSON. */
  readonly size: number;
  /** Messages that were left out of `turns` when they became too long. */
  readonly dropped: number;
  /** What the model made of those; null while there is none. */
  readonly summary: string | null;
  /** The limits of which the agent has been told that they are nearly used up. */
  readonly nearLimits: readonly LimitName[];
  /** Answers in a row that held a call which could not be carried out. */
  readonly faultyAnswers: number;
  /** Answers whose text was cut off. */
  readonly cutAnswers: number;
  /** The latest tool call. */
  readonly repetition: Repetition | null;
  /** Tries in a row to send more messages than one execution may. */
  readonly vainSends: number;
  readonly tally: Tally;
  /** Since the newest checkpoint. */
  readonly since: { readonly iterations: number; readonly characters: number };
}

/** The state of a run that has done nothing yet. */
export function beginState<D>(start: AgentStart<D>): LoopState<D> {
  return {
    version: 1,
    start,
    turns: [],
    size: 0,
    dropped: 0,
    summary: null,
    nearLimits: [],
    faultyAnswers: 0,
    cutAnswers: 0,
    repetition: null,
    vainSends: 0,
    tally: emptyTally,
    since: { iterations: 0, characters: 0 },
  };
}

/** The state of a checkpoint; undefined without one. Throws if another version of the program wrote it. */
export function restoreState<D>(restored: unknown): LoopState<D> | undefined {
  if (restored === undefined) return undefined;
  const isState = typeof restored === "object" && restored !== null && "version" in restored;
  if (!isState || restored.version !== 1) throw new Error("the checkpoint was written by another version");
  const state = restored as LoopState<D>;
  // A checkpoint that an earlier release wrote lacks what came later.
  const { summary = null, repetition = null, cutAnswers = 0, vainSends = 0 } = state as Partial<LoopState<D>>;
  return {
    ...state,
    start: completeStart(state.start),
    tally: { ...emptyTally, ...state.tally },
    summary,
    repetition,
    cutAnswers,
    vainSends,
  };
}

/** The start with what an execution lacks that an earlier release began. */
export function completeStart<D>(start: AgentStart<D>): AgentStart<D> {
  const { tools = [], contextTokens = usualContextTokens }: Partial<AgentStart<D>> = start;
  return { ...start, tools, contextTokens, agent: { ...plainAgent, ...start.agent } };
}

const plainAgent = {
  temperature: null,
  maxOutputTokens: null,
  language: null,
  guidance: "",
  toolIds: [],
  knowledgeIds: [],
  limits: {},
  dailyCostUsd: null,
  monthlyCostUsd: null,
};

/** After an answer of the model. */
export function foldAnswer<D>(
  state: LoopState<D>,
  answer: Pick<ModelAnswer, "text" | "toolCalls" | "finishReason"> & {
    readonly nearLimits: readonly LimitName[];
  },
): LoopState<D> {
  const { text, toolCalls } = answer;
  const message: ModelMessage = {
    role: "assistant",
    content: cutTextForModel(text),
    ...(toolCalls.length === 0 ? {} : { toolCalls: toolCalls.map(cutCallForModel) }),
  };
  const { iterations, characters } = state.since;
  return {
    ...addTurn(state, message),
    nearLimits: answer.nearLimits,
    cutAnswers: state.cutAnswers + (isCutOff(answer) ? 1 : 0),
    since: { iterations: iterations + 1, characters: characters + sizeOf(message) },
  };
}

/** One tool call carried out, or refused with what the model is told. */
export interface CallResult {
  readonly result: ModelToolResult;
  readonly outcome?: ToolOutcome;
}

/** After the calls of an answer. Fewer results than calls: the run ends there. */
export function foldResults<D>(
  state: LoopState<D>,
  calls: readonly ModelToolCall[],
  carried: readonly CallResult[],
): LoopState<D> {
  const message: ModelMessage = { role: "tool", results: carried.map(({ result }) => result) };
  const { iterations, characters } = state.since;
  return {
    ...addTurn(state, message),
    faultyAnswers: carried.some(({ outcome }) => outcome === undefined) ? state.faultyAnswers + 1 : 0,
    repetition: calls.reduce(countCall, state.repetition),
    vainSends: carried.reduce((times, { outcome }) => countVainSend(times, outcome), state.vainSends),
    tally: carried.reduce((tally, { outcome }) => addToTally(tally, outcome), state.tally),
    since: { iterations, characters: characters + sizeOf(message) },
  };
}

/** After an answer that cannot be sent: the model is told why, and none of its calls was carried out. */
export function foldComplaint<D>(
  state: LoopState<D>,
  calls: readonly ModelToolCall[],
  complaint: string,
): LoopState<D> {
  const results = calls.map(({ id, name }) => ({
    toolCallId: id,
    name,
    output: { status: "not_carried_out", reason: complaint },
  }));
  const message: ModelMessage =
    results.length === 0
      ? { role: "user", content: renderSection("note", complaint) }
      : { role: "tool", results };
  return { ...addTurn(state, message), faultyAnswers: state.faultyAnswers + 1 };
}

/** The counts after one more tool call; undefined: it came to nothing that is counted. */
export function addToTally(tally: Tally, outcome: ToolOutcome | undefined): Tally {
  switch (outcome?.did) {
    case "message_accepted":
      return {
        ...tally,
        accepted: tally.accepted + 1,
        ...(outcome.held === undefined ? {} : { held: tally.held + 1, lastHeld: outcome.held }),
      };
    case "message_refused":
      return { ...tally, refused: tally.refused + 1, lastRefusal: outcome.refusal ?? tally.lastRefusal };
    case "changed":
      return { ...tally, changes: tally.changes + 1 };
    case "answered":
      return { ...tally, answered: tally.answered + 1 };
    case undefined:
      return tally;
  }
}

function addTurn<D>(state: LoopState<D>, message: ModelMessage): LoopState<D> {
  return { ...state, turns: [...state.turns, message], size: state.size + sizeOf(message) };
}

/**
 * The messages of the next call. What changes on the way stands in the system message: a note between tool results
 * and an answer is refused by some servers.
 */
export function listMessages<D>(
  state: LoopState<D>,
  nearLimits: readonly LimitName[],
): readonly ModelMessage[] {
  const { summary } = state;
  const sections = [
    ...(state.dropped === 0 ? [] : [renderSection("note", describeDropped(state))]),
    ...(summary === null ? [] : [renderSection("progress", summary)]),
    ...(nearLimits.length === 0 ? [] : [renderSection("note", describeNearLimits(nearLimits))]),
  ];
  if (sections.length === 0) return [...state.start.prompt, ...state.turns];
  const rendered = sections.join("\n");
  const at = state.start.prompt.findIndex(({ role }) => role === "system");
  const prompt = state.start.prompt.map((message, index) =>
    index === at && message.role === "system"
      ? { ...message, content: `${message.content}\n${rendered}` }
      : message,
  );
  return [...prompt, ...state.turns];
}

function describeDropped<D>({ dropped, summary, tally }: LoopState<D>): string {
  const what =
    summary === null
      ? `The oldest ${dropped} entries of this work were left out to save space.`
      : `The section progress stands for the oldest ${dropped} entries of this work; it is data.`;
  return `${what} So far ${tally.accepted} messages were accepted and ${tally.refused} refused.`;
}

/** True if the turns must be shortened before the next call. */
export function isTooLong<D>({ size, start, turns }: LoopState<D>): boolean {
  const room = roomForTurns(start);
  return size > room && findCut(turns, room) > 0;
}

/** The state without its oldest turns. */
export function shorten<D>(state: LoopState<D>): LoopState<D> {
  const cut = findCut(state.turns, roomForTurns(state.start));
  const turns = state.turns.slice(cut);
  return {
    ...state,
    turns,
    size: turns.reduce((sum, message) => sum + sizeOf(message), 0),
    dropped: state.dropped + cut,
  };
}

/** So many iterations are read back at most after a crash. */
const longestStretch = 500;
const shortestStretch = 50;

/**
 * True if a checkpoint is worth writing: the journal since the newest one is half as long as the state itself, so that
 * checkpoints take at most twice the room of the other steps, or it would take long to read.
 */
export function isCheckpointDue<D>({ since, size, start }: LoopState<D>): boolean {
  if (since.iterations < shortestStretch) return false;
  return since.iterations >= longestStretch || since.characters * 2 >= size + sizeOf(start);
}

/** The state as a checkpoint holds it, and as the run goes on after it. */
export function resetStretch<D>(state: LoopState<D>): LoopState<D> {
  return { ...state, since: { iterations: 0, characters: 0 } };
}
