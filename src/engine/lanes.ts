import type { Lane } from "./execution.ts";

/** In the order in which they are asked for work. */
export const lanes: readonly Lane[] = ["reply", "manual", "scheduled", "bulk"];

/** The share of a worker's slots that only this lane may use. The rest goes to whoever comes first. */
const reserved: Readonly<Record<Lane, number>> = { reply: 1 / 4, manual: 1 / 8, scheduled: 1 / 8, bulk: 0 };

/**
 * How many executions a worker may take in each lane now. A lane may use every free slot except those that other
 * lanes have reserved and not filled, so replies start at once however much scheduled work runs.
 */
export function freeSlots(
  slots: number,
  running: Readonly<Record<Lane, number>>,
): Readonly<Record<Lane, number>> {
  const total = lanes.reduce((sum, lane) => sum + running[lane], 0);
  const unfilled = (lane: Lane) => Math.max(0, reservedSlots(slots, lane) - running[lane]);
  const free = (lane: Lane) =>
    Math.max(
      0,
      slots -
        total -
        lanes.filter((other) => other !== lane).reduce((sum, other) => sum + unfilled(other), 0),
    );
  return { reply: free("reply"), manual: free("manual"), scheduled: free("scheduled"), bulk: free("bulk") };
}

function reservedSlots(slots: number, lane: Lane): number {
  // With few slots a reserve rounds up for replies only; otherwise one slot could be promised to everybody. The last
  // slot is nobody's: with a single one, replies would otherwise keep everything else from ever running.
  return lane === "reply"
    ? Math.min(Math.ceil(slots * reserved.reply), slots - 1)
    : Math.floor(slots * reserved[lane]);
}
