import { openStream } from "../../api/call.ts";
import { playContact } from "../../api/generated/channels/channels";
import { writeVisitorMessage } from "../../api/generated/web-channel/web-channel";
import { pause, readEvents, type StreamEvent } from "../../api/live/event-stream.ts";
import { ApiError, sentenceOf } from "../../api/problem.ts";
import { createStore, type Store } from "../../api/store.ts";
import {
  addUnsent,
  applyEvent,
  type ChatEvent,
  dropUnsent,
  emptyScroll,
  noteRefused,
  noteTaken,
  type Scroll,
} from "./scroll-rules.ts";

const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** Whom one plays, and where. */
export interface Dialled {
  readonly channelId: string;
  readonly contactId: string;
}

export interface LineState extends Scroll {
  readonly isConnected: boolean;
  /** Why nobody can be played here, in a sentence; the line rests then until it is started again. */
  readonly refusal: string | null;
  readonly draft: string;
}

/** One contact on one channel, as the Phone plays it. */
export interface Line extends Dialled {
  readonly state: Store<LineState>;
  /** Follows what comes, until `stop`. */
  start(): void;
  stop(): void;
  setDraft(draft: string): void;
  /** Sends the draft. */
  send(): void;
  retry(clientMessageId: string): void;
  /** Takes what was not sent back into the draft. */
  takeBack(clientMessageId: string): void;
}

/** `token` of a visitor just made; without one it is asked for when it is needed. */
export function createLine({ channelId, contactId }: Dialled, token?: string): Line {
  const state = createStore<LineState>({ ...emptyScroll, isConnected: false, refusal: null, draft: "" });
  let known = token === undefined ? undefined : Promise.resolve(token);
  let lastEventId: string | undefined;
  let running: AbortController | undefined;

  const change = (make: (before: Scroll) => Scroll) => {
    const before = state.get();
    state.set({ ...before, ...make(before) });
  };
  const set = (part: Partial<LineState>) => state.set({ ...state.get(), ...part });

  /** One token for all who ask meanwhile: each is an entry of the audit log. */
  function ensureToken(): Promise<string> {
    known ??= playContact(channelId, { contactId }).then((played) => played.token);
    known.catch(() => {
      known = undefined;
    });
    return known;
  }

  /** With a token; once with another one if it is not valid any more. */
  async function withToken<T>(use: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    const headersOf = async () => ({ authorization: `Bearer ${await ensureToken()}` });
    const headers = await headersOf();
    try {
      return await use(headers);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      known = undefined;
      return await use(await headersOf());
    }
  }

  async function listen(signal: AbortSignal): Promise<void> {
    const dead = new AbortController();
    const body = await withToken((headers) =>
      openStream("/web/v1/events", {
        headers: { ...headers, ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }) },
        signal: AbortSignal.any([signal, dead.signal]),
      }),
    );
    set({ isConnected: true, refusal: null });
    for await (const event of readEvents(body, { giveUp: () => dead.abort() })) {
      if (signal.aborted) return;
      if (event.event === "reset") lastEventId = undefined;
      lastEventId = event.id ?? lastEventId;
      change((scroll) => applyEvent(scroll, toChatEvent(event)));
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        await listen(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isFinal(error)) {
          running = undefined;
          return set({ isConnected: false, refusal: sentenceOf(error) });
        }
      }
      if (signal.aborted) return;
      set({ isConnected: false });
      if (Date.now() - began > longestPauseMs) pauseMs = firstPauseMs;
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  async function write(clientMessageId: string, text: string): Promise<void> {
    change((scroll) => addUnsent(scroll, { clientMessageId, text }));
    try {
      const { id } = await withToken((headers) =>
        writeVisitorMessage({ clientMessageId, text }, { headers }),
      );
      change((scroll) => noteTaken(scroll, clientMessageId, id));
    } catch (error) {
      change((scroll) => noteRefused(scroll, clientMessageId, sentenceOf(error)));
    }
  }

  const unsentOf = (clientMessageId: string) =>
    state.get().unsent.find((one) => one.clientMessageId === clientMessageId);

  return {
    channelId,
    contactId,
    state,
    start() {
      if (running !== undefined) return;
      running = new AbortController();
      set({ refusal: null });
      void follow(running.signal);
    },
    stop() {
      running?.abort();
      running = undefined;
      set({ isConnected: false, isTyping: false, preview: null });
    },
    setDraft: (draft) => set({ draft }),
    send() {
      const { draft } = state.get();
      if (draft.trim() === "") return;
      set({ draft: "" });
      void write(crypto.randomUUID(), draft);
    },
    retry(clientMessageId) {
      const unsent = unsentOf(clientMessageId);
      if (unsent !== undefined) void write(clientMessageId, unsent.text);
    },
    takeBack(clientMessageId) {
      const { draft } = state.get();
      const text = unsentOf(clientMessageId)?.text ?? "";
      change((scroll) => dropUnsent(scroll, clientMessageId));
      set({ draft: draft.trim() === "" ? text : `${text}\n${draft}` });
    },
  };
}

/** What asking again does not change. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status < 500 && error.status !== 408 && error.status !== 429;
}

function toChatEvent({ event = "message", data }: StreamEvent): ChatEvent {
  return { name: event, ...JSON.parse(data) } as ChatEvent;
}
