import { describe, expect, it } from "vitest";
import type { Message } from "../../../api/generated/model";
import { countUnseen, type Loaded, toEntries, withMessage, withNewest, withOlder } from "./rules.ts";

function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: `msg_${seq}`,
    conversationId: "conv_1",
    seq,
    direction: "in",
    author: { kind: "contact", id: "contact_1" },
    text: `${seq}`,
    purpose: "service",
    status: "delivered",
    reason: null,
    heldUntil: null,
    executionId: null,
    stepSeq: null,
    createdAt: "2026-05-04T10:00:00.000Z",
    sentAt: null,
    deliveredAt: null,
    ...more,
  };
}

/** As the API answers: newest first. */
const page = (from: number, to: number, nextCursor: string | null) => ({
  items: Array.from({ length: to - from + 1 }, (_, at) => message(to - at)),
  nextCursor,
});
const seqs = ({ messages }: Loaded) => messages.map(({ seq }) => seq);

describe("what is loaded", () => {
  it("begins with the newest page, in order", () => {
    expect(withNewest(undefined, page(4, 6, "c4"))).toMatchObject({ olderCursor: "c4" });
    expect(seqs(withNewest(undefined, page(4, 6, "c4")))).toEqual([4, 5, 6]);
  });

  it("keeps what is older when something new comes", () => {
    const known = withOlder(withNewest(undefined, page(4, 6, "c4")), page(1, 3, null));
    expect(seqs(known)).toEqual([1, 2, 3, 4, 5, 6]);
    const next = withNewest(known, page(5, 7, "c5"));
    expect(seqs(next)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(next.olderCursor).toBeNull();
  });

  it("drops what is older if a hole would lie between", () => {
    const known = withNewest(undefined, page(1, 3, null));
    const next = withNewest(known, page(6, 8, "c6"));
    expect(seqs(next)).toEqual([6, 7, 8]);
    expect(next.olderCursor).toBe("c6");
  });

  it("shows a held message once when it goes out as the newest", () => {
    const known = withNewest(undefined, page(1, 4, "c1"));
    const sent = message(5, { id: "msg_2" });
    const next = withNewest(known, { items: [sent, message(4), message(3)], nextCursor: "c3" });
    expect(next.messages.map(({ id }) => id)).toEqual(["msg_1", "msg_3", "msg_4", "msg_2"]);
  });

  it("takes in one that was just written, whether the page has it or not", () => {
    const known = withNewest(undefined, page(1, 3, null));
    expect(seqs(withMessage(known, message(4)))).toEqual([1, 2, 3, 4]);
    expect(seqs(withMessage(known, message(3)))).toEqual([1, 2, 3]);
  });
});

describe("the transcript", () => {
  const now = Date.parse("2026-05-06T09:00:00.000Z");
  const at = (seq: number, createdAt: string) => message(seq, { createdAt });
  const labels = (entries: ReturnType<typeof toEntries>) =>
    entries.map((entry) => (entry.kind === "day" ? entry.label : entry.message.seq));

  it("has a line where a day begins in the reader's zone", () => {
    const messages = [
      at(1, "2025-12-31T10:00:00.000Z"),
      at(2, "2026-05-01T10:00:00.000Z"),
      // Already the 6th in Auckland, the 5th in Berlin.
      at(3, "2026-05-05T13:00:00.000Z"),
      at(4, "2026-05-06T08:00:00.000Z"),
    ];
    expect(labels(toEntries(messages, "Europe/Berlin", now))).toEqual([
      "Wednesday, 31 December 2025",
      1,
      "Friday 1 May",
      2,
      "Yesterday",
      3,
      "Today",
      4,
    ]);
    expect(labels(toEntries(messages.slice(2), "Pacific/Auckland", now))).toEqual(["Today", 3, 4]);
  });

  it("names an author once for messages that follow each other soon", () => {
    const entries = toEntries(
      [
        at(1, "2026-05-06T08:00:00.000Z"),
        at(2, "2026-05-06T08:01:00.000Z"),
        at(3, "2026-05-06T08:30:00.000Z"),
        message(4, { author: { kind: "agent", id: "agent_1" }, createdAt: "2026-05-06T08:30:01.000Z" }),
      ],
      "UTC",
      now,
    );
    expect(entries.map((entry) => entry.kind === "message" && entry.isContinued)).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it("counts what the reader has not seen, without what never went out", () => {
    expect(countUnseen([message(1), message(2), message(3, { status: "refused" })], 1)).toBe(1);
  });
});
