import { newId } from "../../base/ids.ts";
import type { Core } from "../../engine/index.ts";
import { mayAnswer } from "./preview-gate.ts";
import { cutToFit, encodePreview, scrollTopic } from "./preview-signal.ts";

/** At most ten signals a second per message: faster looks no smoother. */
const intervalMs = 100;
/**
 * And at most so many a second from all messages of a process: each is a write to a socket, and with 500 answers
 * side by side those took a quarter of the processor time and held up everything else by 200 ms.
 */
const mostPerSecond = 2_000;
/** Up to so much of the pace longer, so that hundreds of answers that began together are not written out in one moment. */
const spread = 0.5;
/** Longer answers are shown when they are complete. In UTF-16 units. */
const longestShown = 20_000;

interface PreviewedAnswer {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly contactId: string;
  readonly conversationId: string;
  readonly agentId: string;
  readonly executionId: string;
}

/** An answer that the contact can watch being written. Nothing of it is stored, and losing any of it is harmless. */
export interface ReplyPreview {
  /** The id under which the text so far is shown; send the message with it. Another one after `discard`. */
  readonly messageId: string;
  /** The next piece of the text. The gate is asked before the first is shown; if it refuses, none is. */
  text(delta: string): void;
  /** Takes back what was shown; what comes next is another text. */
  discard(): void;
  /** The text is complete. If none of it was shown yet, none is: the message that it becomes is a moment away. */
  complete(): void;
  /** The message was sent: the stored one takes the preview's place. Nothing is shown any more. */
  sent(): void;
  /** Ends it, and takes back what was shown unless the message was sent. */
  close(): void;
}

/** `asking`: the gate has not answered yet. `muted`: it refused. */
type State = "silent" | "asking" | "shown" | "muted" | "over";

/** Opens the previews of one process. */
export type OpenPreview = (answer: PreviewedAnswer) => ReplyPreview;

/** Once per process, since the previews that are open share how much it may write. */
export function createPreviews(core: Core): OpenPreview {
  const open = new Set<ReplyPreview>();
  const paceMs = () => Math.max(intervalMs, (open.size * 1_000) / mostPerSecond);
  return (answer) => {
    const preview = openPreview(core, answer, paceMs, () => open.delete(preview));
    open.add(preview);
    return preview;
  };
}

function openPreview(
  core: Core,
  answer: PreviewedAnswer,
  currentPaceMs: () => number,
  closed: () => void,
): ReplyPreview {
  const topic = scrollTopic(answer);
  const slower = 1 + Math.random() * spread;
  let messageId = newId();
  let state: State = "silent";
  let offset = 0;
  let waiting = "";
  let cancelTimer: (() => void) | undefined;

  function paceMs(): number {
    return Math.floor(currentPaceMs() * slower);
  }

  function askGate(): void {
    cancelTimer = undefined;
    state = "asking";
    const asked = messageId;
    const settle = (allowed: boolean) => {
      if (asked !== messageId || state !== "asking") return;
      state = allowed ? "shown" : "muted";
      if (allowed) flush();
    };
    core.db
      .tenant(answer.workspaceId, (tx) => mayAnswer(core, tx, answer))
      .then(settle, (error) => {
        core.log.debug({ err: error }, "the gate could not be asked about a preview; none is shown");
        settle(false);
      });
  }

  function flush(): void {
    cancelTimer = undefined;
    const text = cutToFit(waiting);
    if (text === "") return;
    core.signals.notify("previews", encodePreview({ topic, messageId, offset, text }));
    offset += text.length;
    waiting = waiting.slice(text.length);
    cancelTimer = core.clock.after(paceMs(), flush);
  }

  function end(how: "sent" | "discarded"): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (offset > 0) core.signals.notify("previews", encodePreview({ topic, messageId, end: how }));
    offset = 0;
    waiting = "";
  }

  function discard(): void {
    if (state === "over") return;
    end("discarded");
    // A new id, so that pieces of the old text that are still under way cannot mix with the new one.
    messageId = newId();
    state = "silent";
  }

  return {
    get messageId() {
      return messageId;
    },
    text(delta) {
      if (state === "over" || state === "muted" || offset + waiting.length > longestShown) return;
      // The message that is sent has no white space at its beginning either.
      waiting = offset === 0 ? (waiting + delta).trimStart() : waiting + delta;
      if (waiting === "") return;
      // Not at once: a text that is complete by then is shown as the message that it is.
      if (state === "silent") cancelTimer ??= core.clock.after(paceMs(), askGate);
      else if (state === "shown" && cancelTimer === undefined) flush();
    },
    discard,
    complete() {
      if (state !== "silent") return;
      cancelTimer?.();
      cancelTimer = undefined;
      waiting = "";
    },
    sent() {
      end("sent");
      state = "over";
    },
    close() {
      discard();
      state = "over";
      closed();
    },
  };
}
