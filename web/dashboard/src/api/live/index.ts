import { onReachableChange, reportReachable, reportUnreachable } from "../connection.ts";
import { refresh, refreshAll, refreshOlder } from "./refresh.ts";
import { followChanges } from "./stream.ts";
import { joinTabs, type LiveMessage } from "./tabs.ts";

/**
 * Keeps this tab in step. One tab of the browser has the stream and tells the others; when it closes, the next in line
 * goes on where that one was, so that nothing between the two is missed.
 */
export function startLive(workspaceId: string): () => void {
  const stopped = new AbortController();
  let isLeader = false;
  let position: string | undefined;
  const tabs = joinTabs(workspaceId, (message) => {
    if (message.kind !== "hello") return apply(message);
    if (isLeader && position !== undefined) tabs.post({ kind: "position", position });
  });

  function apply(message: LiveMessage): void {
    // What a tab has read before it heard of the others may have changed before it listened.
    if (message.kind === "position" && position === undefined) refreshOlder();
    if ("position" in message) position = message.position;
    if (message.kind === "ready") refreshOlder();
    if (message.kind === "reset") refreshAll();
    if (message.kind === "changed") refresh(message.changes);
    if (message.kind === "reachable") (message.isReachable ? reportReachable : reportUnreachable)();
  }

  tabs.post({ kind: "hello" });
  tabs.lead(stopped.signal, async () => {
    isLeader = true;
    await followChanges({
      lastEventId: position,
      signal: stopped.signal,
      tell(message) {
        apply(message);
        tabs.post(message);
      },
    });
    isLeader = false;
  });
  const unfollow = onReachableChange((isReachable) => {
    if (isReachable) refreshAll();
  });
  return () => {
    stopped.abort();
    unfollow();
    tabs.close();
  };
}
