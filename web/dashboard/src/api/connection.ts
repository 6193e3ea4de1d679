import { useSyncExternalStore } from "react";
import { createStore } from "./store.ts";

/** Whether the server answers. Requests and the live stream both report what they see. */
const reachable = createStore(true);

export function reportReachable(): void {
  reachable.set(true);
}

export function reportUnreachable(): void {
  reachable.set(false);
}

/** False while the server cannot be reached. */
export function useReachable(): boolean {
  return useSyncExternalStore(reachable.subscribe, reachable.get);
}

/** Calls `listener` whenever the connection is lost or back; the answer stops it. */
export function onReachableChange(listener: (isReachable: boolean) => void): () => void {
  return reachable.subscribe(() => listener(reachable.get()));
}
