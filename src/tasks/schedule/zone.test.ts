import { describe, expect, test } from "vitest";
import { parseLocalDateTime } from "./calendar.ts";
import { firstInstantShowing, latestLocalUntil, localAt, segmentAt } from "./zone.ts";

const localText = (local: number): string => new Date(local).toISOString().slice(0, 19);

describe("segments", () => {
  test("have the ends and offset that Temporal names, whatever part of them is asked for", () => {
    const summer = { start: Date.UTC(2026, 2, 29, 1), end: Date.UTC(2026, 9, 25, 1), offset: 7_200_000 };
    for (const instant of [summer.start, summer.start + 1, Date.UTC(2026, 6, 1), summer.end - 1]) {
      expect(segmentAt("Europe/Berlin", instant)).toEqual(summer);
    }
    expect(segmentAt("Europe/Berlin", summer.start - 1)).toMatchObject({
      end: summer.start,
      offset: 3_600_000,
    });
  });

  test("are infinite where nothing changes any more, or has yet", () => {
    expect(segmentAt("UTC", 0)).toEqual({
      start: Number.NEGATIVE_INFINITY,
      end: Number.POSITIVE_INFINITY,
      offset: 0,
    });
    expect(segmentAt("Asia/Kathmandu", Date.UTC(2030, 0))).toEqual({
      start: Date.UTC(1985, 11, 31, 18, 30),
      end: Number.POSITIVE_INFINITY,
      offset: 5.75 * 3_600_000,
    });
    expect(segmentAt("Europe/Berlin", Date.UTC(1800, 0)).start).toBe(Number.NEGATIVE_INFINITY);
  });

  test("of an unknown zone are an error each time", () => {
    expect(() => segmentAt("Mars/Olympus", 0)).toThrow(RangeError);
    expect(() => segmentAt("Mars/Olympus", 0)).toThrow(RangeError);
  });
});

test.each([
  ["Africa/Monrovia", "1972-01-07T00:44:29Z", "1972-01-06T23:59:59", "last second of -00:44:30"],
  ["Africa/Monrovia", "1972-01-07T00:44:30Z", "1972-01-07T00:44:30", "first of +00:00"],
])("%s shows at %s the local time %s (%s)", (zone, instant, local) => {
  expect(localText(localAt(zone, Date.parse(instant)))).toBe(local);
});

test("the latest local time does not go back in a repeated hour", () => {
  const at = (instant: string): string =>
    new Date(latestLocalUntil("Europe/Berlin", Date.parse(instant))).toISOString();
  expect(at("2026-10-25T00:30:00Z")).toBe("2026-10-25T02:30:00.000Z");
  expect(at("2026-10-25T01:00:00Z")).toBe("2026-10-25T02:59:59.999Z");
  expect(at("2026-10-25T01:59:00Z")).toBe("2026-10-25T02:59:59.999Z");
  expect(at("2026-10-25T02:00:00Z")).toBe("2026-10-25T03:00:00.000Z");
  expect(at("2026-10-28T02:00:00Z")).toBe("2026-10-28T03:00:00.000Z");
});

test.each([
  ["Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00.000Z", "gap"],
  ["Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00.000Z", "end of the gap"],
  ["Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z", "first pass"],
  ["Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00.000Z", "day left out"],
  ["America/Juneau", "1867-10-18T12:00", "1867-10-17T20:57:41.000Z", "day repeated, offset +15:02:19"],
  ["Asia/Manila", "1844-12-31T12:00", "1844-12-31T15:56:08.000Z", "day left out, offset -15:56:08"],
])("%s first shows %s or later at %s (%s)", (zone, local, instant) => {
  const parsed = parseLocalDateTime(local);
  expect(new Date(firstInstantShowing(zone, parsed.ok ? parsed.value : Number.NaN)).toISOString()).toBe(
    instant,
  );
});
