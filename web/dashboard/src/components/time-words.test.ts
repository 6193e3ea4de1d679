import { expect, test } from "vitest";
import { relativeTime } from "./time-words.ts";

const now = Date.parse("2026-12-10T12:00:00Z");

test("what is near is told by its distance", () => {
  expect(relativeTime("2026-12-10T12:00:04Z", now, "UTC")).toBe("just now");
  expect(relativeTime("2026-12-10T11:55:00Z", now, "UTC")).toBe("5 min ago");
  expect(relativeTime("2026-12-10T15:00:00Z", now, "UTC")).toBe("in 3 h");
});

test("what is further away is told by its date in the reader's zone, with the year where that is another", () => {
  const lateInTheEvening = "2026-12-24T22:30:00Z";
  expect(relativeTime(lateInTheEvening, now, "Europe/London")).toBe("24 Dec");
  expect(relativeTime(lateInTheEvening, now, "Pacific/Auckland")).toBe("25 Dec");
  expect(relativeTime("2026-12-31T22:30:00Z", now, "Europe/London")).toBe("31 Dec");
  expect(relativeTime("2026-12-31T22:30:00Z", now, "Pacific/Auckland")).toBe("1 Jan 2027");
});
