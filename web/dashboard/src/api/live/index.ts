import { onReachableChange } from "../connection.ts";
import { refresh, refreshAll } from "./refresh.ts";
import { followChanges, type LiveMessage } from "./stream.ts";

/**
 * Keeps this tab in step. One tab of the browser holds the lock and with it the stream, and tells the others; when it
 * closes, the next in line takes over. What passes between the two, when nobody listens, is caught up by asking for
 * everything once.
 */
export function startLive(workspaceId: string): () => void {
  const stopped = new AbortController();
  const name = `errand.live.${workspaceId}`;
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<LiveMessage>) => apply(data);
  let isFirstLeader = true;
  void navigator.locks
    .request(name, { signal: stopped.signal }, async () => {
      // This tab's answers are older than its lock, unless it got that at once.
      if (!isFirstLeader) refreshAll();
      await followChanges(stopped.signal, (message) => {
        apply(message);
        channel.postMessage(message);
      });
    })
    .catch(() => undefined);
  // The request above is answered in a later turn of the loop even if the lock is free.
  setTimeout(() => {
    isFirstLeader = false;
  }, 1_000);
  const unfollow = onReachableChange((isReachable) => {
    if (isReachable) refreshAll();
  });
  return () => {
    stopped.abort();
    unfollow();
    channel.close();
  };
}

function apply(message: LiveMessage): void {
  if (message.kind === "reset") refreshAll();
  else refresh(message.changes);
}
