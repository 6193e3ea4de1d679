import { reportReachable, reportUnreachable } from "../connection.ts";
import { reportSessionEnd } from "../session-end.ts";
import { currentWorkspaceId } from "../workspace-choice.ts";
import { pause, readEvents } from "./event-stream.ts";
import { liveTopics } from "./rules.ts";
import type { LiveMessage } from "./tabs.ts";

const firstPauseMs = 500;
const longestPauseMs = 10_000;

interface Follower {
  /** The last event that was heard, perhaps by another tab; undefined: none yet. */
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
  tell(message: LiveMessage): void;
}

/**
 * Follows what changes in the workspace until `signal` aborts, over connections that are opened again as often as they
 * break. `fetch` and not EventSource: the workspace goes in a header, and a 401 must be told from a lost connection.
 */
export async function followChanges({ lastEventId: from, signal, tell }: Follower): Promise<void> {
  let lastEventId = from;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    const connection = new AbortController();
    const giveUp = () => connection.abort();
    // What is lost is noticed by trying again; what the browser only believes to be lost is open again at once.
    window.addEventListener("offline", giveUp);
    try {
      const response = await fetch(`/v1/events?topics=${liveTopics.join(",")}`, {
        headers: headersOf(lastEventId),
        signal: AbortSignal.any([signal, connection.signal]),
      });
      if (response.status === 401) return reportSessionEnd();
      if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
      const onHeard = () => {
        reportReachable();
        tell({ kind: "reachable", isReachable: true });
      };
      onHeard();
      // A first connection begins with `ready`; after a break the server says what was missed, or `reset`.
      for await (const event of readEvents(response.body, { onHeard, giveUp })) {
        pauseMs = firstPauseMs;
        lastEventId = event.id ?? lastEventId;
        if (event.event === "ready") tell({ kind: "ready", position: lastEventId });
        if (event.event === "reset") tell({ kind: "reset", position: lastEventId });
        if (event.event === "changed")
          tell({ kind: "changed", position: lastEventId, changes: JSON.parse(event.data).changes });
      }
    } catch {
      if (signal.aborted) return;
      reportUnreachable();
      tell({ kind: "reachable", isReachable: false });
    } finally {
      window.removeEventListener("offline", giveUp);
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

function headersOf(lastEventId: string | undefined): Headers {
  const headers = new Headers();
  const workspaceId = currentWorkspaceId();
  if (workspaceId !== null) headers.set("x-workspace-id", workspaceId);
  if (lastEventId !== undefined) headers.set("last-event-id", lastEventId);
  return headers;
}
