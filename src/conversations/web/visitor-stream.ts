import { AppError } from "../../base/errors.ts";
import { toId } from "../../base/ids.ts";
import type { LiveEvent } from "../../base/route.ts";
import { getChannel } from "../../channels/index.ts";
import type { Core } from "../../engine/index.ts";
import type { MessageStatus } from "../conversation.ts";
import { conversationErrors } from "../errors.ts";
import type { ScrollPosition } from "../message-store.ts";
import { presentVisitorMessage } from "../present.ts";
import { encodeScroll, readScroll, scrollStart } from "../scroll-cursor.ts";
import { type ScrollState, selectScrollState, selectStatuses, type Visitor } from "../visitor-store.ts";
import { fetchMessages, type ScrollItem } from "../visitors.ts";
import type { HeardPreview, ScrollSubscription, VisitorHub } from "./live-hub.ts";

/** Behind the signals, which may be lost. Also how soon a stream ends whose token or channel is gone. */
const pollMs = 5_000;
const messagesPerRead = 100;
/** Whose status may still change: the last so many that the company wrote. */
const followed = 50;

/** What was read at one moment; undefined: the stream ends, and the client is told why when it comes back. */
interface Reading {
  readonly state: ScrollState;
  readonly items: readonly ScrollItem[];
  readonly end: ScrollPosition;
  readonly statuses: ReadonlyMap<string, MessageStatus>;
}

export interface StreamRequest {
  readonly visitor: Visitor;
  /** `Last-Event-ID`, or the cursor of an earlier answer; undefined: from the beginning. */
  readonly after: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * What happens in a visitor's scroll, first what was missed, as events for one stream. Ends when the token is not valid
 * any more or the channel is not connected. Throws 409 `channel_disabled` and 429 `too_many_streams` before the first event.
 */
export async function* streamVisitor(
  core: Core,
  hub: VisitorHub,
  { visitor, after, signal }: StreamRequest,
): AsyncGenerator<LiveEvent> {
  const subscription = hub.subscribe(visitor);
  const close = () => subscription.close();
  signal.addEventListener("abort", close, { once: true });
  const place = after === undefined ? scrollStart : readScroll(after);
  try {
    yield* follow(core, visitor, subscription, place, signal);
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

async function* follow(
  core: Core,
  visitor: Visitor,
  subscription: ScrollSubscription,
  place: ScrollPosition | undefined,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent> {
  const view = createView(place ?? scrollStart);
  let readAt = 0;
  let isFirst = true;
  let hasMore = true;
  if (place === undefined) yield reset;
  while (!signal.aborted) {
    const isChanged = subscription.takeChanged();
    if (isChanged || hasMore || core.clock.monotonicMs() - readAt >= pollMs) {
      readAt = core.clock.monotonicMs();
      const reading = await read(core, visitor, view, isFirst);
      if (reading === undefined) return;
      const { newest } = reading.state;
      if (newest !== null) subscription.watchConversation(newest.conversationId);
      if (isFirst && isBeyond(view.position, reading.state)) yield view.restart();
      else yield* view.report(reading);
      isFirst = false;
      hasMore = view.hasMore;
      if (hasMore) continue;
    }
    yield* view.show(subscription.preview());
    await subscription.wait(Math.max(1, readAt + pollMs - core.clock.monotonicMs()));
  }
}

/** What one client has been told. */
interface View {
  readonly position: ScrollPosition;
  /** Messages whose status may change, oldest first. */
  readonly followed: readonly string[];
  /** More was there than one reading takes. */
  readonly hasMore: boolean;
  restart(): LiveEvent;
  /** The events by which a reading differs from what was told. */
  report(reading: Reading): Iterable<LiveEvent>;
  /** The events by which a preview differs from what was told. */
  show(preview: HeardPreview | undefined): Iterable<LiveEvent>;
}

function createView(start: ScrollPosition): View {
  let position = start;
  let hasMore = false;
  let typing: boolean | undefined;
  const statuses = new Map<string, MessageStatus>();
  const previews = createPreviewFollower();

  function* updates(read: Reading["statuses"]): Generator<LiveEvent> {
    for (const [id, status] of read) {
      if (statuses.get(id) === status) continue;
      statuses.set(id, status);
      yield { event: "message.updated", data: { messageId: toId("message", id), status } };
    }
  }
  return {
    get position() {
      return position;
    },
    get followed() {
      return [...statuses.keys()];
    },
    get hasMore() {
      return hasMore;
    },
    restart() {
      position = scrollStart;
      hasMore = true;
      return reset;
    },
    *report(reading) {
      yield* updates(reading.statuses);
      for (const item of reading.items) {
        yield showMessage(item);
        previews.replace(item.message.id);
        remember(statuses, item);
      }
      position = reading.end;
      hasMore = reading.items.length === messagesPerRead;
      if (hasMore) return;
      const isReplying = reading.state.newest?.isReplying === true;
      if (typing === true && !isReplying) yield* previews.endTurn();
      if (typing !== isReplying) yield { event: "typing", data: { on: isReplying } };
      typing = isReplying;
    },
    show: previews.show,
  };
}

const reset: LiveEvent = { event: "reset", data: {} };

async function read(
  core: Core,
  visitor: Visitor,
  view: View,
  isFirst: boolean,
): Promise<Reading | undefined> {
  return await core.db.tenant(visitor.workspaceId, async (tx) => {
    const [state, channel, statuses] = await Promise.all([
      selectScrollState(tx, visitor),
      getChannel(tx, visitor.channelId),
      selectStatuses(tx, view.followed),
    ]);
    if (isFirst && channel !== undefined && channel.status !== "connected")
      throw new AppError(conversationErrors.channel_disabled);
    if (state === undefined || channel?.status !== "connected") return undefined;
    const { items, end } = await fetchMessages(tx, visitor, {
      after: view.position,
      limit: messagesPerRead,
    });
    return { state, items, end, statuses };
  });
}

/** A place that this scroll never had, for instance of another server. */
function isBeyond(position: ScrollPosition, { newest }: ScrollState): boolean {
  const { ordinal, lastSeq } = newest ?? { ordinal: 0, lastSeq: 0 };
  return position.ordinal > ordinal || (position.ordinal === ordinal && position.seq > lastSeq);
}

function showMessage({ message, position }: ScrollItem): LiveEvent {
  const data = { message: presentVisitorMessage(message) };
  return { id: encodeScroll(position), event: "message.created", data };
}

function remember(statuses: Map<string, MessageStatus>, { message }: ScrollItem): void {
  if (message.direction === "in") return;
  statuses.set(message.id, message.status);
  const [oldest] = statuses.keys();
  if (statuses.size > followed && oldest !== undefined) statuses.delete(oldest);
}

/** Turns what is heard of a preview into the events that a client lacks. */
function createPreviewFollower() {
  let shown: { readonly messageId: string; readonly length: number } | undefined;
  /** Whose preview is over although it is still heard of. */
  let finished: string | undefined;

  function* retract(): Generator<LiveEvent> {
    if (shown === undefined) return;
    yield { event: "message.retracted", data: { messageId: toId("message", shown.messageId) } };
    shown = undefined;
  }
  return {
    *show(preview: HeardPreview | undefined): Generator<LiveEvent> {
      if (preview?.messageId !== shown?.messageId) yield* retract();
      if (preview === undefined || preview.messageId === finished) return;
      const { messageId, text } = preview;
      const offset = shown?.length ?? 0;
      if (text.length <= offset) return;
      shown = { messageId, length: text.length };
      const data = { messageId: toId("message", messageId), offset, text: text.slice(offset) };
      yield { event: "message.delta", data };
    },
    /** The stored message has been shown. */
    replace(messageId: string): void {
      finished = messageId;
      if (shown?.messageId === messageId) shown = undefined;
    },
    /** The turn is over: what is still shown never became a message. */
    *endTurn(): Generator<LiveEvent> {
      finished = shown?.messageId ?? finished;
      yield* retract();
    },
  };
}
