import { messageOf } from "../base/errors.ts";
import type { EffectResult, Reason, StepPayload } from "./execution.ts";

const unknown = "unknown";

/** Thrown by an effect that may have taken place, for instance because the connection broke off before the answer. */
export class UnknownEffect extends Error {
  override readonly name = "UnknownEffect";
}

/** The answer of an intent without result: a person has to find out whether it happened. */
export const lostResult: Reason = {
  code: unknown,
  message:
    "The process ended between this call and its answer. Whether it happened is not known; it was not repeated.",
};

/** What the journal keeps of an effect that threw. */
export function describeFailedEffect(error: unknown): Reason {
  return { code: error instanceof UnknownEffect ? unknown : "tool_failed", message: messageOf(error) };
}

/** What a recorded result says to whoever wanted the effect. */
export function effectResult<T>(payload: StepPayload, idempotencyKey: string): EffectResult<T> {
  const { error } = payload;
  if (error === undefined) return { status: "done", value: payload.output as T };
  if (error.code === unknown) return { status: "unknown", idempotencyKey, error };
  return { status: "failed", error };
}
