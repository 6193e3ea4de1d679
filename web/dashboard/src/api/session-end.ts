import { useSyncExternalStore } from "react";
import { createStore } from "./store.ts";

/** True once the server has said that this browser's session is over; the sign-in form then lies over the page. */
const ended = createStore(false);

export function reportSessionEnd(): void {
  ended.set(true);
}

/** After signing in again. */
export function reportSessionBegin(): void {
  ended.set(false);
}

export function useSessionEnded(): boolean {
  return useSyncExternalStore(ended.subscribe, ended.get);
}
