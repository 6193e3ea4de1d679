import type { ExecutionContext, ExecutionKind, StepPayload } from "../src/engine/index.ts";
import type { LedgerCall } from "./ledger.ts";

/** Where an execution stops and reports, until it is told to go on: a named race point. */
export interface Hold {
  readonly at: "before" | "after";
  /** Only in these attempts. */
  readonly attempts: readonly number[];
}

/** One step of an execution, as its input describes it. */
export interface Op {
  /**
   * `call` and `effect` make an HTTP call to the ledger, as a model call and a tool call do; `change` writes a row of
   * the table `marks`; `pass` is the time between two steps.
   */
  readonly op: "note" | "call" | "effect" | "change" | "wait" | "pass";
  readonly name: string;
  readonly idempotent?: boolean;
  readonly seconds?: number;
  /** Around the work of the step: for an effect that is between its intent and its result. */
  readonly hold?: Hold;
}

export interface ScriptTools {
  readonly ledgerUrl: string;
  /** Reports the race point and waits to be told to go on. */
  reach(point: {
    readonly executionId: string;
    readonly attempt: number;
    readonly name: string;
  }): Promise<void>;
  /** How an attempt left its kind: with a result, or the error that ended it. */
  left(attempt: {
    readonly executionId: string;
    readonly attempt: number;
    readonly error: string | null;
  }): void;
}

/** An execution that does what its input says. */
export function scriptKind(tools: ScriptTools): ExecutionKind {
  return {
    name: "script",
    async run(ctx) {
      const { id: executionId, attempt } = ctx.execution;
      const reached = new Set<string>();
      const reach = async (op: Op, at: Hold["at"]) => {
        const name = `${at} ${op.name}`;
        // A transaction's work may run twice in one attempt; it is held only the first time.
        if (op.hold?.at !== at || !op.hold.attempts.includes(attempt) || reached.has(name)) return;
        reached.add(name);
        await tools.reach({ executionId, attempt, name });
      };
      try {
        for (const op of ctx.execution.input as readonly Op[]) await play(ctx, op, tools, reach);
      } catch (error) {
        tools.left({ executionId, attempt, error: error instanceof Error ? error.message : String(error) });
        throw error;
      }
      tools.left({ executionId, attempt, error: null });
      return { status: "completed", outcome: "goal_met" };
    },
  };
}

async function play(
  ctx: ExecutionContext,
  op: Op,
  tools: ScriptTools,
  reach: (op: Op, at: Hold["at"]) => Promise<void>,
): Promise<void> {
  const { id: executionId, attempt } = ctx.execution;
  const call = async (key: string, signal: AbortSignal): Promise<unknown> => {
    const body: LedgerCall = { executionId, name: op.name, attempt, key };
    const response = await fetch(tools.ledgerUrl, { method: "POST", body: JSON.stringify(body), signal });
    return ((await response.json()) as { output: unknown }).output;
  };
  const held = async <T>(work: () => Promise<T>): Promise<T> => {
    await reach(op, "before");
    const value = await work();
    await reach(op, "after");
    return value;
  };
  switch (op.op) {
    case "note":
      await ctx.step("note", op.name, () => held(async () => ({ output: attempt })));
      return;
    case "call":
      await ctx.step("model", op.name, (signal) =>
        held(async (): Promise<StepPayload & { output: unknown }> => ({ output: await call("", signal) })),
      );
      return;
    case "effect":
      await ctx.effect(
        op.name,
        { input: op.name, idempotent: op.idempotent === true },
        ({ idempotencyKey, signal }) => held(() => call(idempotencyKey, signal)),
      );
      return;
    case "change":
      await ctx.transact("message", op.name, (tx) =>
        held(async () => {
          await tx.query({
            text: "insert into marks (workspace_id, execution_id, name) values ($1, $2, $3)",
            values: [tx.workspaceId, executionId, op.name],
          });
          return { output: attempt };
        }),
      );
      return;
    case "wait":
      await ctx.wait(op.name, op.seconds ?? 1);
      return;
    case "pass":
      await held(async () => undefined);
      return;
  }
}
