import { describe, expect, it } from "vitest";
import { changeIn, isAnswerOf } from "./kept-rules.ts";

interface Item {
  readonly id: string;
  readonly name: string;
}

const id = "agent_01k3v8q5x8e7arf4s2m6t9c0wd";
const rename = (item: Item) => (item.id === "a" ? { ...item, name: "New" } : item);
const [a, b]: readonly [Item, Item] = [
  { id: "a", name: "Old" },
  { id: "b", name: "Other" },
];

describe("an answer of a collection", () => {
  it.each(["/v1/agents", `/v1/agents/${id}`])("is at %s", (address) => {
    expect(isAnswerOf("/v1/agents", address)).toBe(true);
  });

  it.each([undefined, "/v1/tasks", "/v1/agents/test", `/v1/agents/${id}/more`, "/v1/agents2"])(
    "is not at %s",
    (address) => {
      expect(isAnswerOf("/v1/agents", address)).toBe(false);
    },
  );
});

describe("a change of kept answers", () => {
  it("reaches pages, a page and one object", () => {
    const pages = { pages: [{ items: [a, b], nextCursor: "c" }], pageParams: [undefined] };
    expect(changeIn(pages, rename)).toMatchObject({
      pages: [{ items: [{ name: "New" }, b], nextCursor: "c" }],
      pageParams: [undefined],
    });
    expect(changeIn({ items: [a] }, rename)).toMatchObject({ items: [{ name: "New" }] });
    expect(changeIn(a, rename)).toMatchObject({ name: "New" });
    expect(changeIn(b, rename)).toBe(b);
    expect(changeIn(undefined, rename)).toBeUndefined();
  });

  it("takes what is gone from lists, and leaves it on its own page", () => {
    const gone = (item: Item) => (item.id === "a" ? null : item);
    expect(changeIn({ items: [a, b] }, gone)).toEqual({ items: [b] });
    expect(changeIn(a, gone)).toEqual(a);
  });
});
