import { cleanText, toStorableJson } from "../base/text.ts";
import { CommitUncertainError } from "../db/index.ts";
import { announceNow } from "./announce.ts";
import type { Core } from "./core.ts";
import { describeFailedEffect, effectResult, lostResult } from "./effect-result.ts";
import type {
  EffectResult,
  Execution,
  ExecutionContext,
  Step,
  StepKind,
  StepPayload,
  Usage,
} from "./execution.ts";
import type { Journal } from "./journal.ts";
import {
  appendCheckpoint,
  appendStep,
  appendWait,
  type Fence,
  findStep,
  type NewStep,
  newNonce,
  readJournal,
  storeLateResult,
} from "./journal-store.ts";
import { ExecutionStop } from "./stops.ts";
import { addStep, noUsage } from "./usage.ts";

export interface RunningContext extends ExecutionContext {
  /** The totals at any moment, for the row's progress. */
  currentUsage(): Usage;
}

export interface ContextOptions {
  readonly core: Core;
  readonly journal: Journal;
  readonly execution: Execution;
  readonly checkpointSeq: number;
  readonly maxTimeSeconds: number;
  readonly usedMs: number;
  readonly signal: AbortSignal;
  /** Throws an ExecutionStop if this process may not start anything: its lease is old or the execution was stopped. */
  guard(): void;
}

interface CheckpointOutput {
  readonly state: unknown;
  readonly usage: Usage;
}

/**
 * Opens an execution's journal and answers the context its kind runs with. A first attempt has no journal, so it
 * reads nothing.
 */
export async function openContext(options: ContextOptions): Promise<RunningContext> {
  const { core, journal, execution, signal } = options;
  const fence: Fence = {
    workspaceId: execution.workspaceId,
    executionId: execution.id,
    attempt: execution.attempt,
  };
  const recorded =
    execution.attempt === 1 ? [] : await readJournal(core.db, { ...fence, fromSeq: options.checkpointSeq });
  const resumed = options.checkpointSeq > 0 ? checkpointOf(recorded[0]) : undefined;
  const replay = new Map(recorded.slice(resumed === undefined ? 0 : 1).map((step) => [step.seq, step]));
  const openedAt = core.clock.monotonicMs();

  let seq = options.checkpointSeq;
  let usage = resumed?.usage ?? noUsage;

  function stopIfAborted(): void {
    options.guard();
    if (signal.aborted) throw signal.reason;
  }

  /** The recorded step of this seq, if there is one; it must be of the kind and name that the code asks for. */
  function recall(at: number, kind: StepKind, name: string): Step | undefined {
    const step = replay.get(at);
    if (step === undefined) return undefined;
    if (step.kind === kind && step.name === cleanText(name)) return step;
    throw new ExecutionStop(
      "journal_mismatch",
      `step ${at} was recorded as ${step.kind} "${step.name}" and the code asks for ${kind} "${name}"`,
    );
  }

  function build(at: number, kind: StepKind, name: string, startedAt: Date, payload: StepPayload): NewStep {
    const json = toStorableJson(payload);
    return {
      ...fence,
      seq: at,
      kind,
      // The name of a tool that a model asks for is the model's text.
      name: cleanText(name),
      nonce: newNonce(),
      payload: json,
      startedAt,
      endedAt: core.clock.now(),
    };
  }

  function announce(): void {
    announceNow(core, { workspaceId: execution.workspaceId, kind: "execution", id: execution.id });
  }

  function count(kind: StepKind, payload: StepPayload): void {
    usage = addStep(usage, kind, payload);
  }

  /** What the journal will answer in a later attempt is what this attempt goes on with. */
  function asRecorded(json: string): StepPayload {
    return JSON.parse(json);
  }

  async function record(step: NewStep): Promise<StepPayload> {
    await journal.append(step, signal);
    announce();
    const payload = asRecorded(step.payload);
    count(step.kind, payload);
    return payload;
  }

  async function step<T>(
    kind: StepKind,
    name: string,
    work: (signal: AbortSignal) => Promise<StepPayload & { readonly output: T }>,
  ): Promise<T> {
    stopIfAborted();
    seq += 1;
    const at = seq;
    const known = recall(at, kind, name);
    if (known !== undefined) {
      count(kind, known.payload);
      return known.payload.output as T;
    }
    const startedAt = core.clock.now();
    const payload = await work(signal);
    stopIfAborted();
    const stored = await record(build(at, kind, name, startedAt, payload));
    return stored.output as T;
  }

  async function transact<T>(
    kind: StepKind,
    name: string,
    work: Parameters<ExecutionContext["transact"]>[2],
  ): Promise<T> {
    stopIfAborted();
    seq += 1;
    const at = seq;
    const known = recall(at, kind, name);
    if (known !== undefined) {
      count(kind, known.payload);
      return known.payload.output as T;
    }
    const idempotencyKey = `${execution.id}:${at}`;
    const startedAt = core.clock.now();
    const nonce = newNonce();
    for (;;) {
      try {
        const written = await core.db.tenant(execution.workspaceId, async (tx) => {
          const payload = await work(tx, { seq: at, idempotencyKey });
          const entry = { ...build(at, kind, name, startedAt, payload), nonce };
          // Last, so that the domain's locks come before the execution's, as everywhere.
          if (!(await appendStep(tx, entry)))
            throw new ExecutionStop("fenced", `step ${at} was refused: the attempt is over`);
          return entry;
        });
        announce();
        const payload = asRecorded(written.payload);
        count(kind, payload);
        return payload.output as T;
      } catch (error) {
        if (!(error instanceof CommitUncertainError)) throw error;
        const found = await findStep(core.db, { ...fence, seq: at });
        if (found?.nonce !== nonce) continue;
        const [entry] = await readJournal(core.db, { ...fence, fromSeq: at });
        count(kind, entry?.payload ?? {});
        return entry?.payload.output as T;
      }
    }
  }

  async function effect<T>(
    name: string,
    settings: { readonly input: unknown; readonly idempotent: boolean },
    work: (call: { readonly idempotencyKey: string; readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<EffectResult<T>> {
    stopIfAborted();
    const intentSeq = seq + 1;
    const resultSeq = seq + 2;
    seq = resultSeq;
    const idempotencyKey = `${execution.id}:${intentSeq}`;
    const intent = recall(intentSeq, "tool_intent", name);
    const known = recall(resultSeq, "tool_result", name);
    if (intent !== undefined) count("tool_intent", intent.payload);
    if (known !== undefined) {
      count("tool_result", known.payload);
      return effectResult<T>(known.payload, idempotencyKey);
    }
    if (intent !== undefined && !settings.idempotent) {
      const stored = await record(
        build(resultSeq, "tool_result", name, core.clock.now(), { error: lostResult }),
      );
      return effectResult<T>(stored, idempotencyKey);
    }
    if (intent === undefined) {
      await record(
        build(intentSeq, "tool_intent", name, core.clock.now(), { input: settings.input, toolCall: true }),
      );
    }
    // The append may have taken long enough for the lease to lapse: nothing is started then.
    stopIfAborted();
    const startedAt = core.clock.now();
    const payload = await work({ idempotencyKey, signal }).then(
      (output): StepPayload => ({ output }),
      (error): StepPayload => {
        // An abort tells nothing of what the other side did. Recorded as a failure it would invite a repetition with
        // a new key; without a result the intent stands, and is "unknown" or repeated with its own key.
        if (signal.aborted || error instanceof ExecutionStop) throw error;
        return { error: describeFailedEffect(error) };
      },
    );
    const entry = build(resultSeq, "tool_result", name, startedAt, payload);
    try {
      return effectResult<T>(await record(entry), idempotencyKey);
    } catch (error) {
      if (error instanceof ExecutionStop && error.stop === "fenced") {
        await storeLateResult(core.db, fence, intentSeq, entry.payload);
        announce();
      }
      throw error;
    }
  }

  async function wait(
    name: string,
    seconds: number,
    payload: Pick<StepPayload, "input" | "toolCall"> = {},
  ): Promise<void> {
    stopIfAborted();
    seq += 1;
    const known = recall(seq, "wait", name);
    if (known !== undefined) {
      // The row was queued again only after the time was over.
      count("wait", known.payload);
      return;
    }
    const full: StepPayload = { ...payload, output: { seconds } };
    const entry = build(seq, "wait", name, core.clock.now(), full);
    const suspended = await appendWait(core.db, entry, seconds, addStep(usage, "wait", full));
    if (!suspended) throw new ExecutionStop("fenced", "the wait was refused: the attempt is over");
    announce();
    core.signals.notify("executions", "delayed");
    throw new ExecutionStop("suspended", `waits for ${seconds} s`);
  }

  async function checkpoint(state: unknown): Promise<void> {
    stopIfAborted();
    seq += 1;
    const known = recall(seq, "checkpoint", "state");
    if (known !== undefined) return;
    const output: CheckpointOutput = { state, usage };
    const entry = build(seq, "checkpoint", "state", core.clock.now(), { output });
    const written = await appendCheckpoint(core.db, entry, usage);
    if (!written) throw new ExecutionStop("fenced", "the checkpoint was refused: the attempt is over");
  }

  return {
    execution,
    signal,
    restored: resumed?.state,
    get usage() {
      return usage;
    },
    get nextSeq() {
      return seq + 1;
    },
    get isReplay() {
      return replay.has(seq + 1);
    },
    timeUsed: () => (options.usedMs + core.clock.monotonicMs() - openedAt) / (options.maxTimeSeconds * 1000),
    currentUsage: () => usage,
    step,
    transact,
    effect,
    wait,
    checkpoint,
    note: (name, output) => step("note", name, async () => ({ output })).then(() => undefined),
    isStop: (error) => error instanceof ExecutionStop,
  };
}

function checkpointOf(step: Step | undefined): CheckpointOutput {
  if (step?.kind !== "checkpoint")
    throw new ExecutionStop("journal_mismatch", "the checkpoint that the execution points to is missing");
  return step.payload.output as CheckpointOutput;
}
