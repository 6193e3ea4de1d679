import { until } from "./until.ts";

/** One server-sent event as it came. */
export interface ReceivedEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventListener {
  readonly status: number;
  /** So far, oldest first. */
  readonly events: readonly ReceivedEvent[];
  /** Waits for the first event that fits, those that came already included. */
  first(what: string, fits: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  /** Goes away. */
  close(): void;
}

/** Opens a stream of server-sent events and collects what comes. Of a refusal only the status is of use. */
export async function listenToEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventListener> {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const events: ReceivedEvent[] = [];
  const ended = collect(response, events).catch(() => undefined);
  return {
    status: response.status,
    events,
    first: (what, fits) => until(what, () => events.find(fits)),
    ended,
    close: () => leaving.abort(),
  };
}

async function collect(response: Response, events: ReceivedEvent[]): Promise<void> {
  let rest = "";
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(
        block.split("\n").map((line): [string, string] => {
          const [, field = "", value = ""] = /^(\w*): ?(.*)$/.exec(line) ?? [];
          return [field, value];
        }),
      );
      const event = fields.get("event");
      if (event !== undefined)
        events.push({ id: fields.get("id"), event, data: JSON.parse(fields.get("data") ?? "null") });
    }
  }
}
