import { clockTime, dayName, exactTime, isSameDay, showText } from "./chat-text.js";

/** The conversation on the screen. */

/** Messages of one side within this time stand together. */
const groupMs = 5 * 60_000;
/** Closer to the end than this, the view follows what comes. */
const nearEndPx = 96;

const authors = { agent: "AI assistant", member: "Team", system: "" };
const stateTexts = { sending: "Sending…", waiting: "Waiting for the connection", failed: "Not sent" };

function element(id) {
  return document.getElementById(id);
}

function make(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** `onRetry` and `onRemove` are called with the `clientMessageId` of a message that was not sent. */
export function createView({ onRetry, onRemove }) {
  const scroll = element("scroll");
  const list = element("messages");
  const entries = new Map();
  let isTyping = false;
  let preview;
  let unseen = 0;
  // So that the keyboard can scroll it; only Chromium does so by itself.
  scroll.tabIndex = 0;

  const isNearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < nearEndPx;

  function toEnd() {
    scroll.scrollTop = scroll.scrollHeight;
    element("newer").hidden = true;
  }

  /** Changes the screen and stays at its end if it was there. */
  function following(change) {
    const follows = isNearEnd();
    change();
    element("empty").hidden = entries.size > 0;
    if (follows) toEnd();
    return follows;
  }

  function makeEntry(key, message) {
    const item = make("li", message.direction === "in" ? "mine" : `theirs by-${message.author.kind}`);
    item.dataset.key = key;
    const parts = {
      day: make("p", "day"),
      author: make("p", "author", authors[message.author.kind] ?? ""),
      bubble: make("p", "bubble"),
      foot: make("p", "foot"),
    };
    item.append(parts.day, parts.author, parts.bubble, parts.foot);
    return { key, item, parts, message };
  }

  function entryOf(item) {
    return item === null ? undefined : entries.get(item.dataset.key);
  }

  /** True if two messages stand together under one name and above one time. */
  function isGroup(left, right) {
    if (left === undefined || right === undefined) return false;
    const [one, other] = [left.message, right.message];
    return (
      one.author.kind === other.author.kind &&
      other.at - one.at < groupMs &&
      isSameDay(one.at, other.at) &&
      left.message.state === undefined
    );
  }

  /** What of an entry depends on its neighbours. */
  function arrange(entry) {
    if (entry === undefined) return;
    const { item, parts, message } = entry;
    const [before, after] = [entryOf(item.previousElementSibling), entryOf(item.nextElementSibling)];
    const isNewDay = before === undefined || !isSameDay(before.message.at, message.at);
    parts.day.hidden = !isNewDay;
    parts.day.textContent = isNewDay ? dayName(message.at) : "";
    item.classList.toggle("first", !isGroup(before, entry));
    parts.author.hidden =
      message.direction === "in" || isGroup(before, entry) || parts.author.textContent === "";
    parts.foot.hidden = message.state === undefined && isGroup(entry, after);
  }

  function showFoot({ parts, message }) {
    const { state, status, at } = message;
    const time = make("time", "", clockTime(at));
    time.dateTime = at.toISOString();
    time.title = exactTime(at);
    if (state === undefined) {
      const isReceived = message.direction === "in" && (status === "delivered" || status === "read");
      const isLost = message.direction === "out" && status === "failed";
      const suffix = isReceived ? " · Delivered" : isLost ? " · Withdrawn" : "";
      parts.foot.replaceChildren(time, suffix);
      return;
    }
    parts.foot.replaceChildren(make("span", "state", stateTexts[state]));
    if (state !== "failed") return;
    const retry = make("button", "link", "Try again");
    const remove = make("button", "link", "Remove");
    for (const button of [retry, remove]) button.type = "button";
    retry.addEventListener("click", () => onRetry(message.clientMessageId));
    remove.addEventListener("click", () => onRemove(message.clientMessageId));
    parts.foot.append(`: ${message.reason} `, retry, remove);
  }

  /**
   * Puts an entry where it belongs: in the order in which the stream brought them, then what was sent and has not come
   * back yet, then what was not sent.
   */
  function place(entry) {
    const weight = ({ message }) =>
      message.order === undefined
        ? [message.state === undefined ? 1 : 2, message.at.getTime()]
        : [0, message.order];
    const [kind, rank] = weight(entry);
    let next = null;
    for (let item = list.lastElementChild; item !== null; item = item.previousElementSibling) {
      if (item === entry.item) continue;
      const [otherKind, otherRank] = weight(entryOf(item));
      if (otherKind < kind || (otherKind === kind && otherRank <= rank)) break;
      next = item;
    }
    if (entry.item.nextElementSibling !== next || !entry.item.isConnected)
      list.insertBefore(entry.item, next);
  }

  function put(key, message) {
    const known = entries.get(key);
    const neighbours = [known?.item.previousElementSibling, known?.item.nextElementSibling];
    const entry = known ?? makeEntry(key, message);
    // The answer to a request may come after what the stream told of the same message.
    const order = message.order ?? known?.message.order;
    entry.message = { ...message, order, at: new Date(message.createdAt) };
    entries.set(key, entry);
    entry.item.dataset.state = message.state ?? "";
    showText(entry.parts.bubble, message.text);
    showFoot(entry);
    place(entry);
    const { previousElementSibling: before, nextElementSibling: after } = entry.item;
    for (const item of [before, entry.item, after, ...neighbours]) arrange(entryOf(item ?? null));
  }

  function take(key) {
    const entry = entries.get(key);
    if (entry === undefined) return;
    const { previousElementSibling: before, nextElementSibling: after } = entry.item;
    entry.item.remove();
    entries.delete(key);
    for (const item of [before, after]) arrange(entryOf(item));
  }

  function showWriting() {
    element("writing").hidden = !isTyping && preview === undefined;
    element("preview").hidden = preview === undefined;
    element("dots").hidden = preview !== undefined || !isTyping;
    element("preview").textContent = preview?.text ?? "";
    element("activity").textContent = isTyping ? "The assistant is writing" : "";
  }

  function announceUnseen() {
    unseen = document.hidden ? unseen + 1 : 0;
    const name = element("name").textContent;
    document.title = unseen === 0 ? name : `(${unseen}) ${name}`;
  }

  scroll.addEventListener("scroll", () => {
    if (isNearEnd()) element("newer").hidden = true;
  });
  element("newer").addEventListener("click", toEnd);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = element("name").textContent;
  });
  // A keyboard on the screen or a longer draft takes room away at the end.
  let isAtEnd = true;
  scroll.addEventListener("scroll", () => {
    isAtEnd = isNearEnd();
  });
  new ResizeObserver(() => {
    if (isAtEnd) toEnd();
  }).observe(scroll);

  return {
    toEnd,
    /** Shows a stored message, in the place of the preview with its id and of the unsent one it was. */
    showMessage(message, clientMessageId) {
      const follows = following(() => {
        if (clientMessageId !== undefined) take(clientMessageId);
        if (message.id === preview?.messageId) preview = undefined;
        showWriting();
        put(message.id, message);
      });
      if (message.direction === "in") return;
      announceUnseen();
      if (!follows) element("newer").hidden = false;
    },
    updateStatus(messageId, status) {
      const entry = entries.get(messageId);
      if (entry !== undefined) following(() => put(messageId, { ...entry.message, status }));
    },
    /** Shows what has not been sent yet, in order. */
    showUnsent(items) {
      following(() => {
        const keys = new Set(items.map(({ clientMessageId }) => clientMessageId));
        for (const { key, message } of [...entries.values()])
          if (message.state !== undefined && !keys.has(key)) take(key);
        for (const item of items)
          put(item.clientMessageId, { ...item, direction: "in", author: { kind: "contact" } });
      });
    },
    /** The next piece of an answer; what does not fit what is shown waits for the whole message. */
    showDelta({ messageId, offset, text }) {
      const known = preview?.messageId === messageId ? preview.text : "";
      if (offset !== known.length || entries.has(messageId)) return;
      following(() => {
        preview = { messageId, text: known + text };
        showWriting();
      });
    },
    retract(messageId) {
      if (preview?.messageId !== messageId) return;
      following(() => {
        preview = undefined;
        showWriting();
      });
    },
    setTyping(on) {
      following(() => {
        isTyping = on;
        if (!on) preview = undefined;
        showWriting();
      });
    },
    /** Forgets everything but what has not been sent. */
    clear() {
      for (const { key, message } of [...entries.values()]) if (message.state === undefined) take(key);
      isTyping = false;
      preview = undefined;
      showWriting();
      element("empty").hidden = entries.size > 0;
    },
  };
}
