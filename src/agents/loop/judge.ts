import { selectFates } from "../../conversations/index.ts";
import type { TenantTx } from "../../db/index.ts";
import { type EndedResult, type Judgement, type Step, selectLastSteps } from "../../engine/index.ts";
import { type ClaimedOutcome, claimableOutcomes, judgeOutcomeAgain } from "./outcome.ts";

/** After `finish` an execution records no more than the calls that came too late and the answer beside it. */
const stepsAfterFinish = 2;

const noSteps: ReadonlyMap<string, readonly Step[]> = new Map();

/**
 * What executions of agents came to by what has become of their messages; those that wrote none are left out. What
 * `finish` claimed is read from the journal.
 */
export async function judgeByMessages(
  tx: TenantTx,
  results: readonly EndedResult[],
): Promise<ReadonlyMap<string, Judgement>> {
  const idsOf = (some: readonly EndedResult[]) => some.map(({ id }) => id);
  const claiming = results.filter(({ status }) => status === "completed");
  const [fates, steps] = await Promise.all([
    selectFates(tx, idsOf(results)),
    claiming.length === 0 ? noSteps : selectLastSteps(tx, idsOf(claiming), stepsAfterFinish + 1),
  ]);
  return new Map(
    results.flatMap((result) => {
      const messages = fates.get(result.id);
      if (messages === undefined) return [];
      const { sent, held, lastHeld, ...others } = messages;
      const tally = {
        ...{ ...others, held, accepted: sent + held },
        lastHeld: lastHeld === null ? null : { reason: lastHeld.reason, until: lastHeld.until.toISOString() },
      };
      return [[result.id, judgeOutcomeAgain(result, tally, findClaim(steps.get(result.id) ?? []))]];
    }),
  );
}

/** What an execution says of itself, by its newest steps. */
function findClaim(steps: readonly Step[]): ClaimedOutcome | undefined {
  const finish = steps.find(({ kind, name }) => kind === "tool_result" && name === "finish");
  const { outcome } = (finish?.payload.input ?? {}) as { readonly outcome?: unknown };
  return claimableOutcomes.find((claimable) => claimable === outcome);
}
