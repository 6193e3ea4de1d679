import { AppError } from "../../base/errors.ts";
import type { Core } from "../../engine/index.ts";
import { conversationErrors } from "../errors.ts";
import type { Visitor } from "../visitor-store.ts";
import { decodePreview, type PreviewSignal, scrollTopic } from "./preview-signal.ts";

/** Streams at once: of one token (its tabs), and of all visitors in this process. */
const mostStreams = { perVisitor: 10, perProcess: 5_000 } as const;
const retryAfterSeconds = 10;
/** A preview without a new piece for this long belongs to a process that died. */
const forgetAfterMs = 120_000;
/** A wide signal makes all streams look that it may concern; not more often than this. */
const wakeManyMs = 1_000;

/** True if anything may have changed, or any conversation or scroll of a workspace. */
function isWide(signal: string): boolean {
  return signal === "" || signal.endsWith(" conversation:") || signal.endsWith(" scroll:");
}

/** A text that is being written, as far as this process heard of it. */
export interface HeardPreview {
  readonly messageId: string;
  readonly text: string;
}

interface KeptPreview {
  messageId: string;
  text: string;
  heardAt: number;
}

/** What one stream hears of its visitor's scroll. */
export interface ScrollSubscription {
  /** True if the scroll may have changed since it was asked last. */
  takeChanged(): boolean;
  /** What is being written to the visitor now. */
  preview(): HeardPreview | undefined;
  /** Hears of this conversation's changes from now on, and of no other's. */
  watchConversation(conversationId: string): void;
  /** Resolves when there is something new, or after `ms`; the scroll then counts as changed. */
  wait(ms: number): Promise<void>;
  /** Stops it and ends a wait. */
  close(): void;
}

interface Listener {
  /** Something stored may have changed. */
  change(): void;
  /** Only a preview did. */
  news(): void;
}

export interface VisitorHub {
  /** Throws 429 `too_many_streams`. */
  subscribe(visitor: Visitor): ScrollSubscription;
}

/**
 * Hands each signal to the streams it concerns. A process with hundreds of streams has one listener, so that a signal
 * costs one look into a map and not a question to every stream.
 */
export function createVisitorHub(
  core: Pick<Core, "signals" | "clock">,
  limits: Readonly<Record<keyof typeof mostStreams, number>> = mostStreams,
): VisitorHub {
  const { clock } = core;
  const listeners = new Map<string, Set<Listener>>();
  const previews = new Map<string, KeptPreview>();
  const streamsOf = new Map<string, number>();
  let streams = 0;
  let isListening = false;
  /** Wide signals that wait: the beginnings of the topics that they concern. */
  const dueToWake = new Set<string>();

  function listen(): void {
    if (isListening) return;
    isListening = true;
    core.signals.listen("live", (payload) => (isWide(payload) ? wakeSoon(payload) : tell(payload, "change")));
    core.signals.listen("previews", (payload) => {
      const signal = decodePreview(payload);
      if (signal !== undefined) hear(signal);
    });
  }

  function tell(topic: string, what: keyof Listener): void {
    for (const listener of listeners.get(topic) ?? []) listener[what]();
  }

  function wakeSoon(beginning: string): void {
    const isDue = dueToWake.size > 0;
    dueToWake.add(beginning);
    if (isDue) return;
    clock.after(wakeManyMs, () => {
      const beginnings = [...dueToWake];
      dueToWake.clear();
      for (const topic of listeners.keys())
        if (beginnings.some((start) => topic.startsWith(start))) tell(topic, "change");
    });
  }

  function hear(signal: PreviewSignal): void {
    const { topic, messageId } = signal;
    const known = previews.get(topic);
    if ("end" in signal) {
      if (known?.messageId === messageId) previews.delete(topic);
    } else if (known?.messageId !== messageId) {
      forgetOld();
      // Its beginning was not heard: the rest would make no sense.
      if (signal.offset === 0)
        previews.set(topic, { messageId, text: signal.text, heardAt: clock.monotonicMs() });
    } else if (signal.offset === known.text.length) {
      // Beyond a gap nothing is added: the whole message comes when it is sent.
      known.text += signal.text;
      known.heardAt = clock.monotonicMs();
    }
    // The stored message is there before its preview ends, and takes its place without a gap.
    tell(topic, "end" in signal && signal.end === "sent" ? "change" : "news");
  }

  function forgetOld(): void {
    const oldest = clock.monotonicMs() - forgetAfterMs;
    for (const [topic, { heardAt }] of previews) if (heardAt < oldest) previews.delete(topic);
  }

  function count(visitorId: string, by: 1 | -1): void {
    streams += by;
    const left = (streamsOf.get(visitorId) ?? 0) + by;
    if (left === 0) streamsOf.delete(visitorId);
    else streamsOf.set(visitorId, left);
  }

  return {
    subscribe(visitor) {
      if (streams >= limits.perProcess || (streamsOf.get(visitor.id) ?? 0) >= limits.perVisitor)
        throw new AppError(conversationErrors.too_many_streams, { retryAfterSeconds });
      listen();
      count(visitor.id, 1);
      return subscribe(visitor);
    },
  };

  function subscribe(visitor: Visitor): ScrollSubscription {
    const topic = scrollTopic(visitor);
    let changed = true;
    let hasNews = true;
    let conversationTopic: string | undefined;
    let resume: (() => void) | undefined;
    let isClosed = false;

    const listener: Listener = {
      change() {
        changed = true;
        listener.news();
      },
      news() {
        hasNews = true;
        resume?.();
      },
    };
    add(listeners, topic, listener);
    return {
      takeChanged() {
        const was = changed;
        changed = false;
        hasNews = false;
        return was;
      },
      preview: () => previews.get(topic),
      watchConversation(conversationId) {
        const wanted = `${visitor.workspaceId} conversation:${conversationId}`;
        if (wanted === conversationTopic) return;
        if (conversationTopic !== undefined) remove(listeners, conversationTopic, listener);
        conversationTopic = wanted;
        add(listeners, wanted, listener);
      },
      wait(ms) {
        if (hasNews || isClosed) return Promise.resolve();
        return new Promise((resolve) => {
          const finish = () => {
            cancel();
            resume = undefined;
            resolve();
          };
          const cancel = clock.after(ms, () => {
            changed = true;
            finish();
          });
          resume = finish;
        });
      },
      close() {
        if (isClosed) return;
        isClosed = true;
        remove(listeners, topic, listener);
        if (conversationTopic !== undefined) remove(listeners, conversationTopic, listener);
        count(visitor.id, -1);
        resume?.();
      },
    };
  }
}

function add(map: Map<string, Set<Listener>>, topic: string, listener: Listener): void {
  const known = map.get(topic);
  if (known === undefined) map.set(topic, new Set([listener]));
  else known.add(listener);
}

function remove(map: Map<string, Set<Listener>>, topic: string, listener: Listener): void {
  const known = map.get(topic);
  known?.delete(listener);
  if (known?.size === 0) map.delete(topic);
}
