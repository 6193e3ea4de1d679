import { toStorableJson } from "../../base/text.ts";
import {
  addStep,
  type Core,
  describeFailedEffect,
  type Execution,
  type ExecutionContext,
  effectResult,
  noUsage,
  type Reason,
  type StepKind,
  type StepPayload,
  type Usage,
} from "../../engine/index.ts";
import { forbidWrites } from "./store.ts";

/** Ends a played run from outside: its time is over, or nobody waits for it any more. */
export class PlayStop extends Error {
  override readonly name = "PlayStop";
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.message);
    this.reason = reason;
  }
}

/** A step that was made, or cut off. */
export interface PlayedStep {
  readonly kind: StepKind;
  readonly name: string;
  readonly payload: StepPayload;
  readonly durationMs: number;
}

interface PlayOptions {
  /** Stands for an execution; there is no row of it. */
  readonly execution: Execution;
  /** Its reason is a PlayStop. */
  readonly signal: AbortSignal;
  onStep(step: PlayedStep): void;
}

/**
 * The context of a run that leaves nothing behind: no journal, no waits, and transactions that can only read. Model
 * calls and calls of tools' servers are real.
 */
export function createPlayedContext(core: Core, options: PlayOptions): ExecutionContext {
  const { execution, signal, onStep } = options;
  const { workspaceId, id } = execution;
  const begunAt = core.clock.monotonicMs();
  let seq = 0;
  let usage: Usage = noUsage;

  /** As a journal does it: the run goes on with what could be stored. */
  async function carryOut<P extends StepPayload>(
    kind: StepKind,
    name: string,
    work: () => Promise<P>,
  ): Promise<P> {
    signal.throwIfAborted();
    seq += 1;
    const startedAt = core.clock.monotonicMs();
    const tell = (payload: StepPayload) =>
      onStep({ kind, name, payload, durationMs: core.clock.monotonicMs() - startedAt });
    try {
      const payload: P = JSON.parse(toStorableJson(await work()));
      usage = addStep(usage, kind, payload);
      tell(payload);
      return payload;
    } catch (error) {
      if (error instanceof PlayStop) tell({ error: error.reason });
      throw error;
    }
  }

  return {
    execution,
    signal,
    restored: undefined,
    get usage() {
      return usage;
    },
    get nextSeq() {
      return seq + 1;
    },
    isReplay: false,
    timeUsed: () => (core.clock.monotonicMs() - begunAt) / (execution.maxTimeSeconds * 1_000),
    step: async (kind, name, work) => (await carryOut(kind, name, () => work(signal))).output,
    async transact(kind, name, work) {
      const played = await carryOut(kind, name, () =>
        core.db.tenant(workspaceId, async (tx) => {
          await forbidWrites(tx);
          return await work(tx, { seq, idempotencyKey: `test:${id}:${seq}` });
        }),
      );
      return played.output;
    },
    async effect(name, { input }, work) {
      const idempotencyKey = `test:${id}:${seq + 1}`;
      const called = await carryOut("tool_result", name, async (): Promise<StepPayload> => {
        const made = await work({ idempotencyKey, signal }).then(
          (output) => ({ output }),
          (error: unknown) => {
            if (signal.aborted) throw signal.reason;
            return { error: describeFailedEffect(error) };
          },
        );
        return { input, ...made, toolCall: true };
      });
      return effectResult(called, idempotencyKey);
    },
    wait: (name, seconds, payload) =>
      carryOut("wait", name, async () => ({ ...payload, output: { seconds } })).then(() => undefined),
    checkpoint: async () => undefined,
    note: async () => undefined,
    isStop: (error) => error instanceof PlayStop,
  };
}

/** An execution as tools and model calls see it, of an agent that has none. */
export function standInExecution(
  of: Pick<Execution, "workspaceId" | "id" | "kind" | "contactId" | "maxTimeSeconds">,
  now: Date,
): Execution {
  return {
    ...of,
    ...noUsage,
    lane: "manual",
    status: "running",
    trigger: "api",
    taskId: null,
    agentId: null,
    conversationId: null,
    otherConversationIds: [],
    input: null,
    scheduledFor: null,
    queuedAt: now,
    availableAt: now,
    waitingFor: null,
    afterPrevious: false,
    startedAt: now,
    completedAt: null,
    outcome: null,
    reasonCode: null,
    reasonMessage: null,
    summary: null,
    attempt: 1,
    deadlineAt: null,
    missedCount: null,
    missedFirstAt: null,
    missedLastAt: null,
    replayOf: null,
  };
}
