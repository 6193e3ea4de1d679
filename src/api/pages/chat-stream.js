/** The stream of events: read, kept open, and opened again where it broke off. */

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** The server says something every 15 s; after this long the connection is dead without knowing it. */
const silenceMs = 40_000;
/** A hidden tab lets go of its connection: browsers keep six per server for all tabs together. */
const hiddenMs = 5 * 60_000;

/** Takes the text of a stream in pieces as they come and calls back with each event. */
export function createParser(onEvent) {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { id: undefined, name: "message", data: "" };
      for (const line of block.split("\n")) {
        const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field === "id") event.id = value;
        else if (field === "event") event.name = value;
        else if (field === "data") event.data += value;
      }
      if (event.data !== "") onEvent({ ...event, data: JSON.parse(event.data) });
    }
  };
}

/**
 * Follows the visitor's events for ever. `onState` hears `open`, `waiting` (with `retryInMs` and whether the browser is
 * `offline`) and `refused` (with the refusal; it is over then, until `start` is called again).
 */
export function createStream(channel, { onEvent, onState }) {
  let lastEventId;
  let failures = 0;
  let running;
  let pause;
  let hiddenTimer;

  async function read(token, signal, touch) {
    const body = await channel.follow(token, lastEventId, signal);
    onState({ name: "open" });
    const parse = createParser((event) => {
      failures = 0;
      if (event.name === "reset") lastEventId = undefined;
      if (event.id !== undefined) lastEventId = event.id;
      onEvent(event);
    });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      touch();
      parse(value);
    }
  }

  /** One connection from its beginning to its end. */
  async function connect(token, signal) {
    const dead = new AbortController();
    let timer;
    const touch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => dead.abort(), silenceMs);
    };
    touch();
    try {
      await read(token, AbortSignal.any([signal, dead.signal]), touch);
    } finally {
      clearTimeout(timer);
    }
  }

  async function run(signal) {
    while (!signal.aborted) {
      let refusal;
      try {
        await connect(channel.token(), signal);
      } catch (error) {
        refusal = error;
      }
      if (signal.aborted) return;
      if (refusal?.status === 401 || refusal?.status === 409 || refusal?.status === 404) {
        running = undefined;
        onState({ name: "refused", refusal });
        return;
      }
      await wait(refusal, signal);
    }
  }

  async function wait(refusal, signal) {
    const asked = (refusal?.retryAfterSeconds ?? 0) * 1_000;
    const grown = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
    failures += 1;
    // Spread, so that a server that comes back is not asked by everybody in the same moment.
    const retryInMs = Math.max(asked, grown * (0.8 + Math.random() * 0.4));
    onState({ name: "waiting", retryInMs, offline: !navigator.onLine });
    pause = Promise.withResolvers();
    const timer = setTimeout(pause.resolve, retryInMs);
    signal.addEventListener("abort", pause.resolve, { once: true });
    await pause.promise;
    clearTimeout(timer);
  }

  function start() {
    if (running !== undefined || channel.token() === undefined) return;
    running = new AbortController();
    void run(running.signal);
  }

  function stop() {
    running?.abort();
    running = undefined;
  }

  /** Looks at once whether the connection is back. */
  function retryNow() {
    failures = 0;
    pause?.resolve();
  }

  addEventListener("online", retryNow);
  addEventListener("offline", () => {
    if (running === undefined) return;
    stop();
    start();
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) hiddenTimer = setTimeout(stop, hiddenMs);
    else start();
  });
  return {
    start,
    retryNow,
    /** Begins anew with another visitor. */
    restart() {
      stop();
      lastEventId = undefined;
      failures = 0;
      start();
    },
  };
}
