import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi, type TestApi } from "../../test/api.ts";
import { createTestCore } from "../../test/core.ts";
import type { Clock } from "../base/clock.ts";
import { AppError, notFound } from "../base/errors.ts";
import { type LiveEvent, type Route, type RouteRequest, route } from "../base/route.ts";
import { formatEvent } from "./stream.ts";

type Request = RouteRequest<undefined, undefined, undefined, unknown>;

let api: TestApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

function streamRoute(stream: (request: Request) => AsyncIterable<LiveEvent>): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/events",
      operationId: "listenToEvents",
      tag: "Events",
      summary: "Events as they happen",
      response: z.object({ n: z.number() }),
      stream,
    }),
  ];
}

interface Listener {
  readonly response: Response;
  /** Reads until the text so far has `part`. */
  until(part: string): Promise<string>;
  /** Reads to the end. */
  rest(): Promise<string>;
  leave(): void;
}

async function listen(url: string, headers: Record<string, string> = {}): Promise<Listener> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/v1/events`, {
    headers: { authorization: "Bearer scope-read", ...headers },
    signal: leaving.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  async function read(): Promise<boolean> {
    const chunk = await reader?.read();
    text += chunk?.value ?? "";
    return chunk?.done === false;
  }
  return {
    response,
    async until(part) {
      while (!text.includes(part)) expect(await read(), text).toBe(true);
      return text;
    },
    async rest() {
      while (await read());
      return text;
    },
    leave: () => leaving.abort(),
  };
}

/** Never resolves before the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

test("events have id, name and data, and only the fields of their schema", async () => {
  api = await createTestApi(
    streamRoute(async function* ({ headers }) {
      yield { id: "7", event: "thing.changed", data: { n: 1, secret: 2 } };
      yield { event: "seen", data: { n: Number(headers["last-event-id"]) } };
    }),
  );
  const listener = await listen(api.url, { "last-event-id": "41" });
  expect(listener.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(listener.response.headers.get("cache-control")).toBe("no-store");
  expect(await listener.rest()).toBe(
    'retry: 2000\n\nid: 7\nevent: thing.changed\ndata: {"n":1}\n\nevent: seen\ndata: {"n":41}\n\n',
  );
});

test("what is thrown before the first event is a problem", async () => {
  api = await createTestApi(
    streamRoute(async function* () {
      await Promise.resolve();
      if (api !== undefined) throw notFound("thing");
      yield { event: "never", data: { n: 0 } };
    }),
  );
  const { status, body } = await api.send("GET", "/v1/events");
  expect([status, body]).toMatchObject([404, { code: "not_found" }]);
  expect((await api.send("GET", "/v1/events", { scope: null })).status).toBe(401);
  expect((await api.send("HEAD", "/v1/events")).status).toBe(405);
});

test("what is thrown later ends the stream", async () => {
  api = await createTestApi(
    streamRoute(async function* () {
      yield { event: "first", data: { n: 1 } };
      throw new AppError({ code: "x", status: 500, message: "inner" });
    }),
  );
  const text = await (await listen(api.url)).rest();
  expect(text).toContain("event: first");
  expect(text).not.toContain("inner");
});

test("the source's signal aborts when the client goes away", async () => {
  const ended = Promise.withResolvers<void>();
  api = await createTestApi(
    streamRoute(async function* ({ signal }) {
      yield { event: "first", data: { n: 1 } };
      await aborted(signal);
      ended.resolve();
    }),
  );
  const listener = await listen(api.url);
  await listener.until("event: first");
  listener.leave();
  await ended.promise;
});

test("a closing server ends its streams, and then closes", async () => {
  const ended = Promise.withResolvers<void>();
  const mine = await createTestApi(
    streamRoute(async function* ({ signal }) {
      yield { event: "first", data: { n: 1 } };
      await aborted(signal);
      ended.resolve();
    }),
  );
  const listener = await listen(mine.url);
  await listener.until("event: first");
  await mine.close();
  await ended.promise;
  expect(await listener.rest()).toContain("event: first");
});

test("a quiet stream opens before its first event, and has heartbeats", async () => {
  const waits: { readonly ms: number; readonly fire: () => void }[] = [];
  const clock: Clock = {
    now: () => new Date(),
    monotonicMs: () => 0,
    after(ms, fire) {
      waits.push({ ms, fire });
      return () => undefined;
    },
  };
  const core = { ...(await createTestCore()), clock };
  api = await createTestApi(
    streamRoute(async function* ({ signal }) {
      await aborted(signal);
      yield { event: "never", data: { n: 0 } };
    }),
    { core },
  );
  const fire = async (ms: number) => {
    await expect.poll(() => waits.some((wait) => wait.ms === ms)).toBe(true);
    const [wait] = waits.splice(
      waits.findIndex((one) => one.ms === ms),
      1,
    );
    wait?.fire();
  };
  const opening = listen(api.url);
  await fire(1_000);
  const listener = await opening;
  await listener.until("retry: 2000");
  await fire(15_000);
  await listener.until(": still here");
  listener.leave();
});

test("line breaks in an event's name or id cannot make lines of their own", () => {
  const text = formatEvent({ id: "1\ndata: x", event: "a\r\nid: 9", data: null }, "a\nb");
  expect(text).toBe('id: 1data: x\nevent: aid: 9\ndata: "a\\nb"\n\n');
});
