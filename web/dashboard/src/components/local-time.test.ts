import { describe, expect, test } from "vitest";
import { localParts, toInstant, toLocal } from "./local-time.ts";

describe("local times", () => {
  test("an instant is shown with weekday, date, time and offset of the zone", () => {
    expect(localParts("2027-03-28T01:00:00.000Z", "Europe/Berlin")).toEqual({
      date: "Sun 28 Mar 2027",
      time: "03:00",
      offset: "GMT+2",
    });
    expect(localParts("2027-03-28T00:00:07.000Z", "America/New_York")).toEqual({
      date: "Sat 27 Mar 2027",
      time: "20:00:07",
      offset: "GMT-4",
    });
    expect(localParts("2027-03-28T00:00:00.000Z", "UTC").time).toBe("00:00");
  });

  test.each([
    ["2027-01-15T09:00", "Europe/Berlin", "2027-01-15T08:00:00.000Z"],
    ["2027-07-15T09:00", "Europe/Berlin", "2027-07-15T07:00:00.000Z"],
    ["2027-07-15T09:00:30", "America/New_York", "2027-07-15T13:00:30.000Z"],
    ["2027-01-15T09:00", "Asia/Kathmandu", "2027-01-15T03:15:00.000Z"],
    ["2027-03-28T03:30", "Europe/Berlin", "2027-03-28T01:30:00.000Z"],
    ["2027-03-28T01:30", "Europe/Berlin", "2027-03-28T00:30:00.000Z"],
  ])("%s in %s is %s, and back", (local, timezone, instant) => {
    expect(toInstant(local, timezone)).toBe(instant);
    expect(toLocal(instant, timezone)).toBe(local);
  });

  test("a time that the clocks skip is as much later as they skip, in both hemispheres", () => {
    expect(toInstant("2027-03-28T02:30", "Europe/Berlin")).toBe("2027-03-28T01:30:00.000Z");
    expect(toInstant("2027-03-14T02:30", "America/New_York")).toBe("2027-03-14T07:30:00.000Z");
    expect(toInstant("2027-10-03T02:30", "Australia/Sydney")).toBe("2027-10-02T16:30:00.000Z");
  });

  test("of a time that is there twice it is the first", () => {
    expect(toInstant("2027-10-31T02:30", "Europe/Berlin")).toBe("2027-10-31T00:30:00.000Z");
    expect(toInstant("2027-11-07T01:30", "America/New_York")).toBe("2027-11-07T05:30:00.000Z");
  });

  test("what is no local time stays as it is", () => {
    expect(toInstant("tomorrow", "UTC")).toBe("tomorrow");
    expect(toInstant("", "UTC")).toBe("");
  });
});
