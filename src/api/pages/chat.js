import { openChannel } from "./chat-api.js";
import { createOutbox } from "./chat-outbox.js";
import { createStream } from "./chat-stream.js";
import { createView } from "./chat-view.js";

/** A break shorter than this is not worth a word. */
const quietBreakMs = 1_500;
const tallestDraftPx = 160;

function element(id) {
  return document.getElementById(id);
}

/** Shows a page that says why there is no chat. `retry` false: trying again would not help. */
function showUnavailable(title, text, retry) {
  element("chat").hidden = true;
  element("unavailable").hidden = false;
  element("unavailable-title").textContent = title;
  element("unavailable-text").textContent = text;
  element("unavailable-retry").hidden = !retry;
  document.title = title;
  element("unavailable-title").focus();
}

function explainRefusal({ status }) {
  if (status === 404 || status === 422)
    showUnavailable(
      "There is no chat here",
      "Check the address, or ask whoever gave it to you for a new one.",
      false,
    );
  else
    showUnavailable(
      "The chat cannot be reached",
      "Check your connection and try again in a moment. What you wrote is kept in this browser.",
      true,
    );
}

function showClosed(name) {
  showUnavailable(
    `${name} is closed at the moment`,
    "No messages are taken here now. Please come back later.",
    true,
  );
}

/** Says that the connection is gone, and counts down to the next try. */
function createConnectionNotice(onRetry) {
  let timers = [];
  const text = element("connection-text");
  element("connection-retry").addEventListener("click", onRetry);
  return ({ name, offline }) => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    if (name === "open") {
      element("connection").hidden = true;
      return;
    }
    const say = () => {
      text.textContent = offline ? "You are offline. What you write is sent later." : "Reconnecting…";
      element("connection").hidden = false;
    };
    if (element("connection").hidden) timers.push(setTimeout(say, quietBreakMs));
    else say();
  };
}

function setUpComposer(onText) {
  const form = element("composer");
  const field = element("text");
  const resize = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, tallestDraftPx)}px`;
    element("send").toggleAttribute("data-ready", field.value.trim() !== "");
  };
  field.addEventListener("input", resize);
  field.addEventListener("keydown", (event) => {
    // While a word is composed, Enter chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    field.focus();
    if (text === "") return;
    field.value = "";
    resize();
    onText(text);
  });
  resize();
}

function run(channel, info) {
  /** Messages that the stream brought before the answer to their request came. */
  const arrived = new Set();
  /** How many messages the stream has brought. */
  let count = 0;

  const view = createView({
    onRetry: (clientMessageId) => outbox.retry(clientMessageId),
    onRemove: (clientMessageId) => outbox.remove(clientMessageId),
  });

  const outbox = createOutbox(channel, {
    onChange: (items) => view.showUnsent(items.filter((item) => !arrived.has(item.clientMessageId))),
    onSent(message, clientMessageId) {
      view.showMessage(message, clientMessageId);
      stream.start();
    },
    onForgotten: beginAnew,
    onClosed: close,
  });

  const showConnection = createConnectionNotice(() => stream.retryNow());
  const stream = createStream(channel, {
    onState(state) {
      if (state.name === "refused" && state.refusal.status === 401) {
        beginAnew();
        return;
      }
      if (state.name === "refused") {
        close(state.refusal);
        return;
      }
      showConnection(state);
      if (state.name === "open") void outbox.flush();
    },
    onEvent({ name, data }) {
      if (name === "message.created") showCreated(data.message);
      else if (name === "message.updated") view.updateStatus(data.messageId, data.status);
      else if (name === "message.delta") view.showDelta(data);
      else if (name === "message.retracted") view.retract(data.messageId);
      else if (name === "typing") view.setTyping(data.on);
      else if (name === "reset") view.clear();
    },
  });

  function showCreated(message) {
    // The text tells which of the unsent ones it is: the stream may be faster than the answer to the request.
    const own =
      message.direction === "in"
        ? outbox
            .items()
            .find(
              ({ state, text, clientMessageId }) =>
                state === "sending" && text === message.text && !arrived.has(clientMessageId),
            )
        : undefined;
    if (own !== undefined) arrived.add(own.clientMessageId);
    count += 1;
    view.showMessage({ ...message, order: count }, own?.clientMessageId);
  }

  /** The server does not know this browser any more: the conversation is gone. */
  function beginAnew() {
    channel.forgetToken();
    view.clear();
    stream.restart();
  }

  function close(refusal) {
    if (refusal.status === 404) explainRefusal(refusal);
    else showClosed(info.name);
  }

  setUpComposer((text) => {
    outbox.add(text);
    view.toEnd();
  });
  addEventListener("online", () => void outbox.flush());
  channel.storage.onChange("token", () => {
    view.clear();
    stream.restart();
  });

  view.clear();
  view.showUnsent(outbox.items());
  view.toEnd();
  stream.start();
  void outbox.flush();
}

function introduce({ name, agentName }) {
  document.title = name;
  element("name").textContent = name;
  element("avatar").textContent = [...name.trim()][0]?.toUpperCase() ?? "";
  element("disclosure").textContent =
    agentName === null
      ? "You are writing with an AI assistant."
      : `You are writing with ${agentName}, an AI assistant.`;
}

async function begin() {
  const channel = openChannel(decodeURIComponent(location.pathname.split("/")[2] ?? ""));
  let info;
  try {
    info = await channel.describe();
  } catch (refusal) {
    explainRefusal(refusal);
    return;
  }
  introduce(info);
  if (!info.available) {
    showClosed(info.name);
    return;
  }
  element("unavailable").hidden = true;
  element("chat").hidden = false;
  run(channel, info);
  // On a phone the keyboard would cover half of what there is to read.
  if (matchMedia("(pointer: fine)").matches) element("text").focus();
}

element("unavailable-retry").addEventListener("click", () => location.reload());
void begin();
