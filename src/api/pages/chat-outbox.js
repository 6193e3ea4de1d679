/** What was written and has not arrived yet. It is kept in the browser, so that a reload or a lost connection loses nothing. */

const prefix = "outbox.";
const pauseMs = 3_000;

/**
 * Sends in the order of writing, each message under one `clientMessageId` however often it is repeated, so that none
 * arrives twice. `onChange` hears the list, `onSent` each message with what the server made of it, `onForgotten` that
 * the server does not know this browser any more, `onClosed` that the channel is disabled or gone.
 */
export function createOutbox(channel, { onChange, onSent, onForgotten, onClosed }) {
  const { storage } = channel;
  let items = storage
    .list(prefix)
    .flatMap((name) => readItem(storage.get(name)))
    .sort((left, right) => left.createdAt.localeCompare(right.createdAt));
  let isSending = false;
  let timer;

  function keep(item) {
    storage.set(prefix + item.clientMessageId, JSON.stringify(item));
  }

  function change(clientMessageId, changes) {
    items = items.map((item) => (item.clientMessageId === clientMessageId ? { ...item, ...changes } : item));
    onChange(items);
  }

  function drop(clientMessageId) {
    storage.remove(prefix + clientMessageId);
    items = items.filter((item) => item.clientMessageId !== clientMessageId);
  }

  async function sendOne({ clientMessageId, text, isAnew = false }) {
    change(clientMessageId, { state: "sending" });
    try {
      const token = await channel.ensureToken();
      const message = await channel.write(token, { clientMessageId, text });
      drop(clientMessageId);
      onSent(message, clientMessageId);
      onChange(items);
      return true;
    } catch (refusal) {
      const { status } = refusal;
      const mayPass = status === 0 || status === 408 || status === 429 || status >= 500;
      // Once with a new token; a second refusal has another cause.
      const isForgotten = status === 401 && !isAnew;
      const isClosed = status === 404 || refusal.code === "channel_disabled";
      if (isForgotten) onForgotten();
      if (isClosed) onClosed(refusal);
      if (mayPass || isClosed) change(clientMessageId, { state: "waiting" });
      else if (isForgotten) change(clientMessageId, { state: "waiting", isAnew: true });
      else change(clientMessageId, { state: "failed", reason: refusal.message });
      if (mayPass) timer = setTimeout(flush, (refusal.retryAfterSeconds ?? 0) * 1_000 || pauseMs);
      return !mayPass && !isClosed;
    }
  }

  /** Sends what waits, one after the other, until one has to wait longer. */
  async function flush() {
    clearTimeout(timer);
    if (isSending) return;
    isSending = true;
    for (;;) {
      const next = items.find(({ state }) => state !== "failed");
      if (next === undefined || !(await sendOne(next))) break;
    }
    isSending = false;
  }

  return {
    items: () => items,
    flush,
    add(text) {
      const item = { clientMessageId: newId(), text, createdAt: new Date().toISOString(), state: "sending" };
      keep(item);
      items = [...items, item];
      onChange(items);
      void flush();
    },
    retry(clientMessageId) {
      change(clientMessageId, { state: "waiting", reason: undefined });
      void flush();
    },
    remove(clientMessageId) {
      drop(clientMessageId);
      onChange(items);
    },
  };
}

/** `randomUUID` is there over HTTPS and on this machine only. */
function newId() {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function readItem(stored) {
  try {
    const { clientMessageId, text, createdAt } = JSON.parse(stored);
    return [{ clientMessageId, text, createdAt, state: "waiting" }];
  } catch {
    return [];
  }
}
