import { EventSourceParserStream } from "eventsource-parser/stream";

/** Longer than the server's heartbeat of 15 s: a connection that is silent for this long is gone. */
const silenceMs = 40_000;

export interface StreamEvent {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  readonly data: string;
}

interface Reading {
  /** Each time something comes, heartbeats among it. */
  onHeard?(): void;
  /** Nothing came for so long that the connection must be dead. */
  giveUp(): void;
}

/** The server-sent events of an answer, until it ends. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { onHeard, giveUp }: Reading,
): AsyncGenerator<StreamEvent> {
  let timer = setTimeout(giveUp, silenceMs);
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
      onHeard?.();
      controller.enqueue(chunk);
    },
  });
  const events = body
    .pipeThrough(heard)
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream());
  const reader = events.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => undefined);
  }
}

/** Waits, but no longer than until the signal aborts or the browser says that it has a connection again. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      window.removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    window.addEventListener("online", end);
  });
}
