import { queryClient } from "../query-client.ts";
import { addressOf, type Change, isTouched } from "./rules.ts";

/**
 * At most one round of questions in this time: a workspace in which hundreds of executions run changes several times a
 * second, and a member may make 600 requests a minute.
 */
const pauseMs = 1_500;

let waiting: Change[] = [];
let isPausing = false;

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
  if (waiting.length === 0) return;
  const changes = waiting;
  waiting = [];
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => {
      const address = addressOf(queryKey);
      return address !== undefined && isTouched(address, changes);
    },
  });
  isPausing = true;
  setTimeout(() => {
    isPausing = false;
    flush();
  }, pauseMs);
}
