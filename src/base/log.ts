import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

export type { Logger } from "pino";

/** Keys whose values never reach the log, at any of the first three levels of what is logged. */
const secretKeys = [
  "apiKey",
  "authorization",
  "cookie",
  "hash",
  "password",
  "secret",
  "token",
  "set-cookie",
] as const;

const redactPaths = secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]);

/** The process's logger: JSON lines, or readable lines on a terminal. */
export function createLogger(options: { readonly level: string; readonly pretty: boolean }): Logger {
  const settings = { level: options.level, redact: { paths: redactPaths, censor: "[secret]" }, base: null };
  if (!options.pretty) return pino(settings);
  return pino(settings, pretty({ sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" }));
}
