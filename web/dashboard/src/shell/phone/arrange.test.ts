import { expect, it } from "vitest";
import type { VisitorMessage, VisitorMessageAuthorKind } from "../../api/generated/model";
import { arrange } from "./arrange.ts";

function message(createdAt: string, kind: VisitorMessageAuthorKind = "agent"): VisitorMessage {
  const direction = kind === "contact" ? "in" : "out";
  return { id: createdAt, direction, author: { kind }, text: "", status: "sent", createdAt };
}

it("groups what one side wrote in a few minutes, and names days in the reader's zone", () => {
  const arranged = arrange(
    [
      message("2027-03-01T21:58:00.000Z", "contact"),
      message("2027-03-01T21:59:00.000Z"),
      message("2027-03-01T22:03:00.000Z"),
      message("2027-03-01T22:58:00.000Z"),
      message("2027-03-01T23:01:00.000Z"),
    ],
    "Europe/Berlin",
  );
  expect(arranged.map(({ day, isFirst, isLast }) => [day, isFirst, isLast])).toEqual([
    ["Mon, 1 Mar 2027", true, true],
    [null, true, false],
    [null, false, true],
    [null, true, true],
    ["Tue, 2 Mar 2027", true, true],
  ]);
  expect(arrange([], "UTC")).toEqual([]);
});
