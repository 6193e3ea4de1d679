import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import pretty from "pino-pretty";
import { describeError, describeErrorsIn } from "./log-error.ts";
import { scrubLine } from "./log-scrub.ts";

export type { Logger } from "pino";

/**
 * The process's logger: JSON lines, or readable lines on a terminal. Errors are logged as type, message, code, stack
 * and cause; secrets are replaced by `[secret]`.
 */
export function createLogger(options: {
  readonly level: string;
  readonly pretty: boolean;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}): Logger {
  const { level, destination } = options;
  const settings: LoggerOptions = {
    level,
    base: null,
    serializers: { err: describeError },
    formatters: { log: (object) => describeErrorsIn(object) as Record<string, unknown> },
    hooks: { streamWrite: scrubLine },
  };
  if (options.pretty) return pino(settings, readable(destination));
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

function readable(destination: DestinationStream | undefined): DestinationStream {
  return pretty({
    sync: true,
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss",
    ...(destination === undefined ? {} : { destination }),
  });
}
