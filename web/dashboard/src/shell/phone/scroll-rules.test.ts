import { describe, expect, it } from "vitest";
import type { VisitorMessage } from "../../api/generated/model";
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

function message(id: string, text = id, direction: VisitorMessage["direction"] = "out"): VisitorMessage {
  const kind = direction === "in" ? "contact" : "agent";
  return { id, direction, author: { kind }, text, status: "sent", createdAt: "2027-03-01T09:00:00.000Z" };
}

const created = (...given: Parameters<typeof message>): ChatEvent => ({
  name: "message.created",
  message: message(...given),
});
const delta = (messageId: string, offset: number, text: string): ChatEvent => ({
  ...{ name: "message.delta", messageId, offset, text },
});
const behind = (...events: readonly ChatEvent[]) => events.reduce(applyEvent, emptyScroll);
const texts = ({ messages }: Scroll) => messages.map(({ text }) => text);

describe("what comes", () => {
  it("stands in the order in which it came, each once, with its newest status", () => {
    const scroll = behind(
      created("one"),
      created("two"),
      created("one", "One"),
      { name: "message.updated", messageId: "two", status: "delivered" },
      { name: "message.updated", messageId: "three", status: "delivered" },
    );
    expect(texts(scroll)).toEqual(["One", "two"]);
    expect(scroll.messages[1]?.status).toBe("delivered");
  });

  it("is previewed piece by piece, and the message takes its place", () => {
    const pieces = behind(delta("a", 0, "Hel"), delta("a", 3, "lo"));
    expect(pieces.preview).toEqual({ messageId: "a", text: "Hello" });
    expect(applyEvent(pieces, delta("a", 9, "lost")).preview?.text).toBe("Hello");
    expect(applyEvent(pieces, delta("b", 0, "New")).preview).toEqual({ messageId: "b", text: "New" });
    const whole = applyEvent(pieces, created("a", "Hello."));
    expect([whole.preview, texts(whole)]).toEqual([null, ["Hello."]]);
    expect(applyEvent(whole, delta("a", 0, "Hello")).preview).toBeNull();
  });

  it("goes when it is retracted, or nobody writes any more", () => {
    const pieces = behind({ name: "typing", on: true }, delta("a", 0, "Hel"));
    expect(applyEvent(pieces, { name: "message.retracted", messageId: "b" }).preview).not.toBeNull();
    expect(applyEvent(pieces, { name: "message.retracted", messageId: "a" }).preview).toBeNull();
    expect(applyEvent(pieces, { name: "typing", on: false })).toMatchObject({
      ...{ preview: null, isTyping: false, isCaughtUp: true },
    });
  });

  it("begins anew after a reset, without losing what was not sent", () => {
    const unsent = addUnsent(behind(created("one")), { clientMessageId: "c1", text: "Hi" });
    expect(applyEvent(unsent, { name: "reset" })).toEqual({ ...emptyScroll, unsent: unsent.unsent });
  });
});

describe("what is written", () => {
  const written = addUnsent(emptyScroll, { clientMessageId: "c1", text: "Hi" });

  it("is there once when the request is answered first", () => {
    const taken = noteTaken(written, "c1", "m1");
    expect(taken.unsent).toEqual([{ clientMessageId: "c1", text: "Hi", fault: null, messageId: "m1" }]);
    const arrived = applyEvent(taken, created("m1", "Hi", "in"));
    expect([texts(arrived), arrived.unsent]).toEqual([["Hi"], []]);
  });

  it("is there once when the stream is first", () => {
    const twice = addUnsent(written, { clientMessageId: "c2", text: "Hi" });
    const arrived = applyEvent(twice, created("m1", "Hi", "in"));
    expect(arrived.unsent.map(({ clientMessageId }) => clientMessageId)).toEqual(["c2"]);
    expect(noteTaken(arrived, "c1", "m1")).toEqual(arrived);
    expect(noteTaken(arrived, "c2", "m1").unsent).toEqual([]);
  });

  it("is not taken for an answer with the same words", () => {
    expect(applyEvent(written, created("m1", "Hi")).unsent).toEqual(written.unsent);
  });

  it("keeps its text after a fault, and is sent again or taken back", () => {
    const refused = noteRefused(written, "c1", "No connection.");
    expect(refused.unsent).toMatchObject([{ text: "Hi", fault: "No connection." }]);
    expect(applyEvent(refused, created("m9", "Hi", "in")).unsent).toEqual(refused.unsent);
    expect(addUnsent(refused, { clientMessageId: "c1", text: "Hi" })).toEqual(written);
    expect(dropUnsent(refused, "c1").unsent).toEqual([]);
  });
});
