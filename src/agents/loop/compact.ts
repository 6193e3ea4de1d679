import type { Core, ExecutionContext } from "../../engine/index.ts";
import { askForSummary, findCut, roomForTurns, trimSummary } from "./context.ts";
import { callModel } from "./model-step.ts";
import { isTooLong, type LoopState, shorten } from "./state.ts";

/**
 * The state with its oldest turns replaced by a summary that the model makes of them, if they have become too long: one
 * model call as a step, and a note. Where the call fails the turns are only left out.
 */
export async function compactTurns<D>(
  core: Core,
  ctx: ExecutionContext,
  state: LoopState<D>,
): Promise<LoopState<D>> {
  if (!isTooLong(state)) return state;
  const { start, turns, nearLimits } = state;
  const room = roomForTurns(start);
  const cut = findCut(turns, room);
  const answer = await callModel(core, ctx, start, () => ({
    messages: askForSummary(turns.slice(0, cut), state.summary, room),
    tools: [],
    nearLimits,
  }));
  const summary = "failed" in answer ? undefined : trimSummary(answer.text);
  const shortened = shorten(state);
  const counts = { leftOut: shortened.dropped, kept: shortened.turns.length };
  if (summary === undefined) {
    await ctx.note("context_shortened", counts);
    return shortened;
  }
  await ctx.note("context_summarised", counts);
  return { ...shortened, summary };
}
