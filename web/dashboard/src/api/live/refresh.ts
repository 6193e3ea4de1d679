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
