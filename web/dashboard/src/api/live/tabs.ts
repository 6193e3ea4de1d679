import type { Change } from "./rules.ts";

/** What the tab with the stream tells the others. `position`: of the event, where another tab would go on. */
export type LiveMessage =
  | { readonly kind: "ready"; readonly position: string | undefined }
  | { readonly kind: "changed"; readonly position: string | undefined; readonly changes: readonly Change[] }
  | { readonly kind: "reset"; readonly position: string | undefined }
  | { readonly kind: "reachable"; readonly isReachable: boolean }
  /** A tab that has come and knows no position asks for it. */
  | { readonly kind: "hello" }
  | { readonly kind: "position"; readonly position: string };

interface Tabs {
  /** To the other tabs. */
  post(message: LiveMessage): void;
  /** Runs `lead` once no other tab leads, and until the signal aborts. */
  lead(signal: AbortSignal, lead: () => Promise<void>): void;
  close(): void;
}

/**
 * The tabs of this browser that show the workspace. Browsers give pages locks over HTTPS and on this machine only;
 * without them each tab leads itself.
 */
export function joinTabs(workspaceId: string, onMessage: (message: LiveMessage) => void): Tabs {
  const name = `errand.live.${workspaceId}`;
  if (navigator.locks === undefined)
    return { post: () => undefined, lead: (_signal, lead) => void lead(), close: () => undefined };
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<LiveMessage>) => onMessage(data);
  return {
    post: (message) => channel.postMessage(message),
    // Aborted while it waits: another tab leads to the end.
    lead: (signal, lead) => void navigator.locks.request(name, { signal }, lead).catch(() => undefined),
    close: () => channel.close(),
  };
}
