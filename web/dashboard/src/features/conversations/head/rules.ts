import { spell } from "../../../components/time-words.ts";

const minute = 60;
const precisely = 5 * minute;

/** "1 h 5 min left", by the second in the last minutes. */
export function leftWords(seconds: number): string {
  if (seconds <= 0) return "time is up";
  if (seconds >= precisely) return `${spell(Math.floor(seconds / minute) * minute)} left`;
  return `${Math.floor(seconds / minute)}:${String(seconds % minute).padStart(2, "0")} left`;
}

/** By the clock here, when a session ends of which the server said how long it goes on. */
export function deadlineOf(expiresInSeconds: number, askedAt: number): number {
  return askedAt + expiresInSeconds * 1_000;
}

/** Whole seconds until then; the last one counts until it is over. */
export function secondsUntil(deadline: number, now: number): number {
  return Math.max(0, Math.ceil((deadline - now) / 1_000));
}
