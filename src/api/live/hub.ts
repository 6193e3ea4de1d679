import { type Change, decodeChange } from "../../base/change.ts";
import type { Clock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { Caller } from "../../base/route.ts";
import type { Signals } from "../../db/index.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createGathering, type TopicChange } from "./gathering.ts";
import type { Topic } from "./topics.ts";

/** What the hub needs of the core. */
export interface LiveCore {
  readonly signals: Pick<Signals, "listen">;
  readonly clock: Clock;
}

/** How long what changes in a workspace that nobody watches is remembered, so that a client can come back. */
const rememberMs = 5 * 60_000;
/**
 * How long after a change of its caller a stream goes on: longer than any process still lets a revoked key in, so that
 * who comes back is refused.
 */
const lastingMs = 10_000;

/** What happened since a stream asked last. */
export type News =
  /** Anything may have changed. */
  { readonly kind: "lost" } | { readonly kind: "changes"; readonly changes: readonly TopicChange[] };

/** What one stream hears of its topics. */
export interface Subscription {
  /** Resolves when there is news, or the subscription is over. */
  wait(): Promise<void>;
  /** What there is, undefined if nothing. */
  take(): News | undefined;
  /** True if what there is is a loss, which takes the place of all changes. */
  readonly isLost: boolean;
  /** Behind what was taken last. */
  readonly position: string;
  /** True once it was closed, and some seconds after the caller's key or membership changed: it must be let in anew. */
  readonly isOver: boolean;
  close(): void;
}

export interface LiveHub {
  /** `after` is the position at which a client left; with it the first news is what it missed. */
  subscribe(
    caller: Pick<Caller, "workspaceId" | "kind" | "id">,
    topics: readonly Topic[],
    after: string | undefined,
  ): Subscription;
}

interface Listener {
  hear(change: Change): void;
  lose(): void;
}

interface Watched {
  readonly feed: Feed;
  readonly listeners: Set<Listener>;
  /** Since when nobody watches, by the monotonic clock. */
  leftAt: number;
}

/**
 * Hands each change to the streams of its workspace. A process with hundreds of streams has one listener, and remembers
 * changes only of workspaces that somebody watches, or did within the last five minutes.
 */
export function createLiveHub({ signals, clock }: LiveCore): LiveHub {
  const workspaces = new Map<string, Watched>();
  let isListening = false;

  function listen(): void {
    if (isListening) return;
    isListening = true;
    signals.listen("live", (signal) => {
      if (workspaces.size === 0) return;
      if (signal === "") return loseAll();
      const change = decodeChange(signal);
      if (change !== undefined) tell(change.workspaceId, change);
    });
  }

  function loseAll(): void {
    for (const { feed, listeners } of workspaces.values()) {
      feed.lose();
      for (const listener of listeners) listener.lose();
    }
  }

  function tell(workspaceId: string, change: Change): void {
    const watched = workspaces.get(workspaceId);
    if (watched === undefined) return;
    watched.feed.record(change);
    for (const listener of watched.listeners) listener.hear(change);
  }

  function forgetOld(): void {
    const oldest = clock.monotonicMs() - rememberMs;
    for (const [workspaceId, { listeners, leftAt }] of workspaces)
      if (listeners.size === 0 && leftAt < oldest) workspaces.delete(workspaceId);
  }

  function watchedOf(workspaceId: string): Watched {
    const known = workspaces.get(workspaceId);
    if (known !== undefined) return known;
    forgetOld();
    const watched: Watched = { feed: createFeed(newId()), listeners: new Set(), leftAt: 0 };
    workspaces.set(workspaceId, watched);
    return watched;
  }

  return {
    subscribe(caller, topics, after) {
      listen();
      const watched = watchedOf(caller.workspaceId);
      const { feed, listeners } = watched;
      const gathering = createGathering(topics);
      const missed = after === undefined ? [] : feed.since(after);
      for (const change of missed ?? []) gathering.add(change);
      const callerKind = caller.kind === "member" ? "member" : "apiKey";
      let isLost = missed === undefined;
      let isOver = false;
      let { position } = feed;
      let news = Promise.withResolvers<void>();
      let cancelEnd: (() => void) | undefined;

      function end(): void {
        isOver = true;
        news.resolve();
      }

      const listener: Listener = {
        hear(change) {
          if (change.kind === callerKind && (change.id ?? caller.id) === caller.id)
            cancelEnd ??= clock.after(lastingMs, end);
          if (!isLost) gathering.add(change);
          if (!gathering.isEmpty) news.resolve();
        },
        lose() {
          isLost = true;
          news.resolve();
        },
      };
      listeners.add(listener);
      return {
        wait: () => (isOver || isLost || !gathering.isEmpty ? Promise.resolve() : news.promise),
        take() {
          position = feed.position;
          news = Promise.withResolvers();
          const changes = gathering.take();
          if (isLost) {
            isLost = false;
            return { kind: "lost" };
          }
          return changes.length === 0 ? undefined : { kind: "changes", changes };
        },
        get isLost() {
          return isLost;
        },
        get position() {
          return position;
        },
        get isOver() {
          return isOver;
        },
        close() {
          end();
          cancelEnd?.();
          if (listeners.delete(listener)) watched.leftAt = clock.monotonicMs();
        },
      };
    },
  };
}
