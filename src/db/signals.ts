import pg from "pg";
import { widenSignal } from "../base/change.ts";
import { type Clock, pause } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { connectionConfig, endOnTimeout, type Timeouts } from "./connection.ts";

/**
 * `executions`: something was queued. `cancel`: an execution was cancelled. `live`: an object changed; `base/change.ts`
 * says how that is written. `jobs`: a job of this id was sent. `previews`: a piece of an answer that is being written.
 */
export const signalChannels = ["executions", "cancel", "live", "jobs", "previews"] as const;
export type SignalChannel = (typeof signalChannels)[number];

/**
 * Hints between processes; every one may be lost, so each user also polls. A NOTIFY inside a domain transaction
 * takes a lock that serialises all commits (453 commits/s instead of 9 571 where a flush takes 2 ms), so they are
 * sent after commit, on a connection of their own, at most every 5 ms, and every 40 ms where none of them is urgent.
 */
export interface Signals {
  /** Tells this process at once and the others within some milliseconds. Never throws. */
  notify(channel: SignalChannel, payload: string): void;
  /** Calls `handler` for each payload; the answer stops it. An empty payload means "anything may have changed". */
  listen(channel: SignalChannel, handler: (payload: string) => void): () => void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const intervalMs = 5;
/** Nobody acts on these but screens, which look as smooth. */
const patientChannels: ReadonlySet<SignalChannel> = new Set(["live", "previews"]);
/**
 * Where nothing else waits. With 120 answers under way a statement every 5 ms took a seventh of the processor time that
 * went into database statements.
 */
const patientIntervalMs = 40;
/** PostgreSQL refuses 8000 bytes and more; the sender's id and its line break come on top. */
const longestPayloadBytes = 7_000;
/** Their payloads are content and no hints: many of them become several messages instead of "anything". */
const contentChannels: ReadonlySet<SignalChannel> = new Set(["previews"]);
const reconnectMs = 500;

export interface SignalsOptions {
  readonly url: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Marks this process's own notifications, which it has already delivered to itself. */
  readonly processId: string;
  readonly timeouts?: Timeouts;
}

export function createSignals(options: SignalsOptions): Signals {
  const { clock, log, processId } = options;
  const handlers = new Map<SignalChannel, Set<(payload: string) => void>>(
    signalChannels.map((name) => [name, new Set()]),
  );
  const outbox = new Map<SignalChannel, Set<string>>();
  const stopped = new AbortController();
  let client: pg.Client | undefined;
  let cancelFlush: (() => void) | undefined;
  let flushDueAt = Number.POSITIVE_INFINITY;
  let isSending = false;

  function deliver(channel: SignalChannel, payload: string): void {
    for (const handler of handlers.get(channel) ?? []) {
      try {
        handler(payload);
      } catch (error) {
        log.error({ err: error, channel }, "a signal's handler failed");
      }
    }
  }

  /** Sees to it that what waits is sent in time; what is being sent now is followed by the rest. */
  function flushSoon(): void {
    if (isSending || outbox.size === 0) return;
    const isPatient = outbox.keys().every((channel) => patientChannels.has(channel));
    const dueAt = clock.monotonicMs() + (isPatient ? patientIntervalMs : intervalMs);
    if (flushDueAt <= dueAt) return;
    cancelFlush?.();
    flushDueAt = dueAt;
    cancelFlush = clock.after(dueAt - clock.monotonicMs(), () => void flush());
  }

  async function flush(): Promise<void> {
    flushDueAt = Number.POSITIVE_INFINITY;
    const messages = [...outbox].flatMap(([channel, payloads]) => pack(channel, [...payloads]));
    outbox.clear();
    isSending = true;
    // One statement for all channels: at full load these would otherwise be a tenth of all round trips.
    await client
      ?.query(
        "select pg_notify(m.channel, m.text) from unnest($1::text[], $2::text[]) as m (channel, text)",
        [
          messages.map(({ channel }) => `errand_${channel}`),
          messages.map(({ text }) => `${processId}\n${text}`),
        ],
      )
      .catch((error: Error) => {
        log.debug({ err: error }, "a notification was not sent; the poll stands behind it");
      });
    isSending = false;
    if (!stopped.signal.aborted) flushSoon();
  }

  function receive(message: pg.Notification): void {
    const channel = signalChannels.find((name) => message.channel === `errand_${name}`);
    const [sender, ...payloads] = (message.payload ?? "").split("\n");
    if (channel === undefined || sender === processId) return;
    for (const payload of payloads) deliver(channel, payload);
  }

  async function connect(): Promise<void> {
    const next = new pg.Client(
      connectionConfig({
        url: options.url,
        name: "signals",
        role: "errand_system",
        settings: { idle_in_transaction_session_timeout: "0" },
        ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
      }),
    );
    endOnTimeout(next);
    next.on("notification", receive);
    next.on("error", (error) => log.warn({ err: error }, "the notification connection was lost"));
    try {
      await next.connect();
      for (const channel of signalChannels) await next.query(`listen errand_${channel}`);
    } catch (error) {
      void next.end().catch(() => undefined);
      throw error;
    }
    if (stopped.signal.aborted) {
      await next.end();
      return;
    }
    // Only now: a connection that never came about ends as well, and each would start one more loop of tries.
    next.on("end", () => {
      if (client !== next) return;
      client = undefined;
      if (!stopped.signal.aborted) void reconnect();
    });
    client = next;
  }

  async function reconnect(): Promise<void> {
    while (!stopped.signal.aborted && client === undefined) {
      await pause(clock, reconnectMs, stopped.signal);
      if (stopped.signal.aborted) return;
      try {
        await connect();
        // Whatever was sent while nobody listened is unknown now.
        for (const channel of signalChannels) deliver(channel, "");
      } catch (error) {
        log.debug({ err: error }, "no notification connection yet");
      }
    }
  }

  return {
    notify(channel, payload) {
      deliver(channel, payload);
      const waiting = outbox.get(channel) ?? new Set();
      outbox.set(channel, waiting.add(payload));
      flushSoon();
    },
    listen(channel, handler) {
      handlers.get(channel)?.add(handler);
      return () => handlers.get(channel)?.delete(handler);
    },
    start: connect,
    async stop() {
      stopped.abort();
      cancelFlush?.();
      const open = client;
      client = undefined;
      await open?.end().catch(() => undefined);
    },
  };
}

interface Message {
  readonly channel: SignalChannel;
  readonly text: string;
}

/**
 * What goes out on a channel. Hints become one text; if there is too much to say, they name kinds of objects instead of
 * objects, or else the text is empty and means "anything may have changed". Content becomes as many texts as it needs.
 */
function pack(channel: SignalChannel, payloads: readonly string[]): readonly Message[] {
  if (!contentChannels.has(channel)) {
    const text = joinIfShort(payloads) ?? joinIfShort([...new Set(payloads.map(widenSignal))]) ?? "";
    return [{ channel, text }];
  }
  const messages: Message[] = [];
  let collected: string[] = [];
  let bytes = 0;
  for (const payload of payloads) {
    const size = Buffer.byteLength(payload) + 1;
    if (bytes + size > longestPayloadBytes) {
      messages.push({ channel, text: collected.join("\n") });
      collected = [];
      bytes = 0;
    }
    collected.push(payload);
    bytes += size;
  }
  messages.push({ channel, text: collected.join("\n") });
  return messages;
}

function joinIfShort(payloads: readonly string[]): string | undefined {
  const text = payloads.join("\n");
  return Buffer.byteLength(text) > longestPayloadBytes ? undefined : text;
}
