import { Tooltip } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTimezone } from "../session/session.ts";
import { exactTime, relativeTime, shortTime } from "./time-words.ts";

const tickMs = 10_000;

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all times on the screen, running only while there are any. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const tell of listeners) tell();
    }, tickMs);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in milliseconds, new every ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** The time in milliseconds, new every second while something goes on. */
export function useSecond(isTicking: boolean): number {
  const [second, setSecond] = useState(Date.now);
  useEffect(() => {
    if (!isTicking) return;
    setSecond(Date.now());
    const everySecond = setInterval(() => setSecond(Date.now()), 1_000);
    return () => clearInterval(everySecond);
  }, [isTicking]);
  return second;
}

/** "in 3 h" or "5 min ago", with the exact time and zone on hover; a dash for none. */
export function RelativeTime({ at }: { readonly at: string | null | undefined }) {
  const current = useNow();
  const timezone = useTimezone();
  if (at === null || at === undefined) return <span>–</span>;
  return <Explained at={at} words={relativeTime(at, current, timezone)} timezone={timezone} />;
}

/** Day and time to the second in the reader's zone, with weekday, year and zone on hover. */
export function ShortTime({ at }: { readonly at: string }) {
  const timezone = useTimezone();
  return <Explained at={at} words={shortTime(at, timezone)} timezone={timezone} />;
}

interface ExplainedProps {
  readonly at: string;
  readonly words: string;
  readonly timezone: string;
}

/** A time in words. The tooltip with the exact one is made when the pointer comes: it costs more than a table's row. */
function Explained({ at, words, timezone }: ExplainedProps) {
  const [isWanted, setWanted] = useState(false);
  if (!isWanted)
    return (
      <time dateTime={at} onPointerEnter={() => setWanted(true)}>
        {words}
      </time>
    );
  return (
    <Tooltip label={exactTime(at, timezone)}>
      <time dateTime={at}>{words}</time>
    </Tooltip>
  );
}

/** The exact time in the reader's zone. */
export function ExactTime({ at }: { readonly at: string }) {
  const timezone = useTimezone();
  return <time dateTime={at}>{exactTime(at, timezone)}</time>;
}
