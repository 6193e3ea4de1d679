import { useEffect } from "react";
import { startLive } from "./live/index.ts";
import { useSessionEnded } from "./session-end.ts";

/** Follows the workspace's changes while the component is there and the session lasts. */
export function useLive(workspaceId: string): void {
  const hasEnded = useSessionEnded();
  useEffect(() => (hasEnded ? undefined : startLive(workspaceId)), [workspaceId, hasEnded]);
}
