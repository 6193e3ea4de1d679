/** The contact's side of one web channel: its token, kept in this browser, and its requests. */

/** An answer of the API that is not a success; `status` 0: there was no answer. */
export class Refusal extends Error {
  constructor(status, problem = {}, retryAfterSeconds = undefined) {
    super(problem.detail ?? (status === 0 ? "There is no connection." : `The server answered ${status}.`));
    this.status = status;
    this.code = problem.code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** `localStorage`, or memory where the browser forbids it: the chat then lasts as long as the page. */
export function openStorage(prefix) {
  const memory = new Map();
  let store;
  try {
    store = window.localStorage;
    store.getItem(prefix);
  } catch {
    store = undefined;
  }
  return {
    get: (name) => store?.getItem(prefix + name) ?? memory.get(name),
    set(name, value) {
      memory.set(name, value);
      try {
        store?.setItem(prefix + name, value);
      } catch {
        // Full: what memory holds is good for this page.
      }
    },
    remove(name) {
      memory.delete(name);
      store?.removeItem(prefix + name);
    },
    /** The names that begin so. */
    list(beginning) {
      const stored = store === undefined ? [] : Object.keys(store).filter((key) => key.startsWith(prefix));
      const names = new Set([...memory.keys(), ...stored.map((key) => key.slice(prefix.length))]);
      return [...names].filter((name) => name.startsWith(beginning));
    },
    /** Calls back when another tab changes this name. */
    onChange(name, changed) {
      addEventListener("storage", (event) => {
        if (event.key === prefix + name) changed();
      });
    },
  };
}

/** Throws a Refusal, and whatever the signal aborts with. */
export async function send(method, path, { token, body, headers = {}, signal } = {}) {
  const init = { method, headers: { ...headers }, signal, cache: "no-store", credentials: "omit" };
  if (token !== undefined) init.headers.authorization = `Bearer ${token}`;
  if (body !== undefined) {
    init.headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch((error) => {
    if (signal?.aborted) throw error;
    throw new Refusal(0);
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new Refusal(response.status, problem, Number.isFinite(seconds) ? seconds : undefined);
}

/** One channel's API, with the token of this browser. */
export function openChannel(channelId) {
  const storage = openStorage(`errand.chat.${channelId}.`);
  const path = `/web/v1/channels/${encodeURIComponent(channelId)}`;

  async function makeVisitor() {
    // Another tab may have made one while this one waited.
    const known = storage.get("token");
    if (known !== undefined) return known;
    const { token } = await (await send("POST", `${path}/visitors`, { body: {} })).json();
    storage.set("token", token);
    return token;
  }

  return {
    storage,
    describe: async () => (await send("GET", path)).json(),
    token: () => storage.get("token"),
    forgetToken: () => storage.remove("token"),
    /** The token of this browser; makes a visitor the first time, so that looking at the page leaves no contact behind. */
    async ensureToken() {
      const known = storage.get("token");
      if (known !== undefined) return known;
      // Two tabs that write their first messages together are one visitor. Plain HTTP has no locks.
      const name = `errand.chat.${channelId}`;
      return navigator.locks === undefined
        ? await makeVisitor()
        : await navigator.locks.request(name, makeVisitor);
    },
    write: async (token, message) =>
      (await send("POST", "/web/v1/messages", { token, body: message })).json(),
    /** The body of the stream of events. */
    async follow(token, lastEventId, signal) {
      const headers = { accept: "text/event-stream" };
      if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
      return (await send("GET", "/web/v1/events", { token, headers, signal })).body;
    },
  };
}
