import { describe, expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { newId } from "./ids.ts";
import { decodeCursor, encodeCursor, pageFrom, pageStart } from "./page.ts";

const rows = Array.from({ length: 4 }, (_, index) => ({ id: newId(), index }));

describe("pageFrom", () => {
  test("cuts the row that only shows that there is more, and points behind the last one shown", () => {
    const page = pageFrom(rows, 3);
    expect(page.items).toEqual(rows.slice(0, 3));
    expect(pageStart({ limit: 3, cursor: page.nextCursor ?? "" })).toBe(rows[2]?.id);
  });

  test.each([0, 3, 4])("has no next page if there are no more than asked for (%i rows)", (count) => {
    const page = pageFrom(rows.slice(0, count), 4);
    expect(page).toEqual({ items: rows.slice(0, count), nextCursor: null });
  });
});

describe("cursors", () => {
  test("the first page has none", () => {
    expect(pageStart({ limit: 10 })).toBeUndefined();
  });

  test("come back as they went out", () => {
    expect(decodeCursor(encodeCursor("17:ü"), /^17:ü$/)).toBe("17:ü");
  });

  test.each([
    "",
    "x",
    "!!!",
    encodeCursor("1 or 1=1"),
    encodeCursor(`${newId()}x`),
    encodeCursor(newId().toUpperCase()),
  ])("%j is a fault in the field cursor", (cursor) => {
    const error = errorOf(() => pageStart({ limit: 10, cursor }));
    expect(error.status).toBe(422);
    expect(error.errors).toMatchObject([{ path: "cursor", code: "cursor_invalid" }]);
  });
});

function errorOf(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
