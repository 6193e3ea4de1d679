import { spell } from "../../../components/time-words.ts";

const minute = 60;
const precisely = 5 * minute;

/** "1 h 5 min left", by the second in the last minutes. */
export function leftWords(seconds: number): string {
  if (seconds <= 0) return "time is up";
  if (seconds >= precisely) return `${spell(Math.floor(seconds / minute) * minute)} left`;
  return `${Math.floor(seconds / minute)}:${String(seconds % minute).padStart(2, "0")} left`;
}

/** Seconds left of a session by the server's clock: what it said, less what has passed here since. */
export function secondsLeft(expiresInSeconds: number, askedAt: number, now: number): number {
  return Math.max(0, Math.ceil(expiresInSeconds - (now - askedAt) / 1_000));
}
