import { expect, test } from "vitest";
import { localizeInstants, namesInstant, relativeTime, untilTime } from "./time-words.ts";

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

test("until when something goes on is told by the day that the reader's zone has", () => {
  expect(untilTime("2026-12-10T18:33:00Z", now, "UTC")).toBe("18:33");
  // A minute less than a day, and still tomorrow.
  expect(untilTime("2026-12-11T11:59:00Z", now, "UTC")).toBe("tomorrow 11:59");
  expect(untilTime("2026-12-10T18:33:00Z", now, "Pacific/Auckland")).toBe("07:33");
  expect(untilTime("2026-12-10T18:33:00Z", now, "Asia/Tokyo")).toBe("tomorrow 03:33");
  expect(untilTime("2026-12-12T00:00:00Z", now, "UTC")).toBe("12 Dec, 00:00");
  expect(untilTime("2027-01-02T09:00:00Z", now, "UTC")).toBe("2 Jan 2027, 09:00");
  expect(untilTime("2026-12-09T18:33:00Z", now, "UTC")).toBe("9 Dec, 18:33");
});

test("a day of 25 hours is one day, and one of 23 too", () => {
  const berlin = "Europe/Berlin";
  expect(untilTime("2026-10-25T22:59:00Z", Date.parse("2026-10-24T22:00:00Z"), berlin)).toBe("23:59");
  expect(untilTime("2026-03-29T22:00:00Z", Date.parse("2026-03-28T23:00:00Z"), berlin)).toBe(
    "tomorrow 00:00",
  );
});

test("instants in a sentence of the API's are told in the reader's zone", () => {
  const text =
    "The message is held until 2026-12-11T17:44:05.339Z at most: it was asked at 2026-12-10T11:00:00Z.";
  expect(namesInstant(text)).toBe(true);
  expect(localizeInstants(text, now, "Europe/Berlin")).toBe(
    "The message is held until tomorrow 18:44 at most: it was asked at 12:00.",
  );
  expect(namesInstant("It begins on 2026-12-11.")).toBe(false);
  expect(localizeInstants("It begins on 2026-12-11.", now, "UTC")).toBe("It begins on 2026-12-11.");
});
