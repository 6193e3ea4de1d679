import { EventSourceParserStream } from "eventsource-parser/stream";
import { reportReachable, reportUnreachable } from "../connection.ts";
import { reportSessionEnd } from "../session-end.ts";
import { currentWorkspaceId } from "../workspace-choice.ts";
import { type Change, liveTopics } from "./rules.ts";

/** Longer than the server's heartbeat of 15 s: a connection that is silent for this long is gone. */
const silenceMs = 40_000;
const firstPauseMs = 500;
const longestPauseMs = 10_000;

export type LiveMessage =
  | { readonly kind: "changed"; readonly changes: readonly Change[] }
  | { readonly kind: "reset" };

/**
 * Follows what changes in the workspace until `signal` aborts, over connections that are opened again as often as they
 * break. `fetch` and not EventSource: the workspace goes in a header, and a 401 must be told from a lost connection.
 */
export async function followChanges(
  signal: AbortSignal,
  tell: (message: LiveMessage) => void,
): Promise<void> {
  let lastEventId: string | undefined;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    const connection = new AbortController();
    const both = AbortSignal.any([signal, connection.signal]);
    try {
      const response = await fetch(`/v1/events?topics=${liveTopics.join(",")}`, {
        headers: headersOf(lastEventId),
        signal: both,
      });
      if (response.status === 401) return reportSessionEnd();
      if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
      reportReachable();
      // A first connection begins with `ready`; after a break the server says what was missed, or `reset`.
      for await (const event of eventsOf(response.body, () => connection.abort())) {
        pauseMs = firstPauseMs;
        lastEventId = event.id ?? lastEventId;
        if (event.event === "reset") tell({ kind: "reset" });
        if (event.event === "changed") tell({ kind: "changed", changes: JSON.parse(event.data).changes });
      }
    } catch {
      if (signal.aborted) return;
      reportUnreachable();
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

function headersOf(lastEventId: string | undefined): Headers {
  const headers = new Headers();
  const workspaceId = currentWorkspaceId();
  if (workspaceId !== null) headers.set("x-workspace-id", workspaceId);
  if (lastEventId !== undefined) headers.set("last-event-id", lastEventId);
  return headers;
}

interface StreamEvent {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  readonly data: string;
}

async function* eventsOf(body: ReadableStream<Uint8Array>, giveUp: () => void): AsyncGenerator<StreamEvent> {
  let timer = setTimeout(giveUp, silenceMs);
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
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

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
