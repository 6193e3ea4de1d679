import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TestApi } from "../../../test/api.ts";
import { type ConversationFixture, createConversationFixture } from "../../../test/conversations.ts";
import { type EventListener, listenToEvents, type ReceivedEvent } from "../../../test/event-stream.ts";
import { createModuleApi } from "../../../test/module-api.ts";
import { until } from "../../../test/until.ts";
import { fromId, newId, toId } from "../../base/ids.ts";
import {
  closeConversation,
  createPreviews,
  endTurn,
  listMessages,
  openConversation,
  type ReplyPreview,
  sendMessage,
  takeTurn,
} from "../index.ts";
import { encodeScroll } from "../scroll-cursor.ts";
import { scrollTopic } from "./preview-signal.ts";

let it: ConversationFixture;
let api: TestApi;
const open: EventListener[] = [];
const previews: ReplyPreview[] = [];

beforeAll(async () => {
  it = await createConversationFixture();
  api = await createModuleApi(it.core, it.modules);
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
  for (const preview of previews.splice(0)) preview.close();
});
afterAll(() => api.close());

const tenant = <T>(work: Parameters<typeof it.core.db.tenant<T>>[1]) =>
  it.core.db.tenant(api.workspaceId, work);

interface Scene {
  readonly channelId: string;
  readonly contactId: string;
  readonly channelName: string;
  readonly token: string;
  write(text: string, clientMessageId?: string): Promise<{ readonly id: string }>;
  listen(headers?: Readonly<Record<string, string>>): Promise<EventListener>;
  /** Writes as the agent, and answers the message's UUID. */
  send(text: string, messageId?: string): Promise<string>;
  preview(agentId?: string): Promise<ReplyPreview>;
  /** Makes the streams look, as the poll behind the signals does every 5 s. */
  wake(): void;
}

async function newScene(): Promise<Scene> {
  const body = { platform: "web", kind: "page", name: "Shop", defaultAgentId: toId("agent", it.agentId) };
  const { id: channelName } = (await api.send("POST", "/v1/channels", { body })).body as { id: string };
  const made = await api.send("POST", `/web/v1/channels/${channelName}/visitors`, { scope: null, body: {} });
  const { token, contactId: contactName } = made.body as { token: string; contactId: string };
  const channelId = fromId("channel", channelName) ?? "";
  const contactId = fromId("contact", contactName) ?? "";
  const headers = { authorization: `Bearer ${token}` };
  const conversationOf = async () =>
    (await tenant((tx) => openConversation(it.core, tx, { channelId, contactId }))).id;
  return {
    channelId,
    contactId,
    channelName,
    token,
    async write(text, clientMessageId = newId()) {
      const got = await api.send("POST", "/web/v1/messages", { headers, body: { clientMessageId, text } });
      expect(got.status).toBe(201);
      return got.body as { id: string };
    },
    async listen(more = {}) {
      const listener = await listenToEvents(`${api.url}/web/v1/events`, { ...headers, ...more });
      open.push(listener);
      return listener;
    },
    send: (text, messageId) =>
      tenant(async (tx) => {
        const { id: conversationId } = await openConversation(it.core, tx, { channelId, contactId });
        const author = { kind: "agent", id: it.agentId } as const;
        const sent = await sendMessage(it.core, tx, {
          class: "opening",
          conversationId,
          author,
          text,
          messageId,
        });
        return sent.messageId;
      }),
    async preview(agentId = it.agentId) {
      const conversationId = await conversationOf();
      const { workspaceId } = api;
      const executionId = newId();
      const preview = createPreviews(it.core)({
        workspaceId,
        channelId,
        contactId,
        conversationId,
        agentId,
        executionId,
      });
      previews.push(preview);
      return preview;
    },
    wake() {
      const { workspaceId } = api;
      it.core.signals.notify("live", scrollTopic({ workspaceId, channelId, contactId }));
    },
  };
}

const is = (event: string) => (it: ReceivedEvent) => it.event === event;
const caughtUp = (listener: EventListener) => listener.first("the stream to catch up", is("typing"));

function textsOf(listener: EventListener): readonly unknown[] {
  return listener.events
    .filter(is("message.created"))
    .map(({ data }) => (data.message as { text: string }).text);
}

/** What a client shows of an answer that is being written. */
function shownOf(listener: EventListener, messageId: string): string {
  return listener.events
    .filter(({ event, data }) => event === "message.delta" && data.messageId === toId("message", messageId))
    .reduce((shown, { data }) => {
      expect(data.offset).toBe(shown.length);
      return shown + String(data.text);
    }, "");
}

let scene: Scene;
beforeEach(async () => {
  scene = await newScene();
});

describe("messages", () => {
  test("come with what was missed first, in both directions, and resume where they were left", async () => {
    await scene.write("one");
    await scene.send("two");
    const first = await scene.listen();
    await caughtUp(first);
    expect(textsOf(first)).toEqual(["one", "two"]);
    expect(first.events[1]?.data).toMatchObject({
      message: { status: "delivered", author: { kind: "agent" } },
    });
    await scene.send("three");
    await first.first("the third", ({ data }) => JSON.stringify(data).includes("three"));
    const cursor = first.events.findLast(is("message.created"))?.id ?? "";
    first.close();
    await scene.write("four");
    const second = await scene.listen({ "last-event-id": cursor });
    await caughtUp(second);
    expect(textsOf(second)).toEqual(["four"]);
  });

  test("begin at once in a conversation that did not exist when the stream was opened", async () => {
    const listener = await scene.listen();
    await caughtUp(listener);
    const startedAt = performance.now();
    await scene.send("We write first.");
    await listener.first("the message", is("message.created"));
    // By a signal, and not by the poll of 5 s behind it.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("go on in the contact's next conversation", async () => {
    await scene.write("in the first");
    const listener = await scene.listen();
    await caughtUp(listener);
    await tenant(async (tx) => {
      const { id } = await openConversation(it.core, tx, scene);
      await closeConversation(
        it.core,
        tx,
        { conversationId: id, reason: "member" },
        { caller: null, requestId: null },
      );
    });
    await scene.write("in the second");
    await listener.first("the message", ({ data }) => JSON.stringify(data).includes("in the second"));
  });

  test("reach every tab, more of them than one reading takes", async () => {
    for (let count = 0; count < 120; count += 1) await scene.send(`${count}`);
    const tabs = await Promise.all([scene.listen(), scene.listen()]);
    for (const tab of tabs) {
      await caughtUp(tab);
      expect(textsOf(tab)).toEqual(Array.from({ length: 120 }, (_, count) => `${count}`));
    }
  });

  test("count as delivered when they are sent down a stream", async () => {
    const listener = await scene.listen();
    await caughtUp(listener);
    await scene.send("hello");
    const { id } = await tenant((tx) => openConversation(it.core, tx, scene));
    await until("the status", async () => {
      const { items } = await tenant((tx) => listMessages(tx, id, { limit: 1 }));
      return items[0]?.status === "delivered";
    });
  });

  test("of others are not seen", async () => {
    const other = await newScene();
    const listener = await scene.listen();
    await caughtUp(listener);
    await other.send("for somebody else");
    await scene.send("for me");
    await listener.first("the message", is("message.created"));
    expect(textsOf(listener)).toEqual(["for me"]);
  });

  test("follow from the beginning after a reset, if the place to go on from is not known", async () => {
    await scene.write("one");
    for (const place of [
      "nonsense",
      encodeScroll({ ordinal: 7, seq: 1 }),
      encodeScroll({ ordinal: 1, seq: 9 }),
    ]) {
      const listener = await scene.listen({ "last-event-id": place });
      await caughtUp(listener);
      expect(listener.events.map(({ event }) => event)).toEqual(["reset", "message.created", "typing"]);
    }
  });

  test("change their status", async () => {
    const messageId = await scene.send("hello");
    const listener = await scene.listen();
    await caughtUp(listener);
    await tenant(async (tx) => {
      await tx.query({ text: "update messages set status = 'read' where id = $1", values: [messageId] });
    });
    scene.wake();
    const updated = await listener.first("the status", is("message.updated"));
    expect(updated.data).toEqual({ messageId: toId("message", messageId), status: "read" });
  });
});

describe("an answer that is being written", () => {
  test("is shown piece by piece and replaced by the message", async () => {
    await scene.write("Where is my order?");
    const listener = await scene.listen();
    await caughtUp(listener);
    const preview = await scene.preview();
    const text = "It left our house this morning and arrives on Friday. 😀";
    for (const piece of text.match(/.{1,7}/gsu) ?? []) preview.text(piece);
    await until("the whole text", () => shownOf(listener, preview.messageId) === text);
    const messageId = await scene.send(text, preview.messageId);
    preview.sent();
    expect(messageId).toBe(preview.messageId);
    const created = await listener.first(
      "the message",
      ({ event, data }) => event === "message.created" && JSON.stringify(data).includes("Friday"),
    );
    expect(created.data).toMatchObject({ message: { id: toId("message", messageId) } });
    // What comes after the preview's end would show a retraction.
    await scene.send("Anything else?");
    await listener.first("the next", ({ data }) => JSON.stringify(data).includes("Anything else?"));
    expect(listener.events.some(is("message.retracted"))).toBe(false);
  });

  test("is seen whole by who comes later, and by a second tab", async () => {
    await scene.write("Hello");
    const early = await scene.listen();
    await caughtUp(early);
    const preview = await scene.preview();
    preview.text("The beginning ");
    await until("the beginning", () => shownOf(early, preview.messageId) === "The beginning ");
    const late = await scene.listen();
    await until("the beginning again", () => shownOf(late, preview.messageId) === "The beginning ");
    preview.text("and the end.");
    for (const listener of [early, late])
      await until("the end", () => shownOf(listener, preview.messageId) === "The beginning and the end.");
  });

  test("is taken back when it is void, and what follows has another id", async () => {
    await scene.write("Hello");
    const listener = await scene.listen();
    await caughtUp(listener);
    const preview = await scene.preview();
    const { messageId: first } = preview;
    preview.text("  A first try");
    await until("the first", () => shownOf(listener, first) === "A first try");
    preview.discard();
    const retracted = await listener.first("the retraction", is("message.retracted"));
    expect(retracted.data).toEqual({ messageId: toId("message", first) });
    preview.text("The answer");
    expect(preview.messageId).not.toBe(first);
    await until("the second", () => shownOf(listener, preview.messageId) === "The answer");
  });

  test("is not begun to be shown when it is complete", async () => {
    await scene.write("Hello");
    const listener = await scene.listen();
    await caughtUp(listener);
    const complete = await scene.preview();
    complete.text("Short");
    complete.complete();
    for (const text of ["A longer one", "And another"]) {
      const preview = await scene.preview();
      preview.text(text);
      // The longest pace is less than twice the shortest: by the second the first would have been shown.
      await until("a text", () => shownOf(listener, preview.messageId) === text);
    }
    expect(shownOf(listener, complete.messageId)).toBe("");
  });

  test("is not shown where the gate would refuse it", async () => {
    await scene.write("Hello");
    const listener = await scene.listen();
    await caughtUp(listener);
    const refused = await scene.preview(newId());
    refused.text("From an agent that does not answer here");
    const allowed = await scene.preview();
    allowed.text("From the one that does");
    await until("the allowed one", () => shownOf(listener, allowed.messageId) !== "");
    expect(shownOf(listener, refused.messageId)).toBe("");
  });

  test("is taken back when the turn ends without it, as after a crash", async () => {
    await scene.write("Hello");
    const listener = await scene.listen();
    const { id: conversationId, turnExecutionId } = await tenant((tx) =>
      openConversation(it.core, tx, scene),
    );
    const executionId = turnExecutionId ?? "";
    await tenant((tx) => takeTurn(it.core, tx, { conversationId, executionId }));
    await listener.first("typing", ({ event, data }) => event === "typing" && data.on === true);
    const preview = await scene.preview();
    preview.text("Half an answer");
    await until("the half", () => shownOf(listener, preview.messageId) === "Half an answer");
    const failure = { code: "crash_loop", message: "It died." };
    await tenant((tx) => endTurn(it.core, tx, { conversationId, executionId, failure }));
    await listener.first("the retraction", is("message.retracted"));
    expect(listener.events.at(-1)).toMatchObject({ event: "typing", data: { on: false } });
  });
});

describe("a stream", () => {
  const headers = (token: string) => ({ authorization: `Bearer ${token}` });

  test("needs a valid token", async () => {
    const listener = await listenToEvents(`${api.url}/web/v1/events`, headers("vis_unknown"));
    expect(listener.status).toBe(401);
  });

  test("goes on from a cursor in the address too", async () => {
    const { id } = await scene.write("one");
    await scene.write("two");
    const page = await api.send("GET", "/web/v1/messages?limit=1", { headers: headers(scene.token) });
    const { items, nextCursor } = page.body as { items: { id: string }[]; nextCursor: string };
    expect(items).toMatchObject([{ id }]);
    const listener = await listenToEvents(
      `${api.url}/web/v1/events?after=${nextCursor}`,
      headers(scene.token),
    );
    open.push(listener);
    await caughtUp(listener);
    expect(textsOf(listener)).toEqual(["two"]);
  });

  test("ends when its channel is disabled, and is refused from then on", async () => {
    const listener = await scene.listen();
    await caughtUp(listener);
    await api.send("PATCH", `/v1/channels/${scene.channelName}`, { body: { status: "disabled" } });
    scene.wake();
    await listener.ended;
    const got = await api.send("GET", "/web/v1/events", { headers: headers(scene.token) });
    expect(got).toMatchObject({ status: 409, body: { code: "channel_disabled" } });
  });

  test("ends when its token is gone", async () => {
    const listener = await scene.listen();
    await caughtUp(listener);
    await api.send("DELETE", `/v1/contacts/${toId("contact", scene.contactId)}`);
    scene.wake();
    await listener.ended;
  });

  test("is one of ten of its visitor at most, and makes room when it is closed", async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => scene.listen()));
    const refused = await api.send("GET", "/web/v1/events", { headers: headers(scene.token) });
    expect(refused).toMatchObject({ status: 429, body: { code: "too_many_streams" } });
    expect(refused.headers.get("retry-after")).toBe("10");
    streams[0]?.close();
    await until("room for another", async () => (await scene.listen()).status === 200);
  });
});

test("what a chat shows first is known to anybody", async () => {
  const show = (id: string) => api.send("GET", `/web/v1/channels/${id}`, { scope: null });
  expect((await show(scene.channelName)).body).toEqual({
    id: scene.channelName,
    name: "Shop",
    agentName: null,
    available: true,
  });
  await api.send("PATCH", `/v1/channels/${scene.channelName}`, { body: { status: "disabled" } });
  expect((await show(scene.channelName)).body).toMatchObject({ available: false });
  expect((await show(toId("channel", newId()))).status).toBe(404);
});
