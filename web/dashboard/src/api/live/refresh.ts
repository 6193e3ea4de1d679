import type { Query } from "@tanstack/react-query";
import { queryClient } from "../query-client.ts";
import { addressOf, type Change, isTouched, restOf } from "./rules.ts";

/**
 * At most one round of questions in this time: a workspace in which hundreds of executions run changes several times a
 * second, and a member may make 600 requests a minute.
 */
const pauseMs = 1_500;

let waiting: Change[] = [];
let isPausing = false;
/** Long lists that changed and were asked for a moment ago, by the hashes of their queries. */
const late = new Set<string>();

/** Asks again for what is on the screen and changed; what is not is asked when it is shown. */
export function refresh(changes: readonly Change[]): void {
  waiting.push(...changes);
  if (!isPausing) flush();
}

/** Everything may have changed: after a lost connection, or another workspace. */
export function refreshAll(): void {
  waiting = [];
  void queryClient.invalidateQueries();
}

/**
 * Asks again for what was asked before this moment, in which changes began to be told: of what happened in between
 * nothing says so. What is under way is asked again behind its answer.
 */
export function refreshOlder(): void {
  const older = queryClient
    .getQueryCache()
    .findAll({ predicate: ({ queryKey }) => addressOf(queryKey) !== undefined });
  for (const query of older) {
    const again = () => void queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
    if (query.state.fetchStatus === "idle") again();
    else query.promise?.then(again, () => undefined);
  }
}

function flush(): void {
  if (waiting.length === 0 && late.size === 0) return;
  const changes = waiting;
  waiting = [];
  const now = Date.now();
  void queryClient.invalidateQueries({ predicate: (query) => isWanted(query, changes) && isDue(query, now) });
  const cache = queryClient.getQueryCache();
  for (const hash of late) if (cache.get(hash) === undefined) late.delete(hash);
  isPausing = true;
  setTimeout(() => {
    isPausing = false;
    flush();
  }, pauseMs);
}

function isWanted({ queryKey, queryHash }: Query, changes: readonly Change[]): boolean {
  const address = addressOf(queryKey);
  return late.has(queryHash) || (address !== undefined && isTouched(address, changes));
}

/** Whether the answer is asked for again now; if not it is remembered for one of the next rounds. */
function isDue({ queryHash, state }: Query, now: number): boolean {
  const restMs = restOf(state.data);
  // To begin anew what takes longer than the pause would never come to an end.
  const isUnderWay = restMs > 0 && state.fetchStatus === "fetching";
  const isRested = now - state.dataUpdatedAt >= restMs;
  if (isRested && !isUnderWay) late.delete(queryHash);
  else late.add(queryHash);
  return !late.has(queryHash);
}
