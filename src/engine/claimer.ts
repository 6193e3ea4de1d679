import { beforeAllIds } from "../base/ids.ts";
import type { Database } from "../db/index.ts";
import { claim } from "./claim-store.ts";
import type { Lane } from "./execution.ts";
import { freeSlots, lanes } from "./lanes.ts";
import type { ExecutionRow } from "./rows.ts";

/** Takes work for one process and remembers where it looked last, so that every workspace comes round. */
export interface Claimer {
  /** Something may be queued in this lane, or in any. */
  expect(lane?: Lane): void;
  /** True if a claim could find something that fits into the free slots. */
  claimable(running: Readonly<Record<Lane, number>>): boolean;
  /** Claims whatever fits into the free slots; an empty answer means that nothing is due. */
  claim(workerId: string, running: Readonly<Record<Lane, number>>): Promise<readonly ExecutionRow[]>;
}

export function createClaimer(db: Database, slots: number): Claimer {
  const after = new Map<Lane, string>();
  /** Lanes that are not known to be empty. */
  const expected = new Set<Lane>(lanes);

  /** One round through a lane: from the last workspace on, then from the first. */
  async function claimLane(workerId: string, lane: Lane, free: number): Promise<readonly ExecutionRow[]> {
    const start = after.get(lane) ?? beforeAllIds;
    let claimed = await claim(db, workerId, { lane, free, after: start });
    if (claimed.rows.length === 0 && start !== beforeAllIds) {
      claimed = await claim(db, workerId, { lane, free, after: beforeAllIds });
    }
    after.set(lane, claimed.lastWorkspace ?? beforeAllIds);
    return claimed.rows;
  }

  return {
    expect(lane) {
      for (const name of lane === undefined ? lanes : [lane]) expected.add(name);
    },
    claimable(running) {
      const free = freeSlots(slots, running);
      return [...expected].some((lane) => free[lane] > 0);
    },
    async claim(workerId, running) {
      const counts = { ...running };
      const claimed: ExecutionRow[] = [];
      for (const lane of lanes) {
        const free = expected.has(lane) ? freeSlots(slots, counts)[lane] : 0;
        if (free === 0) continue;
        // Before the statement: what is queued while it runs must count as expected again.
        expected.delete(lane);
        let rows: readonly ExecutionRow[];
        try {
          rows = await claimLane(workerId, lane, free);
        } catch (error) {
          expected.add(lane);
          // What other lanes' claims took in this round is ours already and must be run.
          if (claimed.length > 0) return claimed;
          throw error;
        }
        if (rows.length > 0) expected.add(lane);
        counts[lane] += rows.length;
        claimed.push(...rows);
      }
      return claimed;
    },
  };
}
